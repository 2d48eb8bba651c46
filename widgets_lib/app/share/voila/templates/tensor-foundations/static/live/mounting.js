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

/** A pause in which the page answers whoever scrolls or types. */
const breathe = () => new Promise((resolve) => setTimeout(resolve));

/**
 * Mount each place when it is near, the nearest first; the promise is kept when all that is near now is drawn.
 * With `all`, the others follow at once, for find-in-page and keyboards, and the promise is kept after the last.
 * @param {HTMLElement[]} places
 * @param {(place: HTMLElement) => Promise<void>} mountPlace
 * @param {{ all?: boolean, onNear?: () => void }} [options]
 */
export async function mountWhenNear(places, mountPlace, { all = false, onNear = () => {} } = {}) {
  /** @type {Set<HTMLElement>} */
  const waiting = new Set(places);
  let slice = performance.now();
  const take = async (/** @type {HTMLElement} */ place) => {
    if (!waiting.delete(place)) return;
    await mountPlace(place);
    if (performance.now() - slice < SLICE_MS) return;
    await breathe();
    slice = performance.now();
  };
  for (const place of places.filter(isNear)) await take(place);
  onNear();
  if (globalThis.IntersectionObserver) watch(waiting, take);
  else all = true;
  while (all && waiting.size) await take(waiting.values().next().value);
}

/**
 * @param {Set<HTMLElement>} waiting
 * @param {(place: HTMLElement) => Promise<void>} take
 */
function watch(waiting, take) {
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
