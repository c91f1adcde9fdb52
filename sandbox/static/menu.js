// The menu under the chat, two levels, as this person sees it.
import { byId, get, make } from "./api.js";

let drawn = "";

function action(button, tap) {
  return () => { closeAll(); tap(button); };
}

export function closeAll() {
  for (const sub of document.querySelectorAll(".sub")) sub.hidden = true;
  for (const top of document.querySelectorAll(".entry > button[aria-expanded]")) top.setAttribute("aria-expanded", "false");
}

function subMenu(button, tap) {
  const list = make("ul", { className: "sub", hidden: true });
  for (const one of button.sub_button) {
    const item = make("button", { type: "button", textContent: one.name });
    item.addEventListener("click", action(one, tap));
    list.append(make("li", {}, item));
  }
  return list;
}

function entry(button, tap) {
  const subs = button.sub_button || [];
  const top = make("button", { type: "button", textContent: button.name, className: subs.length ? "more" : "" });
  if (!subs.length) {
    top.addEventListener("click", action(button, tap));
    return make("div", { className: "entry" }, top);
  }
  const list = subMenu(button, tap);
  top.setAttribute("aria-expanded", "false");
  top.addEventListener("click", () => {
    const opening = list.hidden;
    closeAll();
    list.hidden = !opening;
    top.setAttribute("aria-expanded", String(opening));
  });
  list.addEventListener("keydown", (event) => {
    if (event.key === "Escape") { closeAll(); top.focus(); }
  });
  return make("div", { className: "entry" }, top, list);
}

const KEYBOARD = '<svg viewBox="0 0 24 24" aria-hidden="true"><rect x="3" y="6" width="18" height="12" rx="2"/><path d="M7 10h.01M11 10h.01M15 10h.01M8 14h8"/></svg>';
const BARS = '<svg viewBox="0 0 24 24" aria-hidden="true"><path d="M5 8h14M5 12h14M5 16h14"/></svg>';

export function showMenu(visible) {
  byId("menu").hidden = !visible;
  byId("compose").hidden = visible;
  const toggle = byId("dock-switch");
  toggle.innerHTML = visible ? KEYBOARD : BARS;
  toggle.setAttribute("aria-label", visible ? "打开键盘" : "打开菜单");
}

export async function refresh(openid, tap) {
  const { menu } = await get(`/sim/menu?openid=${encodeURIComponent(openid)}`);
  const key = JSON.stringify([openid, menu]);
  if (key === drawn) return;
  drawn = key;
  const buttons = menu ? menu.button : [];
  byId("menu").replaceChildren(...buttons.map((one) => entry(one, tap)));
  byId("dock-switch").hidden = !buttons.length;
  showMenu(buttons.length > 0);
}
