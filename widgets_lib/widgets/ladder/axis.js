// The log axis of times that every row of the ladder is drawn on.
import { h } from "../shared/dom.js";
import { clamp } from "../shared/format.js";

/**
 * @typedef {{ seconds: number, text: string }} Mark  a time and how it is written
 * @typedef {{ low: number, high: number, ticks: Mark[], stops: Mark[] }} TimeAxis  the ladder's trait `axis`
 */

const MAX_LABELS = 7; // more would run into each other on a laptop

/**
 * Where a time stands: 0 at the low end, 1 at the high end.
 * @param {TimeAxis} axis
 * @param {number} seconds
 */
export function position({ low, high }, seconds) {
  return clamp(Math.log(seconds / low) / Math.log(high / low), 0, 1);
}

/**
 * The same as a CSS length.
 * @param {TimeAxis} axis
 * @param {number} seconds
 */
export const percent = (axis, seconds) => `${(100 * position(axis, seconds)).toFixed(2)}%`;

/**
 * The index of the stop at a time.
 * @param {TimeAxis} axis
 * @param {number} seconds
 */
export const stopOf = (axis, seconds) => Math.round(position(axis, seconds) * (axis.stops.length - 1));

/**
 * The CSS background of a row: a hairline at each tick.
 * @param {TimeAxis} axis
 */
export function tickLines(axis) {
  return axis.ticks
    .map(
      ({ seconds }) =>
        `linear-gradient(var(--wl-line), var(--wl-line)) ${percent(axis, seconds)} 0 / 1px 100% no-repeat`,
    )
    .join(",");
}

/** The heading of the rows: { node, show(axis) }. */
export function createAxis() {
  const ticks = h("div", { class: "wl-ticks", "aria-hidden": "true" });
  const node = h(
    "div",
    { class: "wl-axis", "aria-hidden": "true" },
    h("span", { class: "wl-axis-title" }, "time for one product"),
    ticks,
    ...["time", "speed", "answer"].map((name) => h("span", { class: `wl-column wl-column-${name}` }, name)),
  );
  return {
    node,
    /** @param {TimeAxis} axis */
    show(axis) {
      const every = Math.ceil(axis.ticks.length / MAX_LABELS);
      const labelled = axis.ticks.filter((_, index) => index % every === 0);
      ticks.replaceChildren(
        ...labelled.map(({ seconds, text }) =>
          h("span", { class: "wl-tick", style: `left:${percent(axis, seconds)}` }, text),
        ),
      );
    },
  };
}
