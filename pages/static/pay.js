// Opens WeChat's own sheet, and waits until our books have the payment: what the sheet says is not believed.
"use strict";

(() => {
  const BRIDGE_PATIENCE = 6000;
  const AGAIN_AFTER = 2000;
  const LOOKS = 30;

  const said = () => document.querySelector("[data-said]");

  // WeChat gives the page its bridge a moment after the page, or not at all outside WeChat.
  const bridge = () =>
    new Promise((found, missing) => {
      if (window.WeixinJSBridge) return found(window.WeixinJSBridge);
      const patience = setTimeout(missing, BRIDGE_PATIENCE);
      document.addEventListener("WeixinJSBridgeReady", () => {
        clearTimeout(patience);
        found(window.WeixinJSBridge);
      });
    });

  const button = document.querySelector("button[data-pay]");
  let busy = false;

  const rest = (words) => {
    busy = false;
    button.removeAttribute("aria-disabled");
    said().textContent = words;
  };

  const pay = async () => {
    if (busy) return;
    busy = true;
    button.setAttribute("aria-disabled", "true");
    said().textContent = "正在打开微信支付…";
    let weixin;
    try {
      weixin = await bridge();
    } catch {
      rest("没有打开微信支付，没有扣款。请在微信里打开这个页面再试。");
      return;
    }
    weixin.invoke("getBrandWCPayRequest", JSON.parse(button.dataset.pay), (answer) => {
      const result = String((answer && answer.err_msg) || "");
      if (result.endsWith(":ok")) location.replace(button.dataset.after);
      else if (result.endsWith(":cancel")) rest("您取消了支付，没有扣款。要付的话，再点一次就行。");
      else rest("微信支付没有成功。请再点一次；若仍不行，请回到党费重新支付，或按其他方式缴纳。");
    });
  };

  if (button) {
    button.addEventListener("click", pay);
    // Back from elsewhere while the sheet was open: the button works again. A tap during the first load stands.
    window.addEventListener("pageshow", (shown) => {
      if (shown.persisted) rest("");
    });
  }

  const waiting = document.querySelector("[data-waiting]");
  const form = document.querySelector("form[data-ask]");

  const look = async () => {
    try {
      const answer = await fetch(waiting.dataset.waiting, { redirect: "error", cache: "no-store" });
      return answer.ok ? (await answer.json()).state : "";
    } catch {
      return "";
    }
  };

  const ask = () =>
    fetch(form.action, { method: "POST", body: new URLSearchParams(new FormData(form)), redirect: "manual" }).catch(() => null);

  const wait = async () => {
    for (let number = 0; number < LOOKS; number++) {
      if ((await look()) === "paid") {
        location.reload();
        return;
      }
      if (number === 0) await ask();
      else await new Promise((go) => setTimeout(go, AGAIN_AFTER));
    }
    said().textContent = "微信还没有确认。不用重复支付：确认后会自动入账并通知您，过一会儿再来看也行。";
  };

  if (waiting) wait();
})();
