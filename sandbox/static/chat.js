// The chat of the chosen person, fetched piece by piece.
import { byId, get, make } from "./api.js";
import { bubble } from "./bubbles.js";

const GAP = 300;
let last = 0;
let lastAt = 0;
let shownFor = "";
let pinned = true;

function moment(seconds) {
  const when = new Date(seconds * 1000);
  const clock = when.toLocaleTimeString("zh-CN", { hour: "2-digit", minute: "2-digit", timeZone: "Asia/Shanghai" });
  const today = new Date().toDateString() === when.toDateString();
  return today ? clock : `${when.getMonth() + 1}月${when.getDate()}日 ${clock}`;
}

export function clear(openid) {
  last = 0;
  lastAt = 0;
  shownFor = openid;
  pinned = true;
  byId("chat").replaceChildren();
}

// A picture that arrives late makes the chat longer; stay where the reader was.
export function stayAtEnd() {
  const chat = byId("chat");
  if (pinned) chat.scrollTop = chat.scrollHeight;
}

export async function refresh(context) {
  const openid = context.person.openid;
  const { messages } = await get(`/sim/people/${encodeURIComponent(openid)}/messages?since=${last}`);
  if (openid !== shownFor) return;
  const chat = byId("chat");
  if (messages.length && last) pinned = chat.scrollHeight - chat.scrollTop - chat.clientHeight < 160;
  for (const message of messages.filter((one) => one.id > last)) {
    if (message.at - lastAt > GAP) chat.append(make("time", { textContent: moment(message.at) }));
    chat.append(bubble(message, context));
    last = message.id;
    lastAt = message.at;
  }
  if (messages.length) stayAtEnd();
}
