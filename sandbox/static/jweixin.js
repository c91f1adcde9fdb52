// Stands in for https://res.wx.qq.com/open/js/jweixin-1.6.0.js inside the sandbox's phone.
(() => {
  const base = new URL(document.currentScript.src).origin;
  const inPhone = window.parent !== window;
  const asked = new Map();
  const readers = [];
  const complainers = [];
  let state = "new";
  let why = "";
  let tags = [];
  let appId = "";

  // The phone is asked; its answer goes to `settled`.
  function ask(message, settled) {
    const id = Math.random().toString(36).slice(2);
    asked.set(id, settled);
    window.parent.postMessage({ ...message, id }, base);
  }

  const bridge = {
    invoke(name, given, tell) {
      if (name !== "getBrandWCPayRequest") return tell?.({ err_msg: `${name}:fail, the permission value is offline verifying` });
      return ask({ wechat: "pay", given }, ({ result, error }) => tell?.({ err_msg: `get_brand_wcpay_request:${result}`, ...(error ? { err_desc: error } : {}) }));
    },
  };

  function choosePay({ timestamp, nonceStr, package: bought, signType, paySign, success, fail, cancel, complete }) {
    const given = { appId, timeStamp: String(timestamp), nonceStr, package: bought, signType, paySign };
    const end = (result) => {
      const said = { errMsg: `chooseWXPay:${result}` };
      ({ ok: success, cancel }[result] || fail)?.(said);
      complete?.(said);
    };
    if (state !== "ready" || !inPhone) return end("fail");
    return ask({ wechat: "pay", given }, ({ result }) => end(result));
  }

  function settle(problem) {
    state = problem ? "refused" : "ready";
    why = problem;
    for (const tell of problem ? complainers : readers) tell(problem ? { errMsg: problem } : undefined);
    for (const element of document.querySelectorAll("wx-open-subscribe")) element.draw?.();
  }

  function check(given) {
    const script = document.createElement("script");
    const url = location.href.split("#")[0];
    const query = { appid: given.appId, timestamp: given.timestamp, noncestr: given.nonceStr, signature: given.signature, url };
    script.src = `${base}/open/js/check.js?${new URLSearchParams(query)}`;
    script.onerror = () => settle("config:fail");
    window.__sandboxChecked = settle;
    document.head.append(script);
  }

  window.wx = {
    config(given) { tags = given.openTagList || []; appId = given.appId; check(given); },
    ready(tell) { if (state === "ready") tell(); else readers.push(tell); },
    error(tell) { if (state === "refused") tell({ errMsg: why }); else complainers.push(tell); },
    checkJsApi({ jsApiList = [], success }) { success?.({ checkResult: Object.fromEntries(jsApiList.map((name) => [name, ["closeWindow", "chooseWXPay"].includes(name)])), errMsg: "checkJsApi:ok" }); },
    chooseWXPay: choosePay,
    closeWindow() { window.parent.postMessage({ wechat: "closeWindow" }, base); },
  };

  window.addEventListener("message", ({ origin, data }) => {
    const settled = origin === base && asked.get(data?.zhibuSandbox);
    if (!settled) return;
    asked.delete(data.zhibuSandbox);
    settled(data);
  });

  // As in WeChat: the bridge is there a moment later than the page.
  if (inPhone) {
    setTimeout(() => {
      window.WeixinJSBridge = bridge;
      document.dispatchEvent(new Event("WeixinJSBridgeReady"));
    }, 30);
  }

  class Subscribe extends HTMLElement {
    connectedCallback() { queueMicrotask(() => this.draw()); }

    // As in WeChat: nothing is seen before wx.config has been accepted with this tag.
    draw() {
      if (state !== "ready" || !tags.includes("wx-open-subscribe") || this.shadowRoot) return;
      const given = this.querySelector("script, template");
      if (!given) return;
      const root = this.attachShadow({ mode: "open" });
      root.innerHTML = given.innerHTML;
      root.addEventListener("click", () => this.ask());
      this.fire("ready", {});
    }

    ask() {
      if (!inPhone) return this.fire("error", { errMsg: "subscribe:fail not in WeChat", errCode: 10001 });
      const templates = (this.getAttribute("template") || "").split(",").map((one) => one.trim()).filter(Boolean);
      return ask({ wechat: "subscribe", templates }, (data) => this.settle(data));
    }

    settle(data) {
      if (data.error) return this.fire("error", { errMsg: data.error, errCode: 10005 });
      const said = [...data.accept.map((id) => [id, "accept"]), ...data.reject.map((id) => [id, "reject"])];
      const details = Object.fromEntries(said.map(([id, status]) => [id, JSON.stringify({ status })]));
      return this.fire("success", { errMsg: "subscribe:ok", subscribeDetails: JSON.stringify(details) });
    }

    fire(name, detail) { this.dispatchEvent(new CustomEvent(name, { detail })); }
  }

  customElements.define("wx-open-subscribe", Subscribe);
})();
