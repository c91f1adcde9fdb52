// Signs in as soon as the page is there. Where the network is away it says so and tries again: the form carries the
// moment at which the page was opened, so nothing is lost meanwhile. Without this script the button does it.
"use strict";

(() => {
  const AGAIN_AFTER = 3000;
  const MOST_FAULTS = 5;
  const form = document.querySelector("form[data-at-once]");
  if (!form) return;
  const waits = document.querySelector("[data-waits]");
  let faults = 0;
  const button = form.querySelector("button[type=submit]");

  const show = async (answer) => {
    const page = new DOMParser().parseFromString(await answer.text(), "text/html");
    document.title = page.title;
    document.getElementById("main").replaceWith(page.getElementById("main"));
    document.getElementById("main").focus();
  };

  const send = async () => {
    let answer;
    try {
      answer = await fetch(form.action, {
        method: "POST",
        body: new URLSearchParams(new FormData(form)),
        redirect: "manual",
      });
      if (answer.status >= 500 && faults++ < MOST_FAULTS) throw new Error("the server is in trouble");
    } catch {
      waits.hidden = false;
      window.setTimeout(send, AGAIN_AFTER);
      return;
    }
    // The session has ended: the way through WeChat is not one that a script may go.
    if (answer.type === "opaqueredirect") form.submit();
    else await show(answer);
  };

  button.textContent = form.dataset.once;
  button.setAttribute("aria-disabled", "true");
  form.dataset.sent = "yes";
  send();
})();
