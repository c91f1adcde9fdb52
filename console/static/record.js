// What was written stays in this window until the server has it: a session that ended over lunch loses nothing.
(() => {
  "use strict";

  const saved = document.querySelector("[data-record-saved]");
  if (saved) sessionStorage.removeItem(`record-${saved.dataset.recordSaved}`);

  const form = document.querySelector("form[data-record]");
  if (!form) return;
  const key = `record-${form.dataset.record}`;
  const box = document.getElementById("unsaved");
  const named = () => [...form.querySelectorAll("input[type=text], input:not([type]), input[type=date], textarea")];
  const read = () => JSON.stringify(named().map((one) => [one.name, one.value]));

  const before = sessionStorage.getItem(key);
  if (before && before !== read()) box.hidden = false;

  let waiting = 0;
  form.addEventListener("input", () => {
    clearTimeout(waiting);
    waiting = setTimeout(() => sessionStorage.setItem(key, read()), 400);
  });
  form.addEventListener("submit", () => {
    clearTimeout(waiting);
    sessionStorage.setItem(key, read());
  });

  document.addEventListener("click", (event) => {
    if (event.target.closest("[data-forget]")) {
      sessionStorage.removeItem(key);
      box.hidden = true;
    }
    if (!event.target.closest("[data-restore]")) return;
    const left = new Map();
    for (const [name, value] of JSON.parse(sessionStorage.getItem(key) ?? "[]")) left.set(name, [...(left.get(name) ?? []), value]);
    for (const one of named()) {
      const value = left.get(one.name)?.shift();
      if (value !== undefined) one.value = value;
    }
    // Rows that this form has not: into the last field, so that they can be moved by hand.
    const rest = [...left.values()].flat().filter((text) => text.trim());
    const last = form.querySelector("#attachments");
    if (rest.length) last.value = [last.value, ...rest].filter(Boolean).join("\n");
    box.hidden = true;
  });
})();
