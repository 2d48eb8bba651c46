// The lesson page's own behaviour: theme, code switch, progress in words, and a banner when Python is gone.
// A classic script in <head>: the theme is set before the first paint. `startLesson` runs once the bar exists,
// long before the page has loaded, because Voila streams the page while the cells run.
"use strict";

const HEARTBEAT_MS = 10_000;
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
  document.getElementById("theme-dark").media = dark ? "all" : "not all";
  page.style.colorScheme = dark ? "dark" : "light";
  if (!document.body) return;
  document.body.dataset.jpThemeLight = String(!dark);
  document.body.dataset.jpThemeName = dark ? "JupyterLab Dark" : "JupyterLab Light";
}

// --- progress: names the section whose cells run; never covers what is already there
function say(text) {
  const line = document.getElementById("progress");
  line.textContent = text;
  line.hidden = !text;
}

function lastHeading() {
  const headings = document.querySelectorAll("#lesson :is(h1, h2, h3)");
  return headings.length ? headings[headings.length - 1].firstChild?.textContent.trim() : "the lesson";
}

window.voila_process = (cell, cells) => say(`Preparing “${lastHeading()}” — ${cell} of ${cells}`);
window.voila_heartbeat = () => {}; // Voila writes a call of it into the page to keep a slow connection open
window.update_loading_text = () => {};
window.display_cells = () => {};

window.voila_finish = () => {
  if (page.dataset.lesson) return; // Voila calls it at the end of the page and again once its theme is loaded
  page.dataset.lesson = "drawing";
  say("Drawing the widgets …");
  const drawn = new MutationObserver(becomeReady);
  drawn.observe(document.getElementById("lesson"), { childList: true, subtree: true });
  becomeReady();

  function becomeReady() {
    if (document.querySelector(OUTPUT)) return;
    drawn.disconnect();
    page.dataset.lesson = "ready";
    say("");
    watchKernel();
  }
};

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

function watchKernel() {
  const { baseUrl, kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  let leaving = false;
  let asked = false;
  const timer = setInterval(beat, HEARTBEAT_MS);
  document.addEventListener("visibilitychange", beat);
  addEventListener("online", beat);
  addEventListener("pagehide", () => { leaving = true; });
  addEventListener("pageshow", () => { leaving = false; });

  async function beat() {
    if (document.hidden || asked || page.dataset.lesson === "stopped") return;
    asked = true;
    try {
      const reply = await fetch(`${baseUrl}api/kernels/${kernelId}`, { cache: "no-store" });
      if (reply.status === 404) {
        clearInterval(timer);
        page.dataset.lesson = "stopped";
        warn("This lesson’s Python has stopped. You can still read; reload to compute again.", { reload: true });
      } else if (reply.ok) warn("", { reload: false });
    } catch {
      if (!leaving) warn("The server does not answer. Trying again …", { reload: true });
    }
    asked = false;
  }
}

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
