// Keeping an article on this phone, at a tap, and taking it away again. Only where the phone's browser can do it.
"use strict";

(() => {
  const ARTICLES = "zhibu-study-articles";
  const ASSETS = "zhibu-study-assets";
  const LIST = "/m/study/kept";
  const WORKER = "/m/study/worker.js";
  const SCOPE = "/m/study";
  const MOST = 30;
  const able = "serviceWorker" in navigator && "caches" in window;

  const kept = async () => {
    if (!(await caches.has(ARTICLES))) return [];
    const keys = await (await caches.open(ARTICLES)).keys();
    return keys.map((one) => new URL(one.url).pathname).filter((path) => path !== LIST);
  };
  const fresh = async (path) => {
    const answer = await fetch(path, { credentials: "same-origin" });
    if (!answer.ok || answer.redirected) throw new Error(String(answer.status));
    return answer;
  };
  const assets = () => {
    const found = [...document.querySelectorAll("link[rel=stylesheet], link[rel=icon], script[src], use")];
    const addresses = found.map((one) => one.getAttribute("href") ?? one.getAttribute("src"));
    return [...new Set(addresses.map((one) => one.split("#")[0]))];
  };
  const keep = async (path) => {
    await navigator.serviceWorker.register(WORKER, { scope: SCOPE });
    const [article, list] = await Promise.all([fresh(path), fresh(LIST)]);
    await (await caches.open(ASSETS)).addAll(assets());
    const articles = await caches.open(ARTICLES);
    await articles.put(LIST, list);
    await articles.put(path, article);
    for (const old of (await kept()).slice(0, -MOST)) await articles.delete(old);
    await navigator.serviceWorker.ready;
  };
  const drop = async (path) => {
    await (await caches.open(ARTICLES)).delete(path);
    if ((await kept()).length) return;
    await Promise.all([caches.delete(ARTICLES), caches.delete(ASSETS)]);
    await (await navigator.serviceWorker.getRegistration(SCOPE))?.unregister();
  };

  const ofArticle = async (box) => {
    const path = location.pathname;
    const button = box.querySelector("button");
    const said = box.querySelector("[data-said]");
    const show = async () => {
      const has = (await kept()).includes(path);
      button.dataset.act = has ? "drop" : "keep";
      button.textContent = has ? "从这部手机删除" : "存到这部手机";
    };
    await show();
    box.hidden = false;
    button.addEventListener("click", async () => {
      if (button.getAttribute("aria-disabled") === "true") return;
      const act = button.dataset.act;
      button.setAttribute("aria-disabled", "true");
      try {
        await (act === "keep" ? keep : drop)(path);
        said.textContent = act === "keep" ? "存好了，没有网络也能打开。" : "已经删除。";
      } catch {
        said.textContent = "没有存成，请连上网络再试。";
      }
      button.removeAttribute("aria-disabled");
      await show();
    });
  };

  const title = async (path) => {
    const answer = await caches.match(path, { cacheName: ARTICLES });
    return new DOMParser().parseFromString(await answer.text(), "text/html").title;
  };
  const ofList = async (box) => {
    const lines = box.querySelector("[data-lines]");
    const said = document.querySelector("[data-none]");
    const button = box.querySelector("button");
    const paths = (await kept()).reverse();
    said.textContent = "这部手机上还没有存下的内容。打开一篇，点“存到这部手机”。";
    said.hidden = paths.length > 0;
    box.hidden = paths.length === 0;
    for (const path of paths) {
      const line = box.querySelector("template").content.cloneNode(true);
      line.querySelector("a").href = path;
      line.querySelector(".line-title").textContent = await title(path);
      lines.append(line);
    }
    button.addEventListener("click", async () => {
      for (const path of paths) await drop(path);
      box.hidden = true;
      said.hidden = false;
      said.textContent = "已经全部删除。";
    });
  };

  const article = document.querySelector("[data-keep]");
  const list = document.querySelector("[data-kept]");
  if (able && article) ofArticle(article);
  if (able && list) ofList(list);
})();
