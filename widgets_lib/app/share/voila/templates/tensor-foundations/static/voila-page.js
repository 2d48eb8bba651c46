// What a lesson's page has to do with Voila: progress while it streams the cells, knowing when its widgets are drawn,
// and stopping the kernel of a page that is left. In <head>, after lesson.js.
"use strict";

const DRAWN_MS = 50; // how often to look whether everything is drawn
const OUTPUT = 'script[type="application/vnd.voila.cell-output+json"]';

// --- progress: names the section whose cells run; never covers what is already there
let cellsReady = "";
const cellsCame = new MutationObserver(() => {
  showing ||= requestAnimationFrame(showProgress); // a page that comes at once has eighty cells
});
let showing = 0;

function showProgress() {
  showing = 0;
  if (page.dataset.lesson) return; // there is something else to say by now
  const section = headings("h1, h2, h3").at(-1);
  if (cellsReady) say(`Preparing ${section ? `“${textOf(section)}”` : "the lesson"}`, cellsReady);
}

// Voila writes a call of this in front of each finished cell …
globalThis.voila_process = (cell, cells) => {
  if (!cellsReady) cellsCame.observe(document.querySelector("#lesson .cells"), { childList: true, subtree: true });
  cellsReady = ` — ${cell} of ${cells} cells ready`;
  document.getElementById("done").style.setProperty("--done", String(cell / cells));
  watchKernel();
};
// … and of this after the last one; then live/live.js draws the widgets, and Voila's own scripts what is left.
globalThis.voila_finish = () => {
  if (page.dataset.lesson) return; // a second call comes once Voila's theme is loaded
  cellsCame.disconnect();
  completeLesson();
  page.dataset.lesson = "drawing";
  say("Drawing the widgets …");
  whenDrawn();
  watchArrival();
};

async function whenDrawn() {
  const stopped = () => page.dataset.lesson === "stopped";
  const drawnByVoila = async () =>
    managerRuns() && !document.querySelector(OUTPUT) && !widgetsToCome() && (await viewsAreDrawn());
  const drawn = async () => isAlive() && (!voilaIsNeeded || (await drawnByVoila()));
  while (!stopped() && !(await drawn())) await new Promise((resolve) => setTimeout(resolve, DRAWN_MS));
  if (!stopped()) finishLesson();
}

// --- Voila's own scripts: 3 MB, for what the page does not draw by itself
let voilaIsNeeded = false;
const isAlive = () => !document.getElementById("widgets") || page.dataset.widgets === "alive";

/** Load them once the widgets that are in sight are drawn. */
function startVoila(style, main) {
  voilaIsNeeded = true;
  tellOfLoad();
  const start = async () => {
    await loadStyle(style);
    document.body.append(Object.assign(document.createElement("script"), { src: main }));
  };
  if (isAlive() || page.dataset.widgets) return start();
  const watcher = new MutationObserver(() => {
    watcher.disconnect();
    start();
  });
  watcher.observe(page, { attributeFilter: ["data-widgets"] });
}

/** They begin with the window's load event: whoever comes to listen for it when it is over has not missed it. */
function tellOfLoad() {
  const listen = window.addEventListener;
  window.addEventListener = (type, listener, ...more) => {
    if (type === "load" && document.readyState === "complete") setTimeout(listener, 0, new Event(type));
    else listen.call(window, type, listener, ...more);
  };
}

/** Its styles come as a script, and go in front of the page's own. */
async function loadStyle(src) {
  const before = new Set(document.head.querySelectorAll("style"));
  const script = Object.assign(document.createElement("script"), { src });
  await new Promise((resolve) => {
    script.onload = script.onerror = resolve;
    document.head.append(script);
  });
  const styles = [...document.head.querySelectorAll("style")].filter((style) => !before.has(style));
  document.head.prepend(...styles);
}

/** The script that draws the widgets did not come. */
function liveFailed() {
  warn("The widgets of this lesson did not load.", { reload: true });
  page.dataset.widgets = "alive"; // nothing waits for them any more
}

const managerRuns = () => Boolean(globalThis.jupyterapp?.widgetManager);
// A widget's output is an empty panel, then says "Loading widget...", until its model has come from the kernel.
function widgetsToCome() {
  const panels = [...document.querySelectorAll("#lesson .lm-Panel.jp-OutputArea-output:not(.lm-mod-hidden)")];
  return panels.some(
    ({ textContent, childElementCount }) => textContent === "Loading widget..." || !(textContent || childElementCount),
  );
}
// anywidget does not wait for a view that loads its modules first, as this course's do: widgets/shared/mount.js marks
// it once it is drawn.
async function viewsAreDrawn() {
  const manager = globalThis.jupyterapp.widgetManager;
  const models = await whatCame([...manager.registeredModels].map((id) => manager.get_model(id)));
  const ours = models.filter((model) => model.get("_view")?.module);
  const views = await whatCame(ours.flatMap((model) => Object.values(model.views ?? {})));
  return views.every(({ el }) => "drawn" in el.dataset);
}
/** The values of those promises that are kept: of the others the console tells. */
const whatCame = async (promises) =>
  (await Promise.all(promises.map((promise) => promise.catch(() => null)))).filter(Boolean);
globalThis.voila_heartbeat = () => {}; // written into the page to keep a slow connection open
globalThis.update_loading_text = () => {};
globalThis.display_cells = () => {};

// --- leaving: Voila's widget manager stops the kernel before a page unloads. While cells still run there is no
// manager yet, and phones send no `beforeunload`; then this code stops it.
let stoppedByManager = false;
addEventListener("beforeunload", () => {
  stoppedByManager = managerRuns();
});
addEventListener("pagehide", () => {
  const kernelStarted = document.getElementById("jupyter-config-data");
  if (kernelStarted && !stoppedByManager) navigator.sendBeacon(kernelAddress("voila/api/shutdown"));
});
