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
  const sheet = document.getElementById("theme-dark");
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
  const theme = document.getElementById("theme-choice");
  theme.value = memory.get("theme") ?? "system";
  theme.addEventListener("change", () => {
    memory.set("theme", theme.value);
    applyTheme();
  });

  document.getElementById("projector-switch").addEventListener("click", toggleProjector);
  document.addEventListener("keydown", (event) => {
    if (
      event.key !== "p" ||
      event.ctrlKey ||
      event.metaKey ||
      event.altKey ||
      event.defaultPrevented ||
      isTyping(event)
    )
      return;
    toggleProjector();
  });

  new ResizeObserver(([{ target }]) => page.style.setProperty("--bar", `${target.offsetHeight}px`)).observe(
    document.querySelector(".bar"),
  );
  applyTheme();
  applyProjector();
}

systemIsDark.addEventListener("change", applyTheme);
applyTheme();
applyProjector();
