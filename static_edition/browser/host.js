// A lesson without a server: its widgets are mounted on the traits that were saved with the page, and Python is woken,
// in a worker, by the first hand laid on one of them.

import { Model, parse } from "../../widgets_lib/app/share/voila/templates/tensor-foundations/static/live/model.js";
import {
  mount,
  mountWhenNear,
} from "../../widgets_lib/app/share/voila/templates/tensor-foundations/static/live/mounting.js";
import { embed } from "./embed.js";
import { keep, startOffline } from "./offline.js";
import { Python } from "./python.js";
import { wakeByHand } from "./waking.js";
import { createWords } from "./words.js";

/**
 * @typedef {object} Page  what the build has written into the page
 * @property {Record<string, { view: string, state: Record<string, any> }>} models
 * @property {any[]} shared  large values that several models have: in a state, {"$shared": n} stands for the n-th
 * @property {Record<string, string[]>} inputs
 * @property {Parts & { worker: string }} python
 */

/**
 * @typedef {object} Parts  addresses of what Python starts from
 * @property {string} pyodide
 * @property {string} archive
 * @property {string} recipes
 * @property {Record<string, import("./pieces.js").Pieces>} lazy  files that come when they are read
 */

/** An address of the page's as the worker can use it. @param {string} address */
const absolute = (address) => new URL(address, document.baseURI).href;

/** @param {Page["python"]} python */
function partsOf({ pyodide, archive, recipes, lazy }) {
  const files = Object.entries(lazy).map(([name, each]) => [
    name,
    { ...each, addresses: each.addresses.map(absolute) },
  ]);
  return {
    pyodide: absolute(pyodide),
    archive: absolute(archive),
    recipes: absolute(recipes),
    lazy: Object.fromEntries(files),
  };
}

/**
 * What the page's widgets are, and Python for them.
 * @param {Page} page
 * @param {(place: HTMLElement, model: Model) => Promise<void>} draw
 */
function start(page, draw) {
  /** @type {Map<string, Model>} */
  const models = new Map();
  /** @type {HTMLElement[]} */
  const places = [...document.querySelectorAll(".tf-widget")].map((place) => /** @type {HTMLElement} */ (place));
  const drawPlace = (/** @type {HTMLElement} */ place) => draw(place, models.get(place.dataset.model));
  const python = new Python({
    models,
    inputs: page.inputs,
    parts: partsOf(page.python),
    createWorker: () => new Worker(absolute(page.python.worker), { type: "module" }),
    words: createWords((id) => drawPlace(places.find(({ dataset }) => dataset.model === id))),
  });
  for (const [id, { state }] of Object.entries(page.models)) {
    for (const [name, value] of Object.entries(state))
      if (Number.isInteger(value?.$shared)) state[name] = page.shared[value.$shared];
    models.set(id, new Model(id, state, (message) => python.tell(message)));
  }
  for (const place of places) wakeByHand(place, () => python.wake());
  return { models, python, places, drawPlace };
}

/**
 * Bring the page to life.
 * @param {Record<string, Parameters<typeof mount>[2]>} views  by the names that the page's widgets have for them
 */
export async function open(views) {
  /** @type {Page} */
  const page = parse(document.getElementById("widgets").textContent);
  const { models, python, places, drawPlace } = start(page, (place, model) =>
    mount(place, model, views[page.models[place.dataset.model].view]),
  );
  /** @type {any} */ (globalThis).tf = { models, python }; // for tests, benchmarks, and whoever looks in the console
  completeLesson();
  const shown = embedded === null ? places : embed(places, embedded);
  finishLesson();
  addEventListener("hashchange", stayAtAnchor);
  await mountWhenNear(shown, async (place) => {
    await drawPlace(place);
    python.marks.first ??= performance.now();
  });
  python.marks.near = performance.now();
  document.documentElement.dataset.widgets = "alive";
  if (embedded === null && (await startOffline())) keep([location.href]);
}
