// What a lesson's page has to do with Voila: progress while it streams the cells, knowing when its widgets are drawn,
// and stopping the kernel of a page that is left. In <head>, after lesson.js.
"use strict";

const DRAWN_MS = 50; // how often to look whether everything is drawn
const OUTPUT = 'script[type="application/vnd.voila.cell-output+json"]';

// --- progress: names the section whose cells run; never covers what is already there
let cellsReady = "";
const cellsCame = new MutationObserver(showProgress);

function showProgress() {
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
// … and of this after the last one; then its own scripts load and draw the outputs.
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
  const drawn = async () =>
    managerRuns() && !document.querySelector(OUTPUT) && !widgetsToCome() && (await viewsAreDrawn());
  while (!stopped() && !(await drawn())) await new Promise((resolve) => setTimeout(resolve, DRAWN_MS));
  if (!stopped()) finishLesson();
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
