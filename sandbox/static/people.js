// The list of people on the left: search, choose, create.
import { byId, get, make, post } from "./api.js";
import { portrait } from "./bubbles.js";

const SHOWN = 100;
let people = [];
let found = 0;
let total = 0;

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
  const rows = people.map((one) => row(one, chosen, choose));
  if (found > people.length) rows.push(make("li", { className: "empty", textContent: `共 ${found} 人，这里是前 ${people.length} 人；请按姓名找。` }));
  const nobody = total ? "没有找到这样的人。" : "还没有人，请在下面新建一个。";
  const list = byId("people-list");
  const place = list.scrollTop;
  const focused = [...list.children].findIndex((item) => item.contains(document.activeElement));
  list.replaceChildren(...(rows.length ? rows : [make("li", { className: "empty", textContent: nobody })]));
  list.scrollTop = place;
  if (focused >= 0) list.children[focused]?.querySelector("button")?.focus();
}

// Only so many at a time: a whole enterprise may have a phone here.
export async function refresh() {
  const wanted = encodeURIComponent(byId("people-search").value.trim());
  ({ people, found, total } = await get(`/sim/people?limit=${SHOWN}&search=${wanted}`));
  return people;
}

export const one = (openid) => get(`/sim/people/${encodeURIComponent(openid)}`).catch(() => null);

export async function create(name) {
  const person = await post("/sim/people", { name });
  await refresh();
  return person;
}
