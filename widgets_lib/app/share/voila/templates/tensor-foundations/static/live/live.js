// Draws the page's widgets on the traits that were sent with the page, and connects them to its kernel meanwhile.
import { Kernel } from "./kernel.js";
import { Model, parse } from "./model.js";
import { mount, mountWhenNear } from "./mounting.js";

/**
 * @typedef {object} Page
 * @property {Record<string, { module?: string, html?: boolean, state: Record<string, any> }>} models
 * @property {any[]} shared  large values that several models have: in a state, {"$shared": n} stands for the n-th
 */

/** The view of a line of HTML, which the kernel may change. */
export const line = {
  /** @param {{ model: Model, el: HTMLElement }} context */
  render({ model, el }) {
    const show = () => {
      el.innerHTML = model.get("value");
    };
    model.on("change:value", show);
    show();
  },
};

/**
 * @param {Page} page
 * @param {(message: import("./model.js").Message) => void} tell
 */
export function createModels(page, tell) {
  /** @type {Map<string, Model>} */
  const models = new Map();
  for (const [id, { state }] of Object.entries(page.models)) {
    for (const [name, value] of Object.entries(state))
      if (Number.isInteger(value?.$shared)) state[name] = page.shared[value.$shared];
    models.set(id, new Model(id, state, tell));
  }
  return models;
}

/** @param {{ baseUrl: string, kernelId: string }} config  what the page says of its server */
function addressOf({ baseUrl, kernelId }) {
  const address = new URL(`${baseUrl}api/kernels/${kernelId}/channels`, location.href);
  address.protocol = address.protocol.replace("http", "ws");
  return address.href;
}

/**
 * The view of a widget, whose module comes from an address that a browser keeps.
 * @param {string} address
 * @returns {import("./mounting.js").View}
 */
const viewAt = (address) => ({ render: async (context) => (await import(address)).default.render(context) });

async function start() {
  /** @type {Page} */
  const page = parse(document.getElementById("widgets").textContent);
  const config = JSON.parse(document.getElementById("jupyter-config-data").textContent);
  const models = createModels(page, (message) => kernel.tell(message));
  const kernel = new Kernel({ address: addressOf(config), models });
  /** @type {any} */ (globalThis).live = { models, kernel }; // for tests, benchmarks, and whoever looks in the console
  addEventListener("wl-python-stopped", () => kernel.end());
  kernel.connect();

  const root = document.documentElement;
  const draw = async (/** @type {HTMLElement} */ place) => {
    const { module, html } = page.models[place.dataset.model];
    const view = html ? line : viewAt(`${config.baseUrl}voila/views/${module}`);
    await mount(place, models.get(place.dataset.model), view);
    kernel.marks.first ??= performance.now();
  };
  const onNear = () => {
    root.dataset.widgets = "near";
  };
  const places = [...document.querySelectorAll("#lesson .tf-widget")];
  await mountWhenNear(/** @type {HTMLElement[]} */ (places), draw, { all: true, onNear });
  for (const [id, { html }] of Object.entries(page.models)) if (html) kernel.ask(id); // it has no other way to be fresh
  root.dataset.widgets = "alive";
}

if (globalThis.document?.getElementById("widgets")) start();
