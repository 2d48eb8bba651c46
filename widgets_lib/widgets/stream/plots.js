// Plots of a stream: the draws one after the other with their histogram, and each draw over the one before.
import { h, s, set } from "../shared/dom.js";
import { clamp, grouped, range, signed } from "../shared/format.js";
import { createRovingFocus } from "../shared/roving-focus.js";
import { createField, listenToPointer, round, word } from "./field.js";
import { createHistogram } from "./histogram.js";

const MAX_SVG = 1000; // more dots than this go to a canvas
const MAX_JOINED = 100; // so many draws are joined by a line
const HEIGHT = 264;
const [LEFT, TOP, BOTTOM] = [32, 44, 236];
const GAP = 24; // between the draws and the histogram

/**
 * @typedef {object} Pointing
 * @property {(draw: number | null) => void} onHighlight  the pointer is at a draw, or left
 * @property {(draw: number) => void} onseek  a draw was pressed
 *
 * @typedef {object} Stream  see RandomStream.picture
 * @property {number} n
 * @property {Float64Array} values
 * @property {Uint8Array} bins
 * @property {number[]} counts
 * @property {number[]} edges
 * @property {number} expected
 *
 * @typedef {object} Square
 * @property {(string | Node)[] | null} title  above it, if anything
 * @property {string} axis
 * @property {string} [upAxis]  what the vertical axis is, where no title says it
 * @property {number} side
 * @property {number} n  so many draws are stepped through
 * @property {string} label
 * @property {Float64Array} across  where each dot is, and `up`
 * @property {Float64Array} up
 * @property {[number, number]} range  of the vertical axis
 * @property {number[]} ticks
 * @property {number} first  the draw that the first dot belongs to
 * @property {number} count  of dots
 */

/**
 * Draws over their number, and on the same vertical axis how many fell in each bar.
 *
 * Returns { node, show(draw), mark(draw), paint(), repaint(), bar(bin), holds(bin), target(draw) }: `bar` is a bar's
 * name, `holds` what it holds in words, and `target` the place of a draw's dot on the screen. `onbin(bin or null)`
 * where a bar is pointed at.
 *
 * @param {Stream & Pointing & { room: number, onbin: (bin: number | null) => void }} options
 */
export function createStreamPlot({ n, values, bins, counts, edges, expected, room, onbin, ...pointing }) {
  const width = Math.round(clamp(room, 280, 1200));
  const barWidth = Math.round(clamp(0.28 * width, 84, 240));
  const right = width - barWidth - GAP;
  const field = createField({
    width,
    height: HEIGHT,
    inner: { left: LEFT, top: TOP, right, bottom: BOTTOM },
    x: [0.5, n + 0.5],
    y: [0, 1],
    first: 1,
    count: n,
    point: (p) => [p + 1, values[p]],
    vector: n <= MAX_SVG,
    size: n <= MAX_JOINED ? 3 : n <= MAX_SVG ? 2 : 0.5,
    label: `${n} draws one after the other, and how many fell in each of ${counts.length} parts`,
  });
  const { X, Y } = field;
  const parts = { bins, counts, edges, expected };
  const histogram = createHistogram({ ...parts, left: right + GAP, top: TOP, width: barWidth, Y });
  const joined = s("path", { class: "wl-joined" });
  const rule = s("path", { class: "wl-rule", d: `M${LEFT} 0H${width}` });
  set(field.svg, { role: "group" });
  field.svg.prepend(...createAxes(n, X, Y, right), joined);
  field.svg.append(rule, ...histogram.marks);
  listenToBars(field.node, histogram.nodes, onbin);
  listenToPointer(field, pointing);

  return {
    ...field,
    bar: histogram.name,
    holds: histogram.holds,
    show(draw) {
      field.show(draw);
      histogram.show(draw);
      if (n > MAX_JOINED) return;
      const points = range(draw).map((p) => `${round(X(p + 1))} ${round(Y(values[p]))}`);
      set(joined, { d: draw > 1 ? `M${points.join("L")}` : null });
    },
    mark(draw) {
      field.mark(draw);
      const drawn = draw >= 1 && draw <= n;
      set(rule, { visibility: drawn ? "visible" : "hidden" });
      if (drawn) rule.style.transform = `translate(0, ${round(Y(values[draw - 1]))}px)`;
      histogram.mark(drawn ? draw : 0);
    },
    target(draw) {
      const box = field.svg.getBoundingClientRect();
      return {
        left: box.left + (X(draw) / width) * box.width,
        top: box.top + (Y(values[draw - 1]) / HEIGHT) * box.height,
      };
    },
  };
}

/** Lines and words behind the draws and the histogram. */
function createAxes(n, X, Y, right) {
  const levels = [0, 0.5, 1].flatMap((value) => [
    s("path", { class: "wl-grid", d: `M${LEFT} ${Y(value)}H${right}` }),
    word(LEFT - 6, Y(value) + 4, String(value), "end", "wl-quiet"),
  ]);
  return [
    ...levels,
    word(LEFT, 14, "stream", "start", "wl-word"),
    word(right + GAP, 14, "histogram", "start", "wl-word"),
    word(X(1), BOTTOM + 18, "draw 1", n > 1 ? "start" : "middle"),
    ...(n > 1 ? [word(X(n), BOTTOM + 18, grouped(n), "end")] : []),
  ];
}

/** Bars that are reached by Tab, and from each other by the arrow keys up and down. */
function listenToBars(container, bars, onbin) {
  createRovingFocus(container, {
    items: bars,
    onHighlight: (bar) => onbin(bar ? Number(bar.getAttribute("data-bin")) : null),
    next(bar, move) {
      if (!move?.[0]) return null; // the other keys are the player's
      return bars[bars.indexOf(bar) - move[0]] ?? bar;
    },
  });
}

/** A word that reads upwards. */
const createUpright = (x, y, text) =>
  set(word(0, 0, text, "middle"), { transform: `translate(${x} ${y}) rotate(-90)` });

/**
 * Each draw over the draws before it, in a square: { node, show(draw), mark(draw), paint(), repaint() }.
 * @param {Square & Pointing} options
 */
export function createSquare(options) {
  const { title, axis, upAxis, side, n, label, across, up, range: y, ticks, first, count, ...pointing } = options;
  const inner = { left: 26, top: 8, right: side - 8, bottom: side - 8 };
  const height = side + 14;
  const few = n <= MAX_SVG;
  const field = createField({
    width: side,
    height,
    inner,
    x: [0, 1],
    y,
    first,
    count,
    point: (p) => [across[p], up[p]],
    vector: false,
    size: few ? 0.8 : 0.6,
    strong: few ? 2 : side > 300 ? 0.9 : 0.6,
    label,
  });
  field.svg.prepend(
    ...ticks.flatMap((value) => [
      s("path", { class: "wl-frame", d: `M${inner.left - 4} ${field.Y(value)}h4` }),
      word(inner.left - 6, field.Y(value) + 4, signed(value), "end", "wl-quiet"),
    ]),
    word(inner.left, height - 4, "0", "middle", "wl-quiet"),
    word((inner.left + inner.right) / 2, height - 4, axis, "middle"),
    word(inner.right, height - 4, "1", "middle", "wl-quiet"),
    ...(upAxis ? [createUpright(inner.left - 10, (inner.top + inner.bottom) / 2, upAxis)] : []),
  );
  listenToPointer(field, pointing);
  return { ...field, node: h("figure", { class: "wl-square" }, title && h("figcaption", {}, title), field.node) };
}
