// Articles that a person has kept on this phone open without a network. It keeps nothing by itself, asks for nothing
// that the page would not ask for, and tells nobody what is kept.
"use strict";

const ARTICLES = "zhibu-study-articles";
const ASSETS = "zhibu-study-assets";
const LIST = "/m/study/kept";
const ITEM = /^\/m\/study\/items\/[0-9]+$/;

self.addEventListener("install", () => self.skipWaiting());
self.addEventListener("activate", (event) => event.waitUntil(self.clients.claim()));

self.addEventListener("fetch", (event) => {
  const { request } = event;
  const address = new URL(request.url);
  if (request.method !== "GET" || address.origin !== self.location.origin) return;
  if (request.mode === "navigate") event.respondWith(page(request, address.pathname));
  else if (address.pathname.startsWith("/m/static/")) event.respondWith(asset(request, address.pathname));
});

const kept = (path) => caches.match(path, { cacheName: ARTICLES });

async function page(request, path) {
  try {
    const answer = await fetch(request);
    if ((ITEM.test(path) || path === LIST) && (await kept(path))) await renew(path, answer);
    return answer;
  } catch (away) {
    const found = (await kept(path)) ?? (await kept(LIST));
    if (!found) throw away;
    const text = await found.text();
    return new Response(text.replace("data-offline hidden", "data-offline"), { headers: found.headers });
  }
}

// A kept article is always the one that readers see now; a withdrawn one goes from the phone too.
async function renew(path, answer) {
  const articles = await caches.open(ARTICLES);
  if (answer.ok && !answer.redirected) await articles.put(path, answer.clone());
  else if (answer.status === 404) await articles.delete(path);
}

async function asset(request, path) {
  const found = await caches.match(request, { cacheName: ASSETS });
  if (found) return found;
  const older = await caches.match(path, { cacheName: ASSETS, ignoreSearch: true });
  try {
    const answer = await fetch(request);
    if (answer.ok && older) {
      const assets = await caches.open(ASSETS);
      await assets.delete(path, { ignoreSearch: true });
      await assets.put(request, answer.clone());
    }
    return answer;
  } catch (away) {
    if (!older) throw away;
    return older;
  }
}
