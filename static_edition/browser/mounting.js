// Mounts the page's widgets on the traits that were saved with them: at once what is near, the rest when it comes near.

/** @typedef {import("./model.js").Model} Model */
/** @typedef {{ render(context: { model: Model, el: HTMLElement, signal: AbortSignal }): void | Promise<void> }} View */

const NEAR = "100% 0px"; // a screen above and below
const FAILED = "This widget could not be drawn. The rest of the lesson works without it.";
const SLICE_MS = 30; // drawing stops so often for whoever scrolls or types

/** @type {WeakMap<HTMLElement, AbortController>} */
const lives = new WeakMap();

/**
 * Draw a widget in its place, or draw it anew.
 * @param {HTMLElement} place
 * @param {Model} model
 * @param {View} view
 */
export async function mount(place, model, view) {
  try {
    lives.get(place)?.abort();
    lives.set(place, new AbortController());
    place.replaceChildren();
    await view.render({ model, el: place, signal: lives.get(place).signal });
    place.dataset.alive = "";
  } catch (error) {
    console.error(error);
    const note = Object.assign(document.createElement("p"), { className: "failed", textContent: FAILED });
    place.replaceChildren(note);
    place.dataset.alive = "failed";
  }
}

/** @param {HTMLElement} place */
function isNear(place) {
  const { top, bottom, width } = place.getBoundingClientRect();
  return width > 0 && top < 2 * innerHeight && bottom > -innerHeight;
}

/**
 * Mount each place when it is near, the nearest first; the promise is kept when all that is near now is drawn.
 * @param {HTMLElement[]} places
 * @param {(place: HTMLElement) => Promise<void>} mountPlace
 */
export async function mountWhenNear(places, mountPlace) {
  /** @type {Set<HTMLElement>} */
  const waiting = new Set(places);
  const take = async (/** @type {HTMLElement} */ place) => {
    if (!waiting.delete(place)) return;
    await mountPlace(place);
  };
  let slice = performance.now();
  for (const place of places.filter(isNear)) {
    await take(place);
    if (performance.now() - slice < SLICE_MS) continue;
    await new Promise((resolve) => setTimeout(resolve));
    slice = performance.now();
  }
  if (!globalThis.IntersectionObserver) {
    for (const place of [...waiting]) await take(place);
    return;
  }
  const observer = new IntersectionObserver(
    (entries) => {
      for (const { isIntersecting, target } of entries) {
        if (!isIntersecting) continue;
        observer.unobserve(target);
        take(/** @type {HTMLElement} */ (target));
      }
    },
    { rootMargin: NEAR },
  );
  for (const place of waiting) observer.observe(place);
}
