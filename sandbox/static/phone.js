// Joins the parts of the phone and polls the sandbox once a second.
import { byId, post, why } from "./api.js";
import * as chat from "./chat.js";
import * as menu from "./menu.js";
import * as notices from "./notices.js";
import * as people from "./people.js";
import * as scanner from "./scan.js";
import * as tools from "./tools.js";
import * as web from "./web.js";

const account = document.body.dataset.account;
const callback = document.body.dataset.callback;
let person = null;
let backendTrouble = "";
let heldUntil = 0;
const READABLE_MS = 6000;

function trouble(text) {
  const box = byId("trouble");
  if (box.textContent !== text) box.textContent = text;
  box.hidden = !text;
}

// A refusal stays long enough to be read, although the next poll succeeds.
function tell(text) {
  heldUntil = Date.now() + READABLE_MS;
  trouble(text);
}

const report = (error) => tell(error.message);

function judge(delivery) {
  const lastTry = delivery?.attempts.at(-1);
  if (delivery?.failed && lastTry) {
    backendTrouble = lastTry.status
      ? `后台的回答不对：${why(lastTry.error)}`
      : `后台没有回应（${callback}）：${why(lastTry.error)}，共试了 ${delivery.attempts.length} 次。`;
  } else if (delivery && !delivery.lost) {
    backendTrouble = "";
  }
  heldUntil = 0;
  trouble(backendTrouble);
}

async function act(path, body) {
  try {
    const result = await post(path, { openid: person.openid, ...body });
    judge(result.delivery);
    await tick();
    return result;
  } catch (error) {
    report(error);
    return null;
  }
}

const acts = {
  open: (url, title) => web.open(url, title, tell),
  tell,
  say: (content, id) => act("/sim/text", id ? { content, bizmsgmenuid: id } : { content }),
};

const SCANS = new Set(["scancode_push", "scancode_waitmsg"]);

async function tap(button) {
  if (button.type === "click") return act("/sim/click", { key: button.key });
  if (button.type === "view") {
    acts.open(button.url, button.name);
    return act("/sim/view", { url: button.url });
  }
  if (SCANS.has(button.type)) {
    const text = window.prompt("扫到的内容", "https://example.com/");
    const found = { EventKey: button.key, ScanCodeInfo: { ScanType: "qrcode", ScanResult: text || "" } };
    return text ? act("/sim/event", { event: button.type, fields: found }) : null;
  }
  if (button.type === "miniprogram") {
    tell(`会打开小程序 ${button.appid} 的 ${button.pagepath}`);
    return act("/sim/event", { event: "view_miniprogram", fields: { EventKey: button.pagepath } });
  }
  return act("/sim/event", { event: button.type, fields: button.key ? { EventKey: button.key } : {} });
}

function show() {
  const following = Boolean(person?.subscribed);
  byId("title-person").textContent = person ? `${person.name}的手机` : "还没有选人";
  byId("chat").hidden = !following;
  byId("dock").hidden = !following;
  byId("stranger").hidden = following;
  byId("follow").hidden = !person;
  byId("stranger-text").textContent = person
    ? "关注后可以收消息、点菜单、扫码签到。" : "先选一个人，或新建一个人。";
  byId("open-scan").disabled = !person;
  byId("open-profile").disabled = !following;
  if (following) chat.stayAtEnd();
}

// Another person's phone knows nothing of what the pages kept for the one before.
async function choose(openid) {
  if (localStorage.getItem("openid") !== openid) await post("/sim/take", { openid }).catch(report);
  localStorage.setItem("openid", openid);
  document.cookie = `openid=${encodeURIComponent(openid)}; path=/connect; SameSite=Lax`;
  history.replaceState(null, "", `/phone?openid=${encodeURIComponent(openid)}`);
  togglePanel("people", false);
  web.close();
  chat.clear(openid);
  person = null;
  return slowTick(openid).then(tick);
}

async function scan(what) {
  try {
    const result = await post("/sim/scan", { openid: person.openid, ...what });
    byId("scan").close();
    if (result.open) acts.open(result.open);
    else judge(result.delivery);
    await slowTick(person.openid);
    await tick();
  } catch (error) {
    scanner.fail(error);
  }
}

async function tick() {
  try {
    if (person) await chat.refresh({ person, account, acts });
    await tools.refreshLog();
    if (Date.now() > heldUntil) trouble(backendTrouble);
  } catch (error) { report(error); }
}

async function slowTick(openid = person?.openid) {
  try {
    await people.refresh();
    person = openid ? await people.one(openid) : null;
    people.draw(openid, choose);
    show();
    if (person) await menu.refresh(person.openid, tap);
  } catch (error) { report(error); }
}

function togglePanel(name, open) {
  byId(name).classList.toggle("open", open);
  byId(`open-${name}`).setAttribute("aria-expanded", String(open));
  if (open) byId(name).querySelector("button, input")?.focus();
}

async function send(event) {
  event.preventDefault();
  const field = byId("compose-text");
  const content = field.value.trim();
  if (!content || !person) return;
  field.value = "";
  field.focus();
  await act("/sim/text", { content });
}

async function openProfile() {
  byId("profile-receives").checked = person.receives;
  byId("profile-snapshot").checked = person.snapshot;
  tools.facts(byId("profile-facts"), [["公众号", account], ["我的 OpenID", person.openid],
    ["UnionID", person.unionid || "（无）"], ["来源", person.subscribe_scene || "—"], ["标签", person.tagid_list.join("、") || "（无）"]]);
  byId("profile").showModal();
  await notices.draw(person.openid, report);
}

const setSwitch = (name) => (event) => act("/sim/people", { [name]: event.target.checked }).then(() => slowTick());

function connectChat() {
  byId("compose").addEventListener("submit", send);
  byId("compose-text").addEventListener("keydown", (event) => {
    if (event.key === "Enter" && !event.shiftKey && !event.isComposing) send(event);
  });
  byId("compose-photo").addEventListener("click", () => person && act("/sim/image", {}));
  byId("dock-switch").addEventListener("click", () => menu.showMenu(byId("menu").hidden));
  byId("chat").addEventListener("click", menu.closeAll);
  byId("chat").addEventListener("load", chat.stayAtEnd, true);
  byId("follow").addEventListener("click", async () => { await act("/sim/follow", {}); await slowTick(); });
  byId("unfollow").addEventListener("click", async () => {
    byId("profile").close();
    await act("/sim/unfollow", {});
    await slowTick();
  });
  byId("open-scan").addEventListener("click", () => person && scanner.open(scan).catch(report));
  byId("scan-form").addEventListener("submit", (event) => { event.preventDefault(); scan(scanner.typed()); });
  byId("open-profile").addEventListener("click", openProfile);
  byId("profile-receives").addEventListener("change", setSwitch("receives"));
  byId("profile-snapshot").addEventListener("change", setSwitch("snapshot"));
  web.connect(() => person, act);
}

function connectPanels() {
  byId("people-search").addEventListener("input", () => slowTick());
  byId("people-create").addEventListener("submit", async (event) => {
    event.preventDefault();
    const form = event.target;
    try { await choose((await people.create(form.elements.name.value.trim())).openid); form.reset(); } catch (error) { report(error); }
  });
  for (const name of ["people", "tools"]) byId(`open-${name}`).addEventListener("click", () => togglePanel(name, true));
  for (const button of document.querySelectorAll("[data-close]")) {
    button.addEventListener("click", () => { togglePanel(button.dataset.close, false); byId(`open-${button.dataset.close}`).focus(); });
  }
  const tabs = [...document.querySelectorAll('#tools [role="tab"]')];
  for (const [index, tab] of tabs.entries()) {
    tab.addEventListener("click", () => { tools.selectTab(tab); tools.drawFaults(report).catch(report); tools.drawAccount().catch(report); });
    tab.addEventListener("keydown", (event) => {
      const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
      if (step) { const next = tabs[(index + step + tabs.length) % tabs.length]; next.focus(); next.click(); }
    });
  }
  byId("log-api").addEventListener("change", (event) => {
    for (const item of byId("log").children) item.hidden = item.dataset.kind === "api" && !event.target.checked;
  });
  byId("faults").addEventListener("submit", (event) => event.preventDefault());
  byId("faults-reset").addEventListener("click", async () => { await post("/sim/faults", { reset: true }).catch(report); await tools.drawFaults(report).catch(report); });
  byId("clock-buttons").addEventListener("click", async (event) => {
    const seconds = Number(event.target.dataset.seconds);
    if (seconds) { await post("/sim/clock", { advance_seconds: seconds }).catch(report); await tools.drawAccount().catch(report); }
  });
  byId("verify").addEventListener("click", async () => {
    const result = await post("/sim/verify", {}).catch((error) => ({ ok: false, error: error.message }));
    byId("verify-result").textContent = result.ok ? "回调地址通过了验证。" : `没有通过：${result.status || ""} ${result.error || "回答不是 echostr"}`;
  });
}

async function start() {
  connectChat();
  connectPanels();
  show();
  const wanted = new URLSearchParams(location.search).get("openid") || localStorage.getItem("openid");
  const everybody = await people.refresh().catch((error) => { report(error); return []; });
  const first = (wanted && await people.one(wanted)) || everybody[0];
  if (first) await choose(first.openid);
  else await slowTick();
  await tools.drawFaults(report).catch(report);
  await tools.drawAccount().catch(report);
  setInterval(tick, 1000);
  setInterval(() => slowTick(), 4000);
}

start();
