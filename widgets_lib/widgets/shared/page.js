// What a view tells the page that it stands in: a page that listens can keep what a learner did, and bring it back.

/**
 * Dispatch a bubbling event of this name from `element`.
 * @param {Element} element
 * @param {string} name
 * @param {object} detail
 */
export function dispatch(element, name, detail) {
  const { CustomEvent } = /** @type {any} */ (element.ownerDocument.defaultView);
  element.dispatchEvent(new CustomEvent(name, { bubbles: true, detail }));
}

/**
 * Call back once `element` is in the page and has a size: a view is drawn before its host puts it there.
 * @param {Element} element
 * @param {() => void} callback
 * @param {AbortSignal} signal
 */
export function whenShown(element, callback, signal) {
  if (element.isConnected || !globalThis.ResizeObserver) return callback();
  const observer = new ResizeObserver(() => {
    if (!element.isConnected) return;
    observer.disconnect();
    callback();
  });
  observer.observe(element);
  signal.addEventListener("abort", () => observer.disconnect(), { once: true });
}

/**
 * Tell the page of a widget's inputs, by events that bubble from the view's root; nothing happens where none listens.
 *
 * wl-view     the view is in the page: { inputs, restore(inputs), restart() }
 * wl-inputs   an input or the error has changed: { inputs, failed }
 * wl-refused  what was restored does not fit the widget, which is as it was made
 *
 * @param {import("@anywidget/types").AnyModel} model
 * @param {{ root: Element, listen: (names: string[], draw: () => void) => void, signal: AbortSignal }} view
 */
export function shareInputs(model, { root, listen, signal }) {
  const names = model.get("input_names");
  const inputs = () => Object.fromEntries(names.map((/** @type {string} */ name) => [name, model.get(name)]));
  const tell = () => dispatch(root, "wl-inputs", { inputs: inputs(), failed: Boolean(model.get("error")) });
  listen(["input_names", "error", ...names], tell);

  const receive = (/** @type {any} */ content) => {
    if (content.restored === false) dispatch(root, "wl-refused", {});
  };
  model.on("msg:custom", receive);
  signal.addEventListener("abort", () => model.off("msg:custom", receive), { once: true });

  const restore = (/** @type {object} */ values) => model.send({ restore: values });
  const restart = () => model.send({ restart: true });
  whenShown(root, () => dispatch(root, "wl-view", { inputs: inputs(), restore, restart }), signal);
}
