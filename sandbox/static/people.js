// The list of people on the left: search, choose, create.
import { byId, get, make, post } from "./api.js";
import { portrait } from "./bubbles.js";

let people = [];

function row(person, chosen, choose) {
  const button = make("button", { type: "button" },
    portrait(person), make("span", { textContent: person.name }),
    make("span", { className: "mark", textContent: person.subscribed ? "已关注" : "未关注" }),
    make("small", { textContent: person.openid }));
  if (person.openid === chosen) button.setAttribute("aria-current", "true");
  button.addEventListener("click", () => choose(person.openid));
  return make("li", {}, button);
}

export function draw(chosen, choose) {
  const wanted = byId("people-search").value.trim().toLowerCase();
  const found = people.filter((one) => `${one.name} ${one.openid}`.toLowerCase().includes(wanted));
  const rows = found.slice(0, 200).map((one) => row(one, chosen, choose));
  const nobody = people.length ? "没有找到这样的人。" : "还没有人，请在下面新建一个。";
  const list = byId("people-list");
  const place = list.scrollTop;
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
  list.replaceChildren(...(rows.length ? rows : [make("li", { className: "empty", textContent: nobody })]));
  list.scrollTop = place;
  if (focused >= 0) list.children[focused]?.querySelector("button")?.focus();
}

export async function refresh() {
  people = (await get("/sim/people")).people;
  return people;
}

export async function create(name) {
  const person = await post("/sim/people", { name });
  await refresh();
  return person;
}
