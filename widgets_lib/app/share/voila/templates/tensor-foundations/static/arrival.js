// Asks the kernel again for widgets whose answer was lost on the way, and in the end says so in their place: ipywidgets
// waits for each answer without end, and asks no second time. In <head>, after voila-page.js.
"use strict";

const LOOK_MS = 500;
const SILENT_MS = 8_000; // without a word from the kernel: then an answer counts as lost
const MAX_ASKED = 3;
const LOST = "This widget did not arrive. Reload to try again; what you entered in this lesson is kept.";
const TO_COME = ["Loading widget...", "Error displaying widget: model not found"]; // ipywidgets' own words

/** The outputs that are still waiting for their widget. */
function waitingOutputs() {
  const panels = [...document.querySelectorAll("#lesson .lm-Panel.jp-OutputArea-output")];
  return panels.filter(({ textContent }) => TO_COME.includes(textContent));
}

function watchArrival() {
  let heard = 0; // when the kernel last said something
  let asked = 0;
  const timer = setInterval(look, LOOK_MS);

  function look() {
    if (page.dataset.lesson !== "drawing") return clearInterval(timer);
    const manager = globalThis.jupyterapp?.widgetManager;
    if (!manager) return;
    if (!heard) listen(manager.kernel);
    const { connectionStatus } = manager.kernel;
    if (connectionStatus === "connecting") heard = Date.now(); // it goes on trying
    if (Date.now() - heard < SILENT_MS) return;
    const waiting = waitingOutputs();
    if (!waiting.length) return;
    if (asked === MAX_ASKED) return waiting.forEach(giveUp);
    asked += 1;
    heard = Date.now();
    if (connectionStatus === "disconnected") manager.kernel.reconnect().catch(() => {});
    manager.restoreWidgets(); // never rejects
  }

  function listen(kernel) {
    heard = Date.now();
    kernel.anyMessage.connect((_, { direction }) => {
      if (direction === "recv") heard = Date.now();
    });
    forgetOldComms(kernel);
  }
}

/** A comm that was opened for an answer that never came is in the way of the next: the kernel refuses a second. */
function forgetOldComms(kernel) {
  const comms = new Map();
  const createComm = kernel.createComm.bind(kernel);
  kernel.createComm = (target, id, ...more) => {
    if (id && kernel.hasComm(id)) comms.get(id)?.dispose();
    const comm = createComm(target, id, ...more);
    comms.set(comm.commId, comm);
    return comm;
  };
}

/** A widget that comes after all takes the place of the sentence. */
function giveUp(output) {
  const button = Object.assign(document.createElement("button"), { type: "button", textContent: "Reload" });
  button.addEventListener("click", () => location.reload());
  const note = Object.assign(document.createElement("p"), { className: "failed", textContent: `${LOST} ` });
  note.append(button);
  output.replaceChildren(note);
}
