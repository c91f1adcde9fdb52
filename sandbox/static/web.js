// The account's pages inside the phone: a frame with a way back, the address, and what WeChat's own script asks for.
import { byId, get, make } from "./api.js";
import * as pay from "./pay.js";

let depth = 0;
let goingBack = false;
let opened = "";
let asking = null;

const frame = () => byId("web-frame");

function show() {
  const { host, pathname } = new URL(opened);
  byId("web-address").textContent = depth > 1 ? `${host}（往里第 ${depth} 页）` : host + pathname;
}

// A new frame each time: its first page is not a step of the browser's history.
function newFrame(url) {
  const made = make("iframe", { id: "web-frame", title: "网页内容", referrerPolicy: "no-referrer" });
  made.addEventListener("load", () => {
    if (made.src === "about:blank") return;
    depth = goingBack ? Math.max(1, depth - 1) : depth + 1;
    goingBack = false;
    show();
  });
  made.src = url;
  frame().replaceWith(made);
}

export function open(url, title, tell) {
  if (!/^https?:\/\//i.test(url)) return tell(`打不开这个链接：${url}`);
  depth = 0;
  goingBack = false;
  opened = url;
  byId("web-title").textContent = title || new URL(url).host;
  byId("web-new").href = url;
  show();
  newFrame(url);
  byId("web").hidden = false;
  return byId("web-back").focus();
}

export function close() {
  if (byId("web").hidden) return;
  byId("web").hidden = true;
  newFrame("about:blank");
  byId("chat").focus();
}

function back() {
  if (depth <= 1) return close();
  goingBack = true;
  return history.back();
}

const answering = (event) => (message) => event.source.postMessage({ zhibuSandbox: event.data.id, ...message }, event.origin);

async function ask(event, templates) {
  const known = new Map((await get("/sim/templates")).templates.map((one) => [one.template_id, one]));
  const offered = templates.filter((id) => known.get(id)?.use === "subscription");
  const answer = answering(event);
  if (!offered.length) return answer({ error: "subscribe:fail invalid template" });
  const lines = offered.map((id) => make("li", {}, make("label", { className: "check" },
    make("input", { type: "checkbox", checked: true, value: id }), ` ${known.get(id).title}`)));
  byId("subscribe-list").replaceChildren(...lines);
  asking = { answer, offered };
  return byId("subscribe").showModal();
}

function chosen() {
  return [...byId("subscribe-list").querySelectorAll("input:checked")].map((box) => box.value);
}

async function decide(event, act) {
  if (!asking) return;
  const { answer, offered } = asking;
  asking = null;
  const accept = event.target.returnValue === "allow" ? chosen() : [];
  const reject = offered.filter((id) => !accept.includes(id));
  await act("/sim/subscribe", { accept, reject });
  answer({ accept, reject });
}

export function connect(person, act) {
  byId("web-back").addEventListener("click", back);
  byId("web-close").addEventListener("click", close);
  byId("subscribe").addEventListener("close", (event) => decide(event, act));
  pay.connect();
  window.addEventListener("message", (event) => {
    if (event.source !== frame().contentWindow || !person()) return;
    if (event.data?.wechat === "closeWindow") close();
    if (event.data?.wechat === "subscribe" && Array.isArray(event.data.templates)) ask(event, event.data.templates);
    if (event.data?.wechat === "pay") pay.ask(person().openid, event.data.given, answering(event));
  });
}
