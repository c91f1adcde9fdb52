// Progressive: every page works without this file, except that live parts then need a reload.
(() => {
  "use strict";

  const token = () => document.querySelector('meta[name="csrf-token"]')?.content ?? "";

  document.addEventListener("htmx:configRequest", (event) => {
    event.detail.headers["X-CSRFToken"] = token();
  });

  // A refusal or an error is an answer too: it is shown where the answer was to go.
  document.addEventListener("htmx:beforeSwap", (event) => {
    const status = event.detail.xhr.status;
    if (status >= 400 && event.detail.xhr.responseText) {
      event.detail.shouldSwap = true;
      event.detail.isError = false;
    }
  });

  document.addEventListener("click", (event) => {
    const menu = event.target.closest("[data-menu]");
    if (menu) {
      const open = menu.getAttribute("aria-expanded") !== "true";
      menu.setAttribute("aria-expanded", String(open));
      document.getElementById("menu").classList.toggle("open", open);
    }
    if (event.target.closest("[data-print]")) window.print();
    const tree = event.target.closest("[data-tree]");
    if (tree) {
      for (const branch of document.querySelectorAll(".tree details")) branch.open = tree.dataset.tree === "open";
    }
    const whole = event.target.closest("[data-fullscreen]");
    if (whole) document.documentElement.requestFullscreen?.();
    const all = event.target.closest("[data-check-all]");
    if (all) {
      for (const box of document.querySelectorAll(`input[name="${all.dataset.checkAll}"]`)) box.checked = all.checked;
    }
  });

  document.addEventListener("keydown", (event) => {
    const menu = document.querySelector('[data-menu][aria-expanded="true"]');
    if (event.key === "Escape" && menu) {
      menu.click();
      menu.focus();
    }
  });

  // Filling in a time means to choose it.
  document.addEventListener("input", (event) => {
    const picks = document.getElementById(event.target.dataset?.picks ?? "");
    if (picks) picks.checked = true;
  });

  // Half an hour of uploading, and then a refusal: said before it begins.
  document.addEventListener("change", (event) => {
    const { most, tooLarge } = event.target.dataset ?? {};
    if (!most) return;
    const heavy = [...event.target.files].some((file) => file.size > Number(most));
    event.target.setCustomValidity(heavy ? tooLarge : "");
    event.target.reportValidity();
  });

  // The second tap of an impatient finger; the server refuses a repeat as well.
  document.addEventListener("submit", (event) => {
    const form = event.target;
    if (!form.dataset.busy) return;
    if (form.dataset.sent) {
      event.preventDefault();
      return;
    }
    form.dataset.sent = "yes";
    const button = event.submitter ?? form.querySelector("button[type=submit]");
    if (button) {
      button.dataset.was = button.textContent;
      button.textContent = form.dataset.busy;
      button.setAttribute("aria-disabled", "true");
    }
  });

  // Coming back with the browser's arrow: the form may be sent again.
  window.addEventListener("pageshow", () => {
    for (const form of document.querySelectorAll("form[data-sent]")) {
      delete form.dataset.sent;
      const button = form.querySelector("button[data-was]");
      if (button) {
        button.textContent = button.dataset.was;
        button.removeAttribute("aria-disabled");
      }
    }
  });
})();

// The screen at a meeting says when the counting has stopped, and when it goes on.
(() => {
  "use strict";
  const say = (lost) => {
    const line = document.getElementById("offline");
    if (line) line.hidden = !lost;
  };
  document.addEventListener("htmx:sendError", () => say(true));
  document.addEventListener("htmx:timeout", () => say(true));
  document.addEventListener("htmx:afterOnLoad", () => say(false));
})();
