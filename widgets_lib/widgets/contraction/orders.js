// The orders beside each other: a bar for the operations, from 0 on, the largest array, and the time.
import { button, keepFocus } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";

const HEADINGS = ["order", "operations", "largest array", "time"];

/**
 * The table: { node, show(orders, root) }.
 * @param {(key: string) => void} ontake  the reader takes an order over
 */
export function createOrders(ontake) {
  const body = h("tbody", {});
  const heads = HEADINGS.map((text) => h("th", { scope: "col" }, text));
  const node = h(
    "table",
    { class: "wl-orders" },
    h("caption", { class: "wl-visually-hidden" }, "What each order costs"),
    h("thead", {}, h("tr", {}, ...heads)),
    body,
  );
  /** @type {Map<string, ReturnType<typeof createRow>>} */
  const rows = new Map();
  return {
    node,
    /**
     * @param {any[]} orders
     * @param {HTMLElement} root  where the focus stays if its button goes
     */
    show(orders, root) {
      for (const order of orders) if (!rows.has(order.key)) rows.set(order.key, createRow(order, ontake));
      const change = () => {
        body.replaceChildren(...orders.map((order) => /** @type {any} */ (rows.get(order.key)).node));
        for (const order of orders) rows.get(order.key)?.show(order);
      };
      keepFocus(root, change, [...root.querySelectorAll("button")]);
    },
  };
}

/**
 * @param {any} first
 * @param {(key: string) => void} ontake
 */
function createRow(first, ontake) {
  const take = button("show it", () => ontake(first.key), { "aria-label": `show it: the order ${first.title}` });
  const bar = h("span", { class: "wl-bar", "aria-hidden": "true" });
  const flops = h("span", {});
  const ratio = h("span", { class: "wl-quiet" });
  const largest = h("td", {});
  const time = h("td", {});
  const title = h("span", {}, first.title);
  const same = h("span", { class: "wl-quiet" }, "the same as yours");
  const count = h("td", { class: "wl-count" }, bar, flops, ratio);
  const node = h(
    "tr",
    { class: first.key === "own" ? "wl-own" : null },
    h("th", { scope: "row" }, title, take, same),
    count,
    largest,
    time,
  );
  return {
    node,
    /** @param {any} order */
    show(order) {
      take.hidden = !order.offered || order.same;
      same.hidden = !order.same;
      set(bar, { style: `inline-size: ${5 * order.share}em` });
      flops.textContent = order.flops;
      ratio.textContent = order.ratio;
      set(count, { title: order.exact });
      largest.textContent = order.largest;
      time.textContent = order.time || "–";
      set(time, { class: order.timed ? "wl-timed" : "wl-quiet" });
    },
  };
}
