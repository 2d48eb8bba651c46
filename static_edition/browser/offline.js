// Registers the service worker, tells it what a visit has used, and offers to keep the whole course on the device.

const WORKER = "service-worker.js"; // at the site's root, as all pages are
const OFFER = "Keep the whole course on this device";
const KEPT = "The whole course is on this device and works without a network.";
const FAILED =
  "Not everything could be kept: is there a network, and room on this device? What is there already stays.";
const megabytes = (/** @type {number} */ bytes) => `${Math.max(1, Math.round(bytes / 1e6))} MB`;

/** @returns {Promise<ServiceWorker | null>} null where there can be none: plain http, a frame without storage */
async function register() {
  if (!("serviceWorker" in navigator)) return null;
  try {
    await navigator.serviceWorker.register(new URL(WORKER, document.baseURI), { updateViaCache: "none" });
    return (await navigator.serviceWorker.ready).active;
  } catch {
    return null; // the page works without it, with a network
  }
}

/** @type {Promise<ServiceWorker | null> | null} */
let registered = null;
export const startOffline = () => {
  registered ??= register();
  return registered;
};

/** Keep what has been fetched before the worker was there to see it. @param {string[]} addresses */
export async function keep(addresses) {
  const worker = await registered;
  if (!worker) return;
  ask(worker, { keep: addresses }, ({ done }) => {
    if (done) document.documentElement.dataset.offline = "ready"; // for tests
    return true;
  });
}

/**
 * Ask the worker; `hear` gets its answers until it returns true.
 * @param {ServiceWorker} worker
 * @param {object} question
 * @param {(answer: any) => boolean} hear
 */
function ask(worker, question, hear) {
  const { port1, port2 } = new MessageChannel();
  port1.onmessage = ({ data }) => hear(data) && port1.close();
  worker.postMessage(question, [port2]);
}

/** The course home's offer, at the end of its last line. @param {ServiceWorker} worker @param {Element} last */
export function offerOffline(worker, last) {
  const line = document.createElement("span");
  const button = Object.assign(document.createElement("button"), {
    type: "button",
    className: "quiet",
    textContent: OFFER,
  });
  const said = Object.assign(document.createElement("span"), { role: "status" });
  line.append(button, " ", said);
  last.append(" ", line);
  const finish = () => {
    button.remove();
    said.textContent = KEPT;
  };
  ask(worker, { ask: true }, ({ all }) => {
    if (all) finish();
    return true;
  });
  button.addEventListener("click", () => {
    button.disabled = true;
    navigator.storage?.persist?.().catch(() => {});
    ask(worker, { keepAll: true }, ({ bytes, whole, done, failed }) => {
      if (done) finish();
      else if (failed) said.textContent = FAILED;
      else said.textContent = `${megabytes(bytes)} of ${megabytes(whole)}`;
      if (failed) button.disabled = false;
      return done || failed;
    });
  });
}

/** A browser that can install the site as an app says so; the button stands there. @param {Element} after */
export function offerInstall(after) {
  addEventListener("beforeinstallprompt", (/** @type {any} */ event) => {
    event.preventDefault();
    if (document.getElementById("install")) return;
    const button = Object.assign(document.createElement("button"), {
      type: "button",
      id: "install",
      className: "quiet",
    });
    button.textContent = "Install as an app";
    button.addEventListener("click", () => event.prompt());
    after.append(" ", button);
  });
  addEventListener("appinstalled", () => document.getElementById("install")?.remove());
}
