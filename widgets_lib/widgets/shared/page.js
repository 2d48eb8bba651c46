// What a view tells the page that it stands in, and when it stands in one.

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
