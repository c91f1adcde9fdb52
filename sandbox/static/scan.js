// 扫一扫: paste what is in or under a code, or take one of those drawn lately.
import { byId, get, make } from "./api.js";

function left(ticket, now) {
  if (ticket.expires_at === null) return "长期有效";
  const seconds = Math.max(0, Math.round(ticket.expires_at - now));
  if (seconds < 120) return `还有 ${seconds} 秒`;
  return seconds < 7200 ? `还有 ${Math.round(seconds / 60)} 分钟` : `还有 ${Math.round(seconds / 3600)} 小时`;
}

function row(ticket, now, scan) {
  const image = `/cgi-bin/showqrcode?ticket=${encodeURIComponent(ticket.ticket)}`;
  const button = make("button", { type: "button" },
    make("img", { src: image, alt: "", loading: "lazy" }),
    make("strong", { textContent: ticket.scene }),
    make("small", { textContent: `${left(ticket, now)} · ${new Date(ticket.created_at * 1000).toLocaleTimeString("zh-CN", { timeZone: "Asia/Shanghai" })} 生成` }));
  button.addEventListener("click", () => scan({ ticket: ticket.ticket }));
  return make("li", {}, button);
}

export async function open(scan) {
  byId("scan-error").hidden = true;
  byId("scan-text").value = "";
  byId("scan").showModal();
  const [{ tickets }, { now }] = await Promise.all([get("/sim/tickets"), get("/sim/clock")]);
  const rows = tickets.map((one) => row(one, now, scan));
  const none = make("li", { className: "empty", textContent: "现在没有。在后台打开一个签到码，它就会出现在这里。" });
  byId("scan-list").replaceChildren(...(rows.length ? rows : [none]));
}

export function typed() {
  const text = byId("scan-text").value.trim();
  return /^[a-z]+:\/\//i.test(text) ? { url: text } : { scene: text };
}

export function fail(error) {
  byId("scan-error").textContent = error.message;
  byId("scan-error").hidden = false;
}
