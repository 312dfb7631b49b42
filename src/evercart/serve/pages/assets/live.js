"use strict";
// Puts what the service says into the places that wait for it: [data-live="name"] gets text, [data-tone="name"] a class;
// [data-of="name"] shows once that is no more what it was when the page was made, [data-was].
(() => {
  const topic = document.body.dataset.topic;
  const state = document.getElementById("connected");
  if (!topic || !state) return;
  const said = (place, text) => { if (place.textContent !== text) place.textContent = text; };
  const show = (on) => {
    said(state.lastElementChild, on ? state.dataset.on : state.dataset.off);
    state.firstElementChild.className = on ? "dot on" : "dot off";
  };
  const calm = 20000; // ms between two changes of what a screen reader says aloud
  const changed = new Map();
  const mayChange = (place) => {
    const aloud = place.closest("[role=status]");
    if (!aloud || aloud.hidden) return true;
    if (performance.now() - (changed.get(place) ?? -calm) < calm) return false;
    changed.set(place, performance.now());
    return true;
  };
  const tell = (news) => {
    for (const place of document.querySelectorAll("[data-live]")) {
      const text = news.text[place.dataset.live];
      if (text !== undefined && text !== place.textContent && mayChange(place)) place.textContent = text;
    }
    for (const place of document.querySelectorAll("[data-tone]")) {
      const tone = news.tone[place.dataset.tone];
      if (tone !== undefined) place.className = `${place.dataset.class || ""} ${tone}`.trim();
    }
    for (const place of document.querySelectorAll("[data-shown]")) {
      const shown = news.shown[place.dataset.shown];
      if (shown !== undefined) place.hidden = !shown;
    }
    for (const place of document.querySelectorAll("[data-points]")) {
      const points = news.points[place.dataset.points];
      if (points !== undefined) place.setAttribute("points", points);
    }
  };
  const compare = (news) => {
    for (const place of document.querySelectorAll("[data-was]")) {
      const text = news.text[place.dataset.of];
      if (text !== undefined) place.hidden = text === place.dataset.was;
    }
  };
  const source = new EventSource(`/live?topic=${topic}&lang=${document.documentElement.lang}`);
  source.addEventListener("news", (event) => { show(true); const news = JSON.parse(event.data); tell(news); compare(news); });
  source.addEventListener("open", () => show(true));
  source.addEventListener("error", () => show(false));
  window.addEventListener("pagehide", () => source.close());
  window.addEventListener("pageshow", (event) => { if (event.persisted) location.reload(); });
})();
