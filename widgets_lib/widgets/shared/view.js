// The frame every widget is drawn in: an error line, controls, the drawing, the sentence that says what is seen.
import { h } from "./dom.js";

/**
 * Set up `el` for a widget and return its parts.
 *
 * listen(names, draw)  calls `draw` when one of the traits changes, until the view goes
 * save(changes)        sets traits and sends them to the kernel
 * signal               aborts when the view goes: hand it to listeners on document or window, and to timers
 * destroy              what `render` returns: hosts whose anywidget is older than 0.11 pass no signal
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
    error,
    controls,
    stage,
    caption,
  );
  el.classList.add("wl-host");
  el.replaceChildren(root);

  const listeners = [];
  const listen = (names, draw) => {
    for (const name of names) {
      model.on(`change:${name}`, draw);
      listeners.push([`change:${name}`, draw]);
    }
  };
  life.signal.addEventListener("abort", () => listeners.forEach(([event, draw]) => model.off(event, draw)), {
    once: true,
  });
  const save = (changes) => {
    for (const [name, value] of Object.entries(changes)) model.set(name, value);
    model.save_changes();
  };
  const showError = () => {
    error.textContent = model.get("error");
    error.hidden = !model.get("error");
  };
  listen(["error"], showError);
  showError();

  return { root, error, controls, stage, caption, listen, save, signal: life.signal, destroy: () => life.abort() };
}

/** True where the reader asked for no motion. */
export const prefersReducedMotion = () => globalThis.matchMedia?.("(prefers-reduced-motion: reduce)").matches ?? false;
