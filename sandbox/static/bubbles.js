// One message of the chat as elements. Text from the account is never taken for HTML, except <a href>.
import { make } from "./api.js";

const LINK = /<a\s+([^>]*)>([\s\S]*?)<\/a>|(https?:\/\/[^\s<>"'，。；！？、（）【】]+)/gi;
const HREF = /href\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s>]+))/i;
const WEB = /^https?:\/\//i;
const MENU = /^weixin:\/\/bizmsgmenu\?(.*)$/i;

function unescaped(text) {
  return text.replace(/&lt;/g, "<").replace(/&gt;/g, ">").replace(/&quot;/g, '"').replace(/&amp;/g, "&");
}

function linked(href, label, acts) {
  if (WEB.test(href)) {
    const link = make("a", { href, rel: "noreferrer", textContent: label });
    link.addEventListener("click", (event) => { event.preventDefault(); acts.open(href, label); });
    return link;
  }
  const menu = MENU.exec(href);
  if (!menu) return document.createTextNode(label);
  const query = new URLSearchParams(menu[1]);
  const choice = make("button", { type: "button", className: "choice", textContent: label });
  choice.addEventListener("click", () => acts.say(query.get("msgmenucontent") || label, query.get("msgmenuid")));
  return choice;
}

export function rich(text, acts) {
  const parts = [];
  let last = 0;
  for (const found of text.matchAll(LINK)) {
    parts.push(text.slice(last, found.index));
    const href = found[3] || (HREF.exec(found[1]) || []).slice(1).find(Boolean) || "";
    parts.push(linked(unescaped(href), found[3] || unescaped(found[2]), acts));
    last = found.index + found[0].length;
  }
  parts.push(text.slice(last));
  return parts;
}

function picture(message) {
  const url = `/sim/media/${encodeURIComponent(message.media_id)}`;
  return make("div", { className: "bubble photo" }, make("img", { src: url, alt: "图片" }));
}

function choices(message, acts) {
  const list = make("div", { className: "choices" });
  for (const item of message.items) {
    const choice = make("button", { type: "button", className: "choice", textContent: item.content });
    choice.addEventListener("click", () => acts.say(item.content, item.id));
    list.append(choice);
  }
  return make("div", { className: "bubble" }, ...rich(message.head || "", acts), list, message.tail || "");
}

const NAMES = { voice: "语音", video: "视频", music: "音乐", miniprogrampage: "小程序", mpnewsarticle: "图文" };

function inside(message, acts) {
  if (message.kind === "text") return make("div", { className: "bubble" }, ...rich(message.text, acts));
  if (message.kind === "image") return picture(message);
  if (message.kind === "msgmenu") return choices(message, acts);
  return make("div", { className: "bubble" }, `[${NAMES[message.kind] || message.kind}] ${message.title || ""}`);
}

function template(message, account, acts) {
  const lines = make("dl");
  for (const line of message.lines) {
    lines.append(make("dt", { textContent: line.label }), make("dd", { textContent: line.value }));
  }
  const card = make("article", { className: "card", "aria-label": `模板消息 ${message.title}` },
    make("p", { className: "from" }, make("img", { src: "/static/portrait.svg", alt: "" }), account),
    make("h4", { textContent: message.title }), lines);
  if (message.miniprogram || message.url) {
    const label = message.miniprogram ? "进入小程序查看" : "查看详情";
    const open = make("button", { type: "button", className: "open" }, label, make("span", { textContent: "›", "aria-hidden": "true" }));
    open.addEventListener("click", () => message.miniprogram
      ? acts.tell(`会打开小程序 ${message.miniprogram.appid} 的 ${message.miniprogram.pagepath || "首页"}`)
      : acts.open(message.url, message.title));
    card.append(open);
  }
  return card;
}

function news(message, acts) {
  const card = make("article", { className: "card" });
  for (const one of message.articles) {
    const button = make("button", { type: "button", className: "article" });
    if (WEB.test(one.picurl)) button.append(make("img", { src: one.picurl, alt: "" }));
    button.append(make("strong", { textContent: one.title }), make("span", { textContent: one.description }));
    button.addEventListener("click", () => WEB.test(one.url) && acts.open(one.url, one.title));
    card.append(button);
  }
  return card;
}

function face(message, person) {
  if (message.by === "account") {
    return make("span", { className: "face", "aria-hidden": "true" }, make("img", { src: "/static/portrait.svg", alt: "" }));
  }
  return portrait(person);
}

export function portrait(person) {
  const tone = [...person.openid].reduce((sum, letter) => sum + letter.charCodeAt(0), 0) % 6;
  return make("span", { className: `face tone${tone}`, "aria-hidden": "true", textContent: person.name.slice(-1) });
}

export function bubble(message, { person, account, acts }) {
  if (message.by === "system") return make("p", { className: `note ${message.kind}`, textContent: message.text });
  if (message.kind === "template") return template(message, account, acts);
  if (message.kind === "news") return news(message, acts);
  const who = make("span", { className: "visually-hidden", textContent: message.by === "me" ? "我：" : `${account}：` });
  return make("div", { className: `say ${message.by}` }, face(message, person), who, inside(message, acts));
}
