// What every page does: theme and projector steps, both remembered. A classic script in <head>, so that they hold
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
  remove(key) {
    try {
      localStorage.removeItem(`tensor-foundations.${key}`);
    } catch {
      /* there is none */
    }
  },
  keys(start) {
    try {
      const own = Object.keys(localStorage).filter((key) => key.startsWith(`tensor-foundations.${start}`));
      return own.map((key) => key.slice("tensor-foundations.".length));
    } catch {
      return [];
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

const PROJECTOR_STEPS = { off: "", 1: "1.3×", 2: "1.7×" };

function applyProjector() {
  const chosen = memory.get("projector");
  const step = chosen in PROJECTOR_STEPS ? chosen : "off";
  page.dataset.projector = step;
  const button = document.getElementById("projector-switch");
  if (button) {
    button.setAttribute("aria-pressed", String(step !== "off"));
    button.querySelector(".step").textContent = PROJECTOR_STEPS[step];
  }
  dispatchEvent(new Event("projector"));
}

function nextProjectorStep() {
  const steps = ["off", "1", "2"];
  const stay = stayAtWhatIsRead();
  memory.set("projector", steps[(steps.indexOf(page.dataset.projector) + 1) % steps.length]);
  applyProjector();
  stay();
  requestAnimationFrame(() => requestAnimationFrame(stay)); // drawings have taken their new sizes
}

// What is first under the bar stays there while everything grows; the top of a page stays the top.
function stayAtWhatIsRead() {
  if (scrollY < 1) return () => scrollTo({ top: 0, behavior: "instant" });
  const under = () => document.querySelector(".bar").getBoundingClientRect().bottom;
  const parts = [...document.querySelectorAll(".jp-MarkdownOutput > *, .jp-CodeCell > *, .card")];
  const first = parts.find((part) => part.getBoundingClientRect().bottom > under());
  if (!first) return () => {};
  const before = first.getBoundingClientRect();
  const share = Math.min(0, (before.top - under()) / before.height); // how much of it is above
  const gap = Math.max(0, before.top - under());
  return () => {
    const now = first.getBoundingClientRect();
    scrollBy({ top: now.top - under() - share * now.height - gap, behavior: "instant" });
  };
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

  document.getElementById("projector-switch").addEventListener("click", nextProjectorStep);
  document.addEventListener("keydown", (event) => {
    const modified = event.ctrlKey || event.metaKey || event.altKey;
    if (event.key === "p" && !modified && !event.defaultPrevented && !isTyping(event)) nextProjectorStep();
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
