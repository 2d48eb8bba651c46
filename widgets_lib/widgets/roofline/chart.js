// The drawing: axes, roofs, ridge, the product of the sliders, and the points with their labels.
import { drawing, h, s, set } from "../shared/dom.js";
import { clamp } from "../shared/format.js";
import { createRovingFocus } from "../shared/roving-focus.js";
import { prefersReducedMotion } from "../shared/view.js";
import { shortened, spread, widthOf } from "./labels.js";
import { nextPoint } from "./moves.js";

/**
 * @typedef {{ value: number, text: string }} Tick
 * @typedef {{ low: number, high: number, ticks: Tick[] }} Axis
 * @typedef {object} Roof  see picture.roofs_of
 * @property {number} peak
 * @property {number} bandwidth
 * @property {number} ridge
 * @property {string} name
 * @property {string} peak_text
 * @property {string} bandwidth_text
 * @property {string} ridge_text
 *
 * @typedef {object} Point  see picture.point_of
 * @property {string} id
 * @property {string} rung
 * @property {string} title
 * @property {string} product
 * @property {Record<string, number>} sizes
 * @property {boolean} here
 * @property {number} x
 * @property {number} y
 * @property {string} state
 * @property {string} time
 * @property {string} rate
 * @property {string} share
 * @property {string} label
 * @property {string} sentence
 *
 * @typedef {object} Product  see picture.product_of
 * @property {number} intensity
 * @property {number} attainable
 * @property {string} text
 * @property {string} name
 * @property {string} best
 *
 * @typedef {object} Picture
 * @property {number} width
 * @property {{ x: Axis, y: Axis }} axes
 * @property {Roof[]} roofs
 * @property {Product} product
 * @property {Point[]} points
 * @property {string} rung
 * @property {string} label
 *
 * @typedef {object} Frame  the plot's rectangle, and where values stand in it
 * @property {number} left
 * @property {number} right
 * @property {number} top
 * @property {number} bottom
 * @property {boolean} narrow
 * @property {(value: number) => number} X
 * @property {(value: number) => number} Y
 * @property {(x: number) => number} valueAt  the intensity that stands there
 *
 * @typedef {{ from: number, to: number, y: number, anchor: "start" | "end" }} Words  the place of a line of words
 */

const [HEIGHT, TOP, BOTTOM] = [440, 48, 56]; // above the plot the ridge and the two limits, below it the intensity
const [LEAST, MOST] = [264, 1200];
const NARROW = 480;
const GAP = 17; // between the lines of labels
const MOVE_MS = 200;
const BEST = "wl-chosen wl-word wl-halo";

/** @param {number} number */
const round = (number) => Math.round(100 * number) / 100;

/**
 * { node, show(picture), pointedAt() }; `onchoose(point)` where one is pressed, `onhighlight(point or null)` where one
 * has the pointer or the focus, or lost it.
 * @param {{ onchoose: (point: Point) => void, onhighlight: (point: Point | null) => void }} options
 */
export function createChart({ onchoose, onhighlight }) {
  const node = h("div", { class: "wl-plot" });
  /** @type {Point | null} */
  let pointed = null;
  let before = { x: NaN, width: 0 }; // where the product stood, in a drawing of this width

  /** @param {Picture} picture */
  function show(picture) {
    const frame = frameOf(picture);
    const focused = /** @type {any} */ (node.getRootNode()).activeElement?.getAttribute?.("data-id");
    const points = picture.points.map((point) => ({ point, node: createMark(point, frame, picture.rung) }));
    const best = placeBest(picture, frame);
    const product = createProduct(picture, frame, best);
    const svg = drawing(
      Math.round(clamp(picture.width, LEAST, MOST)),
      HEIGHT,
      picture.label,
      ...createAxes(picture.axes, frame),
      ...createRoofs(picture.roofs, frame, best),
      ...points.filter(({ point }) => !point.here).map((each) => each.node),
      product,
      ...createRoofWords(picture.roofs, frame),
      createLabels(picture, frame), // over the points of other sizes
      ...points.filter(({ point }) => point.here).map((each) => each.node),
    );
    set(svg, { role: "group" });
    const layer = h("div", {}, svg);
    listen(layer, points, frame);
    node.replaceChildren(layer);
    moveFrom(product, { x: frame.X(picture.product.intensity), width: frame.right });
    const again = focused && points.find(({ point }) => point.id === focused);
    if (again) again.node.focus({ preventScroll: true });
    else highlight(points.find(({ point }) => point.id === pointed?.id)?.point ?? null);
  }

  /**
   * @param {Element} layer
   * @param {{ point: Point, node: SVGElement }[]} points
   * @param {Frame} frame
   */
  function listen(layer, points, frame) {
    const of = new Map(points.map((each) => [each.node, each.point]));
    const order = [...points].sort((a, b) => Number(b.point.here) - Number(a.point.here) || b.point.y - a.point.y);
    createRovingFocus(layer, {
      items: order.map((each) => each.node),
      next: (item, move, key) => {
        const point = of.get(/** @type {SVGElement} */ (item));
        const found = point && nextPoint(picturePoints(points), point, move, key, frame);
        return points.find((each) => each.point === found)?.node;
      },
      onHighlight: (item) => highlight(item ? (of.get(/** @type {SVGElement} */ (item)) ?? null) : null),
    });
    for (const [mark, point] of of) {
      set(mark, {
        onclick: () => onchoose(point),
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          onchoose(point);
        },
      });
    }
  }

  /** @param {Point | null} point */
  function highlight(point) {
    pointed = point;
    for (const mark of node.querySelectorAll("[data-id]"))
      mark.classList.toggle("wl-pointed", mark.getAttribute("data-id") === point?.id);
    onhighlight(point);
  }

  /**
   * @param {SVGElement} product
   * @param {{ x: number, width: number }} now
   */
  function moveFrom(product, now) {
    const shift = before.width === now.width ? before.x - now.x : 0;
    before = now;
    if (Math.abs(shift) < 1 || prefersReducedMotion()) return;
    const frames = [{ transform: `translate(${shift}px)` }, { transform: "none" }];
    product.animate?.(frames, { duration: MOVE_MS, easing: "ease-out" });
  }

  return { node, show, pointedAt: () => pointed };
}

/** @param {{ point: Point }[]} points */
const picturePoints = (points) => points.map(({ point }) => point);

/**
 * @param {Picture} picture
 * @returns {Frame}
 */
function frameOf({ width, axes }) {
  const whole = Math.round(clamp(width, LEAST, MOST));
  const longest = Math.max(...axes.y.ticks.map(({ text }) => text.length));
  const [left, right, top, bottom] = [12 + 8 * longest, whole - 12, TOP, HEIGHT - BOTTOM];
  const scale = (/** @type {Axis} */ { low, high }, /** @type {number} */ value) =>
    Math.log(value / low) / Math.log(high / low);
  return {
    left,
    right,
    top,
    bottom,
    narrow: whole < NARROW,
    X: (value) => round(left + (right - left) * clamp(scale(axes.x, value), 0, 1)),
    valueAt: (x) => axes.x.low * (axes.x.high / axes.x.low) ** ((x - left) / (right - left)),
    Y: (value) => round(bottom - (bottom - top) * clamp(scale(axes.y, value), 0, 1)),
  };
}

/**
 * Hairlines, numbers and titles.
 * @param {{ x: Axis, y: Axis }} axes
 * @param {Frame} frame
 */
function createAxes(axes, { left, right, top, bottom, X, Y }) {
  const across = axes.x.ticks.flatMap(({ value, text }, at) => [
    s("path", { class: "wl-grid", d: `M${X(value)} ${top}V${bottom}` }),
    word(X(value), bottom + 16, text, at === axes.x.ticks.length - 1 ? "end" : "middle", "wl-quiet"),
  ]);
  const up = axes.y.ticks.flatMap(({ value, text }) => [
    s("path", { class: "wl-grid", d: `M${left} ${Y(value)}H${right}` }),
    word(left - 6, Y(value) + 4, text, "end", "wl-quiet"),
  ]);
  return [
    ...across,
    ...up,
    word(right, HEIGHT - 6, "FLOP per byte →", "end", "wl-quiet wl-word"),
    word(2, 14, "↑ GFLOP/s", "start", "wl-quiet wl-word"),
  ];
}

/**
 * The roofs, that of one core thinner, and the ridge of the highest, which leaves room for the words it would cross.
 * @param {Roof[]} roofs
 * @param {Frame} frame
 * @param {Words | null} best
 */
function createRoofs(roofs, { left, right, top, bottom, X, Y, valueAt }, best) {
  const lines = roofs.map(({ peak, bandwidth, ridge }, at) =>
    s("path", {
      class: at === roofs.length - 1 ? "wl-roof" : "wl-roof wl-lower",
      d: `M${left} ${Y(bandwidth * valueAt(left))}L${X(ridge)} ${Y(peak)}H${right}`,
    }),
  );
  const highest = roofs.at(-1);
  if (!highest) return lines;
  const x = X(highest.ridge);
  const gap = best && best.from - 4 < x && x < best.to + 4 ? `V${best.y - 16}M${x} ${best.y + 6}` : "";
  return [s("path", { class: "wl-ridge", d: `M${x} ${top - 12}${gap}V${bottom}` }), ...lines];
}

/**
 * What is written on the roofs, and what is the limit on either side of the ridge.
 * @param {Roof[]} roofs
 * @param {Frame} frame
 */
function createRoofWords(roofs, { left, right, top, bottom, narrow, X, Y, valueAt }) {
  const highest = roofs.at(-1);
  if (!highest) return [word((left + right) / 2, (top + bottom) / 2, "not measured yet", "middle", "wl-quiet wl-word")];
  const x = X(highest.ridge);
  const written = left + 8 + widthOf(highest.bandwidth_text);
  const slope = Math.max(Y(highest.bandwidth * valueAt(written)), Y(highest.peak)) - 8;
  const lower = roofs.length > 1 && !narrow && peakText(roofs[0], narrow);
  return [
    word(right - 4, Y(highest.peak) - 8, peakText(highest, narrow), "end", "wl-word wl-halo"),
    lower && word(right - 4, Y(roofs[0].peak) + 17, lower, "end", "wl-quiet wl-word wl-halo"),
    word(left + 8, slope, highest.bandwidth_text, "start", "wl-word wl-halo"),
    word(x, 14, highest.ridge_text, "middle", "wl-word wl-halo"),
    word(x - 8, 32, narrow ? "memory" : "← memory is the limit", "end", "wl-quiet wl-word"),
    word(x + 8, 32, narrow ? "arithmetic" : "arithmetic is the limit →", "start", "wl-quiet wl-word"),
  ];
}

/**
 * @param {Roof} roof
 * @param {boolean} narrow
 */
const peakText = (roof, narrow) => (narrow ? roof.peak_text : `${roof.name}: ${roof.peak_text}`);

/**
 * The product of the sliders: its intensity, and how high the machine could take it.
 * @param {Picture} picture
 * @param {Frame} frame
 * @param {Words | null} best
 */
function createProduct({ product, roofs }, { left, right, top, bottom, X, Y }, best) {
  const x = X(product.intensity);
  const anchor = x > right - 24 ? "end" : x < left + 24 ? "start" : "middle";
  const foot = word(x, bottom + 34, product.text, anchor, "wl-chosen");
  if (!roofs.length) return s("g", { class: "wl-product" }, s("path", { d: `M${x} ${top}V${bottom}` }), foot);
  const y = Y(product.attainable);
  return s(
    "g",
    { class: "wl-product" },
    s("path", { d: `M${x} ${y}V${bottom}` }),
    s("path", { class: "wl-top", d: `M${x - 7} ${y}l7 -7l7 7l-7 7z` }),
    foot,
    best && word(best.anchor === "end" ? best.to : best.from, best.y, product.best, best.anchor, BEST),
  );
}

/**
 * Where the best time of the product is written: left of its mark, or to its right above the roof where there is no
 * room, or where the ridge would cross it.
 * @param {Picture} picture
 * @param {Frame} frame
 * @returns {Words | null}
 */
function placeBest({ product, roofs }, { left, right, X, Y, valueAt }) {
  const highest = roofs.at(-1);
  if (!highest) return null;
  const [x, y, ridge] = [X(product.intensity), Y(product.attainable), X(highest.ridge)];
  const length = widthOf(product.best);
  const flat = product.intensity >= highest.ridge;
  const from = x - 8 - length;
  const hasRoom = from - 2 > left + 16 + widthOf(highest.bandwidth_text);
  const start = flat ? Math.max(x, ridge + 8) : x;
  const isCrossed = flat && from - 4 < ridge && start + length <= right;
  if (hasRoom && !isCrossed) return { from, to: x - 8, y: flat ? y - 26 : y - 10, anchor: "end" };
  const fits = Math.min(start, right - length);
  const roof = Math.min(highest.peak, highest.bandwidth * valueAt(fits + length));
  return { from: fits, to: fits + length, y: Y(roof) - 28, anchor: "start" };
}

/**
 * The names of the points of the chosen product, beside their column, none over another.
 * @param {Picture} picture
 * @param {Frame} frame
 */
function createLabels({ points, product, roofs, rung }, { left, right, top, bottom, X, Y, valueAt }) {
  const here = points.filter((point) => point.here);
  const x = X(product.intensity);
  const side = x < (left + right) / 2 ? 1 : -1;
  const start = x + 26 * side;
  const room = side > 0 ? right - start : start - left;
  const widest = Math.min(room, Math.max(0, ...here.map((point) => widthOf(point.label))));
  const ceiling = roofs.length
    ? Y(Math.min(roofs[0].peak, roofs[0].bandwidth * valueAt(side > 0 ? start : start - widest))) + 16
    : top + 12;
  const heights = spread(
    here.map((point) => Y(point.y)),
    GAP,
    ceiling, // below the roofs, whose lines the names would hide
    bottom - 8,
  );
  return s(
    "g",
    { class: "wl-labels", "aria-hidden": "true" },
    ...here.flatMap((point, at) => [
      s("path", { class: "wl-leader", d: `M${x + 8 * side} ${Y(point.y)}L${start - 3 * side} ${heights[at]}` }),
      word(
        start,
        heights[at] + 4,
        shortened(point.title, point.label.slice(point.title.length), room),
        side > 0 ? "start" : "end",
        point.rung === rung ? "wl-word wl-halo wl-chosen" : "wl-word wl-halo",
      ),
    ]),
  );
}

/**
 * A measured rung: a disc; hollow where it is an estimate, with an arrow down where it is the most it can be,
 * up where it is the least, and pale where it belongs to another size.
 * @param {Point} point
 * @param {Frame} frame
 * @param {string} rung
 */
function createMark(point, { X, Y }, rung) {
  const [x, y] = [X(point.x), Y(point.y)];
  const kinds = {
    measured: "",
    estimated: " wl-estimated",
    "at least": " wl-estimated wl-most",
    "at most": " wl-estimated",
  };
  const classes = `wl-mark${kinds[/** @type {keyof typeof kinds} */ (point.state)]}${point.here ? "" : " wl-other"}`;
  const chosen = point.here && point.rung === rung;
  const share = point.share && `, ${point.share} of the roof`;
  return s(
    "g",
    {
      class: chosen ? `${classes} wl-is-chosen` : classes,
      role: "button",
      "aria-pressed": String(chosen),
      "aria-label": `${point.title}, ${point.product}: ${point.rate}${share}`,
      "data-id": point.id,
    },
    s("circle", { class: "wl-target", cx: x, cy: y, r: 12 }),
    s("circle", { class: "wl-ring", cx: x, cy: y, r: 9 }),
    s("circle", { class: "wl-dot", cx: x, cy: y, r: point.here ? 5 : 4 }),
    point.state === "at least" && s("path", { class: "wl-arrow", d: `M${x} ${y + 5}v9m-4 -4l4 4l4 -4` }),
    point.state === "at most" && s("path", { class: "wl-arrow", d: `M${x} ${y - 5}v-9m-4 4l4 -4l4 4` }),
  );
}

/**
 * @param {number} x
 * @param {number} y
 * @param {string} text
 * @param {string} anchor
 * @param {string} className
 */
const word = (x, y, text, anchor, className) => s("text", { x, y, "text-anchor": anchor, class: className }, text);
