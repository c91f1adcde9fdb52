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
const PAY_NAMES = {
  errcode: "返回哪个错误码", error_rate: "返回错误码（比例）", status_500: "HTTP 500 网页（比例）", bad_signature: "回答的签名不对（比例）",
  pay_while_closing: "关单时正好付了（比例）", key_mode: "通知用哪种密钥签名", cert_percent: "过渡期用平台证书的百分数",
  retry_scale: "通知间隔的倍数（0 按配置）", notify_lost: "通知丢失（比例）", notify_delay_ms: "通知迟到（毫秒）",
  notify_duplicate: "通知来两次（比例）", notify_replay_old: "一年前的通知又来（比例）", notify_signtest: "先来一次签名探测（比例）",
  notify_wrong_amount: "通知的金额不对（比例）", notify_wrong_mchid: "通知的商户号不对（比例）", notify_other_order: "通知说的是别的订单（比例）",
  notify_unknown_serial: "通知的证书序列号没见过（比例）", notify_forged: "别人伪造的通知（比例）", notify_reencrypted: "通知解不开（比例）",
  refund_delay_s: "退款几秒后有结果", refund_ends: "退款的结果", bill_missing: "没有账单（比例）", bill_extra_line: "账单多一行（比例）",
  bill_missing_line: "账单少一行（比例）", bill_bad_sha1: "账单摘要不对（比例）",
};
const CHOICES = {
  key_mode: { pubkey: "微信支付公钥", cert: "平台证书", mixed: "过渡期" },
  refund_ends: { success: "成功", abnormal: "异常", closed: "关闭" },
};
// Not 0 when all is well: how much, not whether.
const AMOUNTS = new Set(["errcode_rate", "receipt_late_ms", "cert_percent", "refund_delay_s"]);
const KINDS = { first: "第一次", retry: "重试", duplicate: "重复", late: "迟到的重复", signtest: "签名探测", replay: "一年前的" };
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
  const answered = entry.status === 200 || entry.status === 204;
  const good = answered && !entry.errcode;
  const result = answered ? `${entry.errcode || "ok"} · ${entry.ms} ms` : `HTTP ${entry.status} ${entry.errcode || ""}`;
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

// Words: a list of them, or any. What a name says depends on the group: errcode is a number only outside WeChat Pay.
function worded(group, name, value, report) {
  const options = Object.entries(CHOICES[name] || {}).map(([key, words]) => make("option", { value: key, textContent: words, selected: key === value }));
  const input = options.length ? make("select", {}, ...options) : make("input", { type: "text", value, spellcheck: false });
  input.addEventListener("change", () => post("/sim/faults", { [group]: { [name]: input.value } }).catch(report));
  return make("label", { className: "fault worded" }, make("span", { textContent: PAY_NAMES[name] || name }), input);
}

function fault(group, name, value, report) {
  if (typeof value === "string") return worded(group, name, value, report);
  const toggle = typeof value === "boolean" && !["error_minus1"].includes(name);
  const input = make("input", toggle ? { type: "checkbox", checked: value } : { type: "number", value, min: name === "timestamp_skew_s" ? "" : "0", step: "any" });
  const line = make("label", { className: `fault ${value && !AMOUNTS.has(name) ? "on" : ""}` }, make("span", { textContent: (group === "pay" && PAY_NAMES[name]) || NAMES[name] || name }), input);
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
  const groups = [["api", "接口"], ["push", "推送"], ["pay", "微信支付"]].map(([group, title]) => {
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
    byId("account").append(make("dt", { textContent: "工作台" }), make("dd", {}, link));
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
