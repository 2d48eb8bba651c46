// Asks the server for the state of the page's kernel and shows a banner if the kernel has died, was culled or does not
// finish, if the page was cut off, or if the server does not answer.
"use strict";

const HEARTBEAT_MS = 5_000;
const PATIENCE_MS = 10_000; // how long a state must last before it is shown
const BUSY =
  "Python is still computing, and the widgets wait for it. If it does not come to an end, reload to start again.";
// There is no event for a page that a proxy cut off: the kernel is idle although the page is not complete.
const CUT = "The rest of the lesson does not come. If it stays so, reload to start again.";

function kernelAddress(route) {
  const { baseUrl, kernelId } = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  return `${baseUrl}${route}/${kernelId}`;
}

let watching = false;
function watchKernel() {
  if (watching) return;
  watching = true;
  let asking = false;
  let waitsFor = "";
  let since = 0;
  const timer = setInterval(beat, HEARTBEAT_MS);
  document.addEventListener("visibilitychange", beat);
  addEventListener("online", beat);
  addEventListener("pageshow", beat);

  async function beat() {
    if (document.hidden || asking || page.dataset.lesson === "stopped") return;
    asking = true;
    try {
      const reply = await fetch(kernelAddress("api/kernels"), { cache: "no-store" });
      // A server that was restarted knows neither the kernel nor, behind a login, the visitor.
      if (reply.status === 404 || reply.status === 403 || reply.redirected) stopped(await reasonOf(reply));
      else if (reply.ok) report((await reply.json()).execution_state);
    } catch {
      warn("The server does not answer. Trying again …", { reload: true });
    }
    asking = false;
  }

  function report(state) {
    if (state === "dead") return stopped();
    const trouble = { "busy ready": BUSY, "idle undefined": CUT }[`${state} ${page.dataset.lesson}`] ?? "";
    if (waitsFor !== trouble + cellsReady) since = Date.now(); // each new cell restarts the clock
    waitsFor = trouble + cellsReady;
    const long = Date.now() - since >= PATIENCE_MS;
    warn(long ? trouble : "", { reload: long });
  }

  /** Why the server ended the kernel, in words; empty if it does not say so. */
  async function reasonOf(reply) {
    try {
      const { reason, message } = await reply.json();
      return reason === "Kernel Ended" ? message : "";
    } catch {
      return ""; // a page to log in
    }
  }

  function stopped(reason = "") {
    clearInterval(timer);
    page.dataset.lesson = "stopped";
    say("");
    dispatchEvent(new Event("wl-python-stopped")); // the widgets grey: shared/kernel-watch.js
    const what = reason || "This lesson’s Python has stopped.";
    warn(`${what} You can still read; reload to compute again.`, { reload: true });
  }
}
