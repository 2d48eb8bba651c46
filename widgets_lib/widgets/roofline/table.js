// The points as a table: for those who don't see the drawing, and for all who want the figures.
import { h } from "../shared/dom.js";

const COLUMNS = ["rung", "product", "time", "speed", "of the roof"];

/** { node, show(points) }. */
export function createTable() {
  const body = h("tbody", {});
  const empty = h("p", { class: "wl-quiet" }, "No rung has been timed yet: run a ladder, or time one here.");
  const table = h(
    "table",
    { "aria-label": "timed rungs" },
    h("thead", {}, h("tr", {}, ...COLUMNS.map((name) => h("th", { scope: "col" }, name)))),
    body,
  );
  const scroller = h("div", { class: "wl-scroller" }, table);
  return {
    node: h("div", {}, scroller, empty),
    /** @param {import("./chart.js").Point[]} points */
    show(points) {
      empty.hidden = points.length > 0;
      scroller.hidden = !points.length;
      const sorted = [...points].sort((a, b) => Number(b.here) - Number(a.here) || a.x - b.x || b.y - a.y);
      body.replaceChildren(
        ...sorted.map(({ title, product, time, rate, share }) =>
          h(
            "tr",
            {},
            h("th", { scope: "row" }, title),
            ...[product, time, rate, share].map((text) => h("td", {}, text)),
          ),
        ),
      );
    },
  };
}
