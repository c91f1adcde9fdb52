// The tap by which a person agrees to one more reminder (facts/wechat.md §3.8). The section stays hidden where
// WeChat's script is not there or refuses: nothing else on the page depends on it.
"use strict";

document.addEventListener("DOMContentLoaded", async () => {
  const section = document.querySelector("[data-subscribe]");
  if (!section || !window.wx) return;
  const page = encodeURIComponent(location.href.split("#")[0]);
  const answer = await fetch(`${section.dataset.config}?url=${page}`, { redirect: "error" }).catch(() => null);
  if (!answer || !answer.ok) return;
  const button = section.querySelector("wx-open-subscribe");
  const said = section.querySelector("[data-said]");
  button.addEventListener("success", ({ detail }) => {
    const agreed = JSON.stringify(detail || {}).includes("accept");
    said.textContent = agreed ? "好的，有通知时会提醒您一次。" : "您没有同意，不会提醒。";
  });
  button.addEventListener("error", () => {
    said.textContent = "这次没有成功，请稍后再试。";
  });
  wx.ready(() => {
    section.hidden = false;
  });
  wx.config({ ...(await answer.json()), debug: false, jsApiList: [], openTagList: ["wx-open-subscribe"] });
});
