// The right side: log with every attempt, fault switches, clock and account.
import { byId, get, make, post, why } from "./api.js";

const NAMES = {
  slow_ms: "接口变慢（毫秒）", error_minus1: "返回 -1 系统繁忙（比例）", http_502: "HTTP 502 网页（比例）",
  truncated_json: "JSON 只回一半（比例）", reset_after_effect: "办完后断线（比例）",
  token_40001_after: "令牌用几次后失效 40001", duplicate: "重复推送（比例）", duplicates_overlap: "重复的与第一次同时到",
  delay_ms: "推送迟到（毫秒）", out_of_order: "后发先到", lost: "推送丢失（比例）", late_duplicate_ms: "成功后又来一次（毫秒）",
  retry_new_nonce: "重试换新的签名", timestamp_skew_s: "时间戳偏差（秒）", template_user_block: "模板消息：用户拒收（比例）",
  template_system_failed: "模板消息：系统失败（比例）", errcode: "返回这个错误码（如 45009、48004、40164）", errcode_rate: "返回该错误码的比例",
  receipt_early: "发送结果比回答先到（比例）", receipt_late: "发送结果迟到（比例）", receipt_late_ms: "迟到多少毫秒",
  receipt_twice: "发送结果来两次（比例）", receipt_lost: "发送结果丢失（比例）",
};
// Not 0 when all is well: how much, not whether.
const AMOUNTS = new Set(["errcode_rate", "receipt_late_ms"]);
const KINDS = { first: "第一次", retry: "重试", duplicate: "重复", late: "迟到的重复" };
const KEEP = 150;
let last = 0;

function attempts(entry) {
  const rows = entry.attempts.map((one, index) => make("tr", {},
    make("td", { textContent: `${index + 1} ${KINDS[one.kind] || one.kind}` }),
    make("td", { textContent: one.status ?? "—" }), make("td", { textContent: `${one.ms} ms` }),
    make("td", { textContent: (one.error && why(one.error)) || one.body.slice(0, 300) || "（空）", className: one.error ? "bad" : "" })));
  const head = make("tr", {}, ...["尝试", "状态", "用时", "回答"].map((name) => make("th", { textContent: name })));
  return make("table", {}, make("thead", {}, head), make("tbody", {}, ...rows));
}

function pushRow(entry) {
  const result = entry.lost ? "丢失" : entry.failed ? "失败" : `${entry.attempts.length} 次 · ${entry.attempts[0]?.ms ?? 0} ms`;
  const summary = make("summary", {}, make("span", { className: "tag", textContent: "推送" }),
    make("span", { className: "what", textContent: `${entry.label} ${entry.fields.EventKey || entry.fields.Content || ""}` }),
    make("span", { className: entry.failed || entry.lost ? "bad" : "ok", textContent: result }));
  const shown = make("pre", { textContent: `${JSON.stringify(entry.fields, null, 1)}\n\n显示给人：${entry.shown ?? "（无）"}` });
  return make("details", { className: "push" }, summary, attempts(entry), shown);
}

function apiRow(entry) {
  const good = entry.status === 200 && !entry.errcode;
  const result = entry.status === 200 ? `${entry.errcode || "ok"} · ${entry.ms} ms` : `HTTP ${entry.status}`;
  const summary = make("summary", {}, make("span", { className: "tag", textContent: entry.kind === "api" ? "接口" : "原始" }),
    make("span", { className: "what", textContent: entry.path || "raw" }),
    make("span", { className: good ? "ok" : "bad", textContent: result }));
  const text = JSON.stringify({ query: entry.query, body: entry.body, answer: entry.answer }, null, 1);
  return make("details", { className: "api" }, summary, make("pre", { textContent: text.slice(0, 4000) }));
}

export async function refreshLog() {
  const { entries, last_id: newest } = await get(`/sim/log?since=${last}`);
  if (newest < last) last = 0;
  const list = byId("log");
  for (const entry of entries.filter((one) => one.id > last)) {
    const item = make("li", { hidden: entry.kind === "api" && !byId("log-api").checked }, entry.kind === "push" ? pushRow(entry) : apiRow(entry));
    item.dataset.kind = entry.kind;
    list.prepend(item);
    last = entry.id;
  }
  while (list.children.length > KEEP) list.lastChild.remove();
}

function fault(group, name, value, report) {
  const toggle = typeof value === "boolean" && !["error_minus1"].includes(name);
  const input = make("input", toggle ? { type: "checkbox", checked: value } : { type: "number", value, min: name === "timestamp_skew_s" ? "" : "0", step: "any" });
  const line = make("label", { className: `fault ${value && !AMOUNTS.has(name) ? "on" : ""}` }, make("span", { textContent: NAMES[name] || name }), input);
  input.addEventListener("change", async () => {
    const next = toggle ? input.checked : Number(input.value || 0);
    try {
      await post("/sim/faults", { [group]: { [name]: next } });
      line.classList.toggle("on", Boolean(next) && !AMOUNTS.has(name));
    } catch (error) { report(error); }
  });
  return line;
}

export async function drawFaults(report) {
  const faults = await get("/sim/faults");
  const groups = [["api", "接口"], ["push", "推送"]].map(([group, title]) => {
    const lines = Object.entries(faults[group]).filter(([name]) => name !== "only");
    return make("fieldset", {}, make("legend", { textContent: title }), ...lines.map(([name, value]) => fault(group, name, value, report)));
  });
  byId("faults").replaceChildren(...groups);
}

function facts(list, pairs) {
  list.replaceChildren(...pairs.flatMap(([name, value]) => [make("dt", { textContent: name }), make("dd", { textContent: value })]));
}

export async function drawAccount() {
  const [account, clock] = await Promise.all([get("/sim/account"), get("/sim/clock")]);
  byId("clock-now").textContent = new Date(clock.now * 1000).toLocaleString("zh-CN", { timeZone: "Asia/Shanghai" });
  facts(byId("account"), [["AppID", account.app_id], ["原始 ID", account.original_id], ["回调地址", account.callback_url],
    ["加密方式", { safe: "安全模式", compatible: "兼容模式", plain: "明文模式" }[account.mode]], ["数据格式", account.format.toUpperCase()]]);
  if (account.console_url) {
    const link = make("a", { href: account.console_url, target: "_blank", rel: "noopener", textContent: account.console_url });
    byId("account").append(make("dt", { textContent: "管理后台" }), make("dd", {}, link));
  }
}

export { facts };

export function selectTab(tab) {
  for (const one of document.querySelectorAll('#tools [role="tab"]')) {
    const chosen = one === tab;
    one.setAttribute("aria-selected", String(chosen));
    one.tabIndex = chosen ? 0 : -1;
    byId(one.getAttribute("aria-controls")).hidden = !chosen;
  }
}
