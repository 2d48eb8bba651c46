// Says so in a widget whose Python is gone: its controls would move, and nothing would answer.
import { h } from "./dom.js";

const RESTARTED = "Python was restarted: run this cell again.";
const STOPPED = "Python has stopped: start it again, then run this cell again.";
const GONE = "This widget’s Python is gone: run this cell again.";
/** @type {Record<string, string>} what becomes of the kernel -> what is said */
const NOTES = { restarting: RESTARTED, autorestarting: RESTARTED, terminating: STOPPED, dead: STOPPED };
/** The lesson page says on the window that its kernel is gone. */
const PAGE_STOPPED = "wl-python-stopped";
/** On the lesson page there is no cell to run, and a banner says what to do. */
const isLessonPage = () => document.documentElement.dataset.lesson !== undefined;

/** @type {WeakMap<object, string>} the page's one Assets model of a kernel -> the note in its widgets */
const notes = new WeakMap();

/**
 * Grey the widget and say what to do when its kernel is restarted or ends; clear both if the kernel comes back.
 *
 * The manager of JupyterLab and Notebook 7 marks every model's comm as dead after a restart that was asked for, and not
 * after one that follows a crash: so the kernel's status counts too. A kernel that was shut down or changed from the
 * menu says nothing but that it is disposed of. Other hosts may have none of these.
 *
 * @param {any} model what anywidget hands to a view
 * @param {HTMLElement} root the widget
 * @param {AbortSignal} signal aborts when the view goes
 */
export async function watchKernel(model, root, signal) {
  const cover = createCover(root);
  globalThis.window?.addEventListener?.(PAGE_STOPPED, () => cover.show(), { signal });

  const manager = model.widget_manager;
  const [, id] = (model.get("_assets") ?? "").split("IPY_MODEL_");
  const assets = id && (await manager?.get_model?.(id)); // a model of ipywidgets itself, which tells of its comm
  if (!assets?.on || signal.aborted) return;
  const onComm = () => (assets.comm_live === false ? cover.show(notes.get(assets)) : cover.clear());
  const tell = (/** @type {string} */ note) => {
    notes.set(assets, note);
    assets.comm_live = false; // for all widgets of this kernel, and for views that are made later
  };
  const onStatus = (/** @type {any} */ _, /** @type {string} */ status) => {
    if (status in NOTES) tell(NOTES[status]);
  };
  const onDisposed = () => tell(GONE);
  const { statusChanged, disposed } = manager.kernel ?? {};
  assets.on("comm_live_update", onComm);
  statusChanged?.connect(onStatus);
  disposed?.connect(onDisposed);
  signal.addEventListener("abort", () => {
    assets.off("comm_live_update", onComm);
    statusChanged?.disconnect(onStatus);
    disposed?.disconnect(onDisposed);
  });
  if (assets.comm_live === false) onComm();
}

/** @param {HTMLElement} root */
function createCover(root) {
  const note = h("p", { class: "wl-gone", role: "status" });
  /** @type {Set<Element>} */
  const covered = new Set();
  return {
    show(text = RESTARTED) {
      root.classList.add("wl-is-gone");
      for (const part of root.children) {
        if (part === note || part.hasAttribute("inert")) continue;
        part.toggleAttribute("inert", true);
        covered.add(part);
      }
      note.textContent = text;
      if (!isLessonPage()) root.prepend(note);
    },
    clear() {
      root.classList.remove("wl-is-gone");
      for (const part of covered) part.removeAttribute("inert");
      covered.clear();
      note.remove();
    },
  };
}
