// 订阅通知 of one person: what is left of the accepts, and the switch in the account's settings.
import { byId, get, make, post } from "./api.js";

const WHERE = { subscription: "公众号", mini_program: "小程序" };

function row(template, openid, report) {
  const press = (label, path, body) => {
    const button = make("button", { type: "button", className: "plain-button", textContent: label });
    button.addEventListener("click", () => post(path, { openid, ...body }).then(() => draw(openid, report)).catch(report));
    return button;
  };
  const mini = template.use === "mini_program";
  const words = make("span", {}, `${template.title}（${WHERE[template.use]}）`, make("small", { textContent: `还可以收 ${template.left} 条` }));
  const buttons = [press("接受一次", "/sim/subscribe", { accept: [template.template_id], mini })];
  if (!mini && template.left) buttons.push(press("关闭", "/sim/unsubscribe", { templates: [template.template_id] }));
  return make("li", {}, words, ...buttons);
}

export async function draw(openid, report) {
  try {
    const { templates } = await get(`/sim/templates?openid=${encodeURIComponent(openid)}`);
    const rows = templates.filter((one) => one.use in WHERE).map((one) => row(one, openid, report));
    const none = make("li", { className: "hint", textContent: "公众号没有订阅通知的模板。" });
    byId("profile-notices").replaceChildren(...(rows.length ? rows : [none]));
  } catch (error) { report(error); }
}
