// A form that is on its way is not sent again by an impatient finger. Without this script it works all the same.
"use strict";

document.addEventListener("submit", (event) => {
  const form = event.target.closest("form[data-once]");
  if (!form) return;
  if (form.dataset.sent) {
    event.preventDefault();
    return;
  }
  form.dataset.sent = "yes";
  const button = form.querySelector("button[type=submit]");
  button.dataset.words = button.textContent;
  button.textContent = form.dataset.once;
  button.setAttribute("aria-disabled", "true");
});

// Back from the next page, or after the network gave up: the button works again.
window.addEventListener("pageshow", () => {
  for (const form of document.querySelectorAll("form[data-sent]")) {
    delete form.dataset.sent;
    const button = form.querySelector("button[type=submit]");
    button.textContent = button.dataset.words;
    button.removeAttribute("aria-disabled");
  }
});

// Copying an address at one tap. Without this, or where the phone forbids it, it is marked by hand.
for (const button of document.querySelectorAll("button[data-copy]")) {
  const field = document.getElementById(button.dataset.copy);
  const said = document.querySelector("[data-said]");
  button.hidden = false;
  button.addEventListener("click", async () => {
    field.select();
    let done = false;
    try {
      await navigator.clipboard.writeText(field.value);
      done = true;
    } catch {
      done = document.execCommand("copy");
    }
    said.textContent = done ? "已复制。" : "请长按地址，选“复制”。";
  });
}
