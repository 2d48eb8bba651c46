// The frame every widget is drawn in: the drawing, its controls, what went wrong, the sentence that says what is seen.
import { keepFocus } from "./controls.js";
import { h } from "./dom.js";
import { watchKernel } from "./kernel-watch.js";
import { shareInputs } from "./page.js";

/**
 * What anywidget calls `render` with; hosts whose anywidget is older than 0.11 pass no signal.
 * @typedef {object} RenderContext
 * @property {import("@anywidget/types").AnyModel} model
 * @property {HTMLElement} el
 * @property {AbortSignal} [signal]
 */

/**
 * Set up `el` for a widget and return its parts.
 *
 * listen(names, draw)  calls `draw` when one of the traits changes, until the view goes; what is drawn anew keeps the
 *                      focus
 * save(changes)        sets traits and sends them to the kernel
 * signal               aborts when the view goes: hand it to listeners on document or window, and to timers
 * destroy              what `render` returns, for hosts that pass no signal
 *
 * @param {RenderContext} context
 * @param {string} stem
 * @param {string} label
 */
export function createView({ model, el, signal }, stem, label) {
  const life = new AbortController();
  if (signal?.aborted) life.abort();
  signal?.addEventListener("abort", () => life.abort(), { once: true, signal: life.signal });

  const error = h("p", { class: "wl-error", role: "alert", hidden: true });
  const controls = h("div", { class: "wl-controls", role: "group", "aria-label": `${label}: controls` });
  const stage = h("div", { class: "wl-stage" });
  const caption = h("p", { class: "wl-caption", "aria-live": "polite" });
  const root = h(
    "section",
    { class: `wl wl-${stem}`, role: "group", "aria-label": label },
    stage,
    controls,
    error, // where it was caused, and the drawing stays in its place
    caption,
  );
  el.classList.add("wl-host");
  el.replaceChildren(root);
  watchKernel(model, root, life.signal);

  /** @type {[string, () => void][]} */
  const listeners = [];
  /**
   * @param {string[]} names
   * @param {() => void} draw
   */
  const listen = (names, draw) => {
    const redraw = () => keepFocus(root, draw);
    for (const name of names) {
      model.on(`change:${name}`, redraw);
      listeners.push([`change:${name}`, redraw]);
    }
  };
  life.signal.addEventListener("abort", () => listeners.forEach(([event, draw]) => model.off(event, draw)), {
    once: true,
  });
  const save = (/** @type {Record<string, any>} */ changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const showError = () => {
    error.textContent = model.get("error");
    error.hidden = !model.get("error");
  };
  listen(["error"], showError);
  showError();
  shareInputs(model, { root, listen, signal: life.signal });

  return { root, error, controls, stage, caption, listen, save, signal: life.signal, destroy: () => life.abort() };
}

/** True where the reader asked for no motion. */
export const prefersReducedMotion = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
