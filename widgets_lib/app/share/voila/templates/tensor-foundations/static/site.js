// What every page does: theme and projector mode, both remembered. A classic script in <head>, so that they hold
// before the first paint; `startSwitches` runs once the bar exists.
"use strict";

const page = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

const memory = {
  // A page in a sandboxed frame may not use localStorage; it then forgets, and works.
  get(key) {
    try {
      return localStorage.getItem(`tensor-foundations.${key}`);
    } catch {
      return null;
    }
  },
  set(key, value) {
    try {
      localStorage.setItem(`tensor-foundations.${key}`, value);
    } catch {
      /* forgotten */
    }
  },
};

function applyTheme() {
  const choice = memory.get("theme") ?? "system";
  const dark = choice === "dark" || (choice === "system" && systemIsDark.matches);
  page.dataset.theme = dark ? "dark" : "light";
  // A lesson's page has Jupyter's dark sheet as well, and widgets read the body's attributes.
  /** @type {HTMLLinkElement} */
  const sheet = document.querySelector("#theme-dark");
  if (!sheet) return;
  sheet.media = dark ? "screen" : "not all"; // paper is white
  if (!document.body) return;
  document.body.dataset.jpThemeLight = String(!dark);
  document.body.dataset.jpThemeName = dark ? "JupyterLab Dark" : "JupyterLab Light";
}

function applyProjector() {
  const on = memory.get("projector") === "on";
  page.dataset.projector = on ? "on" : "off";
  document.getElementById("projector-switch")?.setAttribute("aria-pressed", String(on));
  dispatchEvent(new Event("projector"));
}

function toggleProjector() {
  // What is being read stays where it is while everything grows.
  const anchor = document.elementFromPoint(innerWidth / 2, innerHeight / 2)?.closest(".jp-Cell, .card");
  const before = anchor?.getBoundingClientRect().top;
  memory.set("projector", page.dataset.projector === "on" ? "off" : "on");
  applyProjector();
  if (anchor) scrollBy(0, anchor.getBoundingClientRect().top - before);
}

function isTyping({ target }) {
  return (
    target instanceof Element &&
    target.closest(
      "input:not([type=range], [type=checkbox], [type=radio], [type=button]), textarea, select, [contenteditable]",
    )
  );
}

function startSwitches() {
  /** @type {HTMLSelectElement} */
  const theme = document.querySelector("#theme-choice");
  theme.value = memory.get("theme") ?? "system";
  theme.addEventListener("change", () => {
    memory.set("theme", theme.value);
    applyTheme();
  });

  document.getElementById("projector-switch").addEventListener("click", toggleProjector);
  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key === "p" && !modified && !event.defaultPrevented && !isTyping(event)) toggleProjector();
  });

  /** @type {HTMLElement} */
  const bar = document.querySelector(".bar");
  new ResizeObserver(() => page.style.setProperty("--bar", `${bar.offsetHeight}px`)).observe(bar);
  applyTheme();
  applyProjector();
}

systemIsDark.addEventListener("change", applyTheme);
applyTheme();
applyProjector();
