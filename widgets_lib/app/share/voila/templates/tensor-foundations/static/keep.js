// Keeps what is typed, dragged and solved in the page's widgets, and brings it back. The widgets send their inputs as
// events (widgets/shared/page.js). In <head>, after veils.js; `startKeeping` runs once the lesson is known.
"use strict";

const SAVE_MS = 200; // what the kernel refuses is not kept, if it says so by then

/** @type {WeakMap<Element, { place: string, restart: () => void, inputs: object, failed: boolean }>} */
const views = new WeakMap();
/** @type {Map<string, string>} */
const firsts = new Map(); // place -> inputs as the widget was made
/** @type {Map<string, object>} */
const unsaved = new Map(); // place -> inputs
let saving = 0;

/** Where a widget stands: its cell, and which of the cell's views it is; "" outside of cells. */
function placeOf(root) {
  const cell = cellOf(root);
  const hosts = [...(root.closest(".jp-Cell")?.querySelectorAll(".lm-Widget") ?? [])];
  return cell && `${cell}/${hosts.indexOf(root.closest(".lm-Widget"))}`;
}

/** @param {any} event */
function meetView({ target, detail }) {
  const place = placeOf(target);
  if (!place) return;
  const view = { place, restart: detail.restart, inputs: detail.inputs, failed: false };
  views.set(target, view);
  offerLink(target, { place, latest: () => view });
  if (firsts.has(place)) return; // drawn anew
  const first = JSON.stringify(detail.inputs);
  firsts.set(place, first);
  const sent = takeLinked(place);
  const kept = readProgress(lessonPath).widgets[place];
  if (sent) detail.restore(sent);
  else if (kept && JSON.stringify(kept) !== first) detail.restore(kept);
  else if (target.matches(".wl-predict")) judgeCell(target);
}

/** @param {any} event */
function keepInputs({ target, detail }) {
  const view = views.get(target);
  if (!view) return;
  Object.assign(view, { inputs: detail.inputs, failed: detail.failed });
  const { place } = view;
  if (arrived.has(place)) return; // a link's, and not the reader's own
  if (detail.failed) unsaved.delete(place);
  else unsaved.set(place, detail.inputs);
  saving ||= setTimeout(saveInputs, SAVE_MS);
}

function saveInputs() {
  clearTimeout(saving);
  saving = 0;
  if (!unsaved.size) return;
  changeProgress(lessonPath, ({ widgets }) => {
    for (const [place, inputs] of unsaved) {
      const text = JSON.stringify(inputs);
      if (text === firsts.get(place) || text.length > MAX_WIDGET_LETTERS) delete widgets[place];
      else {
        widgets[place] = inputs;
        document.getElementById("forgotten").hidden = true; // there is something new, which undoing would lose
      }
    }
  });
  unsaved.clear();
}

/** @param {any} event */
function dropInputs({ target }) {
  const place = views.get(target)?.place;
  if (arrived.has(place)) refuseLinked(place);
  else if (place) changeProgress(lessonPath, ({ widgets }) => delete widgets[place]);
  if (target.matches(".wl-predict")) judgeCell(target);
}

function forgetLesson() {
  saveInputs(); // undoing brings back this too
  const undo = forgetProgress([lessonPath]);
  unsaved.clear();
  resetVeils();
  document.querySelectorAll("#lesson .wl").forEach((root) => views.get(root)?.restart());
  const line = document.getElementById("forgotten");
  line.hidden = false;
  line.querySelector("button").onclick = () => {
    unsaved.clear();
    undo();
    location.reload();
  };
  line.querySelector("button").focus();
}

function startKeeping() {
  document.addEventListener("wl-view", meetView);
  document.addEventListener("wl-inputs", keepInputs);
  document.addEventListener("wl-refused", dropInputs);
  addEventListener("pagehide", saveInputs);
  document.getElementById("forget").addEventListener("click", forgetLesson);
}
