// The lesson page's own behaviour: theme, code switch, progress in words, and a banner when Python is gone.
// A classic script in <head>: the theme is set before the first paint. `startLesson` runs once the bar exists,
// long before the page has loaded, because Voila streams the page while the cells run.
"use strict";

const HEARTBEAT_MS = 10_000;
const DRAWN_MS = 50; // how often to look whether everything is drawn
const OUTPUT = 'script[type="application/vnd.voila.cell-output+json"]';
const page = document.documentElement;
const systemIsDark = matchMedia("(prefers-color-scheme: dark)");

const memory = {
  // A page in a sandboxed frame may not use localStorage; it then forgets, and works.
  get(key) { try { return localStorage.getItem(`tensor-foundations.${key}`); } catch { return null; } },
  set(key, value) { try { localStorage.setItem(`tensor-foundations.${key}`, value); } catch { /* forgotten */ } },
};

// --- theme: the dark sheet's `media` decides which --jp-* variables hold; widgets also read the body's attributes
function applyTheme() {
  const choice = memory.get("theme") ?? "system";
  const dark = choice === "dark" || (choice === "system" && systemIsDark.matches);
  document.getElementById("theme-dark").media = dark ? "screen" : "not all"; // paper is white
  page.style.colorScheme = dark ? "dark" : "light";
  if (!document.body) return;
  document.body.dataset.jpThemeLight = String(!dark);
  document.body.dataset.jpThemeName = dark ? "JupyterLab Dark" : "JupyterLab Light";
}

// --- progress: names the section whose cells run; never covers what is already there
let cellsReady = "";
const lessonGrew = new MutationObserver(tellProgress);

function say(text) {
  const line = document.getElementById("progress");
  line.textContent = text;
  line.hidden = !text;
}

function tellProgress() {
  const headings = [...document.querySelectorAll("#lesson :is(h1, h2, h3)")];
  const section = headings.at(-1)?.firstChild?.textContent.trim() ?? "the lesson";
  say(`Preparing “${section}” — ${cellsReady}`);
}

// Voila writes a call of this in front of each finished cell …
window.voila_process = (cell, cells) => {
  cellsReady = `${cell} of ${cells} cells ready`;
  lessonGrew.observe(document.getElementById("lesson"), { childList: true, subtree: true });
};
// … and of this after the last one; then its own scripts load and draw the outputs.
window.voila_finish = () => {
  if (page.dataset.lesson) return; // a second call comes once Voila's theme is loaded
  lessonGrew.disconnect();
  page.dataset.lesson = "drawing";
  say("Drawing the widgets …");
  const timer = setInterval(() => {
    if (!managerRuns() || document.querySelector(OUTPUT)) return;
    clearInterval(timer);
    page.dataset.lesson = "ready";
    say("");
    watchKernel();
  }, DRAWN_MS);
};
const managerRuns = () => Boolean(window.jupyterapp?.widgetManager);
window.voila_heartbeat = () => {}; // written into the page to keep a slow connection open
window.update_loading_text = () => {};
window.display_cells = () => {};

// --- heartbeat: a kernel that died or was culled, or a server that is gone, is told in words
function warn(text, { reload }) {
  const banner = document.getElementById("banner");
  banner.textContent = text;
  banner.hidden = !text;
  if (!reload) return;
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Reload" });
  button.addEventListener("click", () => location.reload());
  banner.append(" ", button);
}

function kernelAddress(route) {
  const { baseUrl, kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  return `${baseUrl}${route}/${kernelId}`;
}

function watchKernel() {
  let asking = false;
  const timer = setInterval(beat, HEARTBEAT_MS);
  document.addEventListener("visibilitychange", beat);
  addEventListener("online", beat);
  addEventListener("pageshow", beat);

  async function beat() {
    if (document.hidden || asking || page.dataset.lesson === "stopped") return;
    asking = true;
    try {
      const reply = await fetch(kernelAddress("api/kernels"), { cache: "no-store" });
      if (reply.status === 404) {
        clearInterval(timer);
        page.dataset.lesson = "stopped";
        warn("This lesson’s Python has stopped. You can still read; reload to compute again.", { reload: true });
      } else if (reply.ok) warn("", { reload: false });
    } catch {
      warn("The server does not answer. Trying again …", { reload: true });
    }
    asking = false;
  }
}

// --- leaving: Voila's widget manager gives the kernel back before a page unloads. While cells still run there is
// no manager yet, and phones send no `beforeunload`; then we give it back.
let givenBack = false;
addEventListener("beforeunload", () => { givenBack = managerRuns(); });
addEventListener("pagehide", () => {
  const kernelStarted = document.getElementById("jupyter-config-data");
  if (kernelStarted && !givenBack) navigator.sendBeacon(kernelAddress("voila/api/shutdown"));
});

// --- the bar
function startLesson() {
  const theme = document.getElementById("theme-choice");
  theme.value = memory.get("theme") ?? "system";
  theme.addEventListener("change", () => { memory.set("theme", theme.value); applyTheme(); });

  const code = document.getElementById("code-switch");
  const showCode = (shown) => {
    page.dataset.code = shown ? "shown" : "hidden";
    code.setAttribute("aria-pressed", String(shown));
    code.title = shown ? "Hide the code" : "Show the code";
  };
  showCode(memory.get("code") !== "hidden");
  code.addEventListener("click", () => {
    showCode(page.dataset.code === "hidden");
    memory.set("code", page.dataset.code);
  });
  applyTheme();
}

systemIsDark.addEventListener("change", applyTheme);
applyTheme();
