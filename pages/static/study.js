// The size of an article's type, kept on this phone alone. Without this script the phone's own setting counts.
"use strict";

(() => {
  const NAME = "zhibu-type";
  const [SMALLEST, LARGEST] = [-1, 3];
  const box = document.querySelector("[data-type]");
  const text = document.querySelector("[data-text]");
  if (!box || !text) return;

  const kept = () => {
    try {
      const found = Number.parseInt(localStorage.getItem(NAME) ?? "0", 10);
      return Math.min(Math.max(found || 0, SMALLEST), LARGEST);
    } catch {
      return 0;
    }
  };
  const show = (size) => {
    text.dataset.size = String(size);
    for (const button of box.querySelectorAll("button")) {
      const next = size + Number(button.dataset.step);
      button.setAttribute("aria-disabled", String(next < SMALLEST || next > LARGEST));
    }
  };

  let size = kept();
  show(size);
  box.hidden = false;
  box.addEventListener("click", (event) => {
    const button = event.target.closest("button");
    if (!button || button.getAttribute("aria-disabled") === "true") return;
    size += Number(button.dataset.step);
    show(size);
    box.querySelector("[data-said]").textContent = ["小号字", "标准字", "大号字", "特大号字", "最大号字"][size - SMALLEST];
    try {
      localStorage.setItem(NAME, String(size));
    } catch {
      // Not kept where the phone forbids it; it holds for this page.
    }
  });
})();
