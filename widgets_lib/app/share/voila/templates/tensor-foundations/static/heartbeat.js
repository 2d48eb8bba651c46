// A kernel that died, was culled or does not come to an end, a page cut off on its way, or a server that is gone,
// is told in words.
"use strict";

const HEARTBEAT_MS = 5_000;
const PATIENCE_MS = 10_000; // so long a visitor waits before being told
const BUSY =
  "Python is still computing, and the widgets wait for it. If it does not come to an end, reload to start again.";
// No event tells that a proxy cut the page off; but then Python rests while the page has not come to its end.
const CUT = "The rest of the lesson does not come. If it stays so, reload to start again.";

function warn(text, { reload }) {
  const banner = document.getElementById("banner");
  if (banner.dataset.says === text) return; // said once: a screen reader need not repeat it
  banner.dataset.says = text;
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
      // A server that was started anew knows neither the kernel nor, behind a login, the visitor.
      if (reply.status === 404 || reply.status === 403 || reply.redirected) stopped();
      else if (reply.ok) tell((await reply.json()).execution_state);
    } catch {
      warn("The server does not answer. Trying again …", { reload: true });
    }
    asking = false;
  }

  function tell(state) {
    if (state === "dead") return stopped();
    const trouble = { "busy ready": BUSY, "idle undefined": CUT }[`${state} ${page.dataset.lesson}`] ?? "";
    if (waitsFor !== trouble + cellsReady) since = Date.now(); // a cell that has come is a new beginning
    waitsFor = trouble + cellsReady;
    const long = Date.now() - since >= PATIENCE_MS;
    warn(long ? trouble : "", { reload: long });
  }

  function stopped() {
    clearInterval(timer);
    page.dataset.lesson = "stopped";
    say("");
    warn("This lesson’s Python has stopped. You can still read; reload to compute again.", { reload: true });
  }
}
