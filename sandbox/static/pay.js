// WeChat's own pay sheet: opened by a page, answered by the person, and only then told to the page.
import { byId, post } from "./api.js";

const PREPAY = /^prepay_id=([\w-]+)$/;
let open = null;
let paying = false;

const yuan = (fen) => `¥${(fen / 100).toFixed(2)}`;

function show(part) {
  for (const name of ["ask", "done", "refused"]) byId(`pay-${name}`).hidden = name !== part;
}

function refuse(text) {
  byId("pay-why").textContent = text;
  show("refused");
  open.result = "fail";
  open.error = text;
}

function fill({ merchant, description, total }) {
  for (const element of document.querySelectorAll("#pay [data-pay]")) {
    element.textContent = { merchant, description, total: yuan(total) }[element.dataset.pay];
  }
}

// A second request while a sheet is open fails, as in WeChat.
export async function ask(openid, given, answer) {
  if (open) return answer({ result: "fail", error: "正在支付" });
  const [, prepayId] = PREPAY.exec(given?.package) || [];
  open = { answer, prepayId, fields: { ...given, openid }, result: "cancel" };
  try {
    if (!prepayId) throw new Error("缺少参数 package");
    fill(await post(`/sim/pay/${prepayId}/sheet`, open.fields));
    show("ask");
  } catch (error) { refuse(error.message); }
  return byId("pay").showModal();
}

async function settle(outcome) {
  if (paying) return;
  paying = true;
  try {
    await post(`/sim/pay/${open.prepayId}`, { ...open.fields, outcome });
    open.result = outcome;
    if (outcome === "ok") show("done");
    else byId("pay").close();
  } catch (error) {
    refuse(error.message);
  } finally { paying = false; }
}

function end() {
  const { answer, result, error } = open;
  open = null;
  answer({ result, error });
}

export function connect() {
  byId("pay-now").addEventListener("click", () => settle("ok"));
  byId("pay-fail").addEventListener("click", () => settle("fail"));
  byId("pay").addEventListener("cancel", (event) => { if (paying) event.preventDefault(); });
  byId("pay").addEventListener("close", end);
}
