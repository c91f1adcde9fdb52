// Finding one of many organisations to tick: rows that do not match step aside, those above a match stay.
(() => {
  "use strict";
  const box = document.querySelector("[data-picker]");
  if (!box) return;
  const tree = document.getElementById(box.dataset.picker);
  const said = document.getElementById(box.dataset.said);
  const rows = [...tree.querySelectorAll("li")];
  const folds = [...tree.querySelectorAll("details")];
  const before = new Map(folds.map((fold) => [fold, fold.open]));
  box.closest("[hidden]")?.removeAttribute("hidden");

  const look = () => {
    const text = box.value.trim();
    const hits = new Set(text ? rows.filter((row) => row.dataset.name.includes(text)) : rows);
    for (const row of rows) {
      const shown = hits.has(row) || [...hits].some((hit) => row.contains(hit) || hit.contains(row));
      row.hidden = !shown;
      row.classList.toggle("match", Boolean(text) && hits.has(row));
    }
    for (const fold of folds) {
      fold.open = text ? rows.some((row) => hits.has(row) && fold.contains(row) && row !== fold.parentElement) : before.get(fold);
    }
    said.textContent = text ? `找到 ${hits.size} 个组织` : "";
  };

  box.addEventListener("input", look);
  box.addEventListener("keydown", (event) => {
    if (event.key === "Enter") event.preventDefault();
  });
})();
