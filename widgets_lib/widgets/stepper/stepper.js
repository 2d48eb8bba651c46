// A small matrix product, one step of Python at a time.
import { button, createMore, slider } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { clamp, factor, range } from "../shared/format.js";
import { createPlayer } from "../shared/player.js";
import { createView, prefersReducedMotion } from "../shared/view.js";
import { createChoice } from "./choice.js";
import { createCode } from "./code.js";
import { createEquations } from "./equations.js";
import { MOTION_MS } from "./motion.js";
import { AXIS_OF_SIZE, axis, item, span } from "./notation.js";
import { readNumbers } from "./numbers.js";
import { createScene } from "./scene.js";

/**
 * @typedef {import("./notation.js").Moment} Moment
 * @typedef {import("./notation.js").Sizes} Sizes
 * @typedef {import("./numbers.js").Numbers} Numbers
 */

const USUAL_ROWS = 7; // of B and of C below it
const OPENING = 0.3; // share of the work that is done when the widget opens: enough to see the order

/** Sliders of the corner that is shown: { nodes, show(corner) }. */
function createSizes(model, view) {
  const largest = largestCorner(model);
  const sizeSlider = (name, text, words) =>
    slider({
      label: h("b", { class: `wl-mono wl-${AXIS_OF_SIZE[text]}` }, text),
      name: `${text}, ${words}`,
      values: range(1, largest[name] + 1),
      value: model.get(name),
      oninput: (size) => view.save({ [name]: size }),
    });
  const sliders = {
    m: sizeSlider("m", "m", "rows of A"),
    k: sizeSlider("k", "inner", "columns of A, rows of B"),
    n: sizeSlider("n", "n", "columns of B"),
  };
  return {
    nodes: Object.values(sliders).map((one) => one.node),
    /** @param {Sizes} corner */
    show(corner) {
      for (const [name, one] of Object.entries(sliders)) one.show(corner[name]);
    },
  };
}

/** @returns {Sizes} */
function largestCorner(model) {
  return { m: model.get("a").length, k: model.get("b").length, n: model.get("b")[0].length };
}

/**
 * The corner of A and B that is shown; a size the kernel refuses is cut to what there is.
 * @returns {Sizes}
 */
function cornerOf(model) {
  const { m, k, n } = largestCorner(model);
  return { m: clamp(model.get("m"), 1, m), k: clamp(model.get("k"), 1, k), n: clamp(model.get("n"), 1, n) };
}

/**
 * Every strategy's moments of a corner, in order.
 * @param {{ key: string, moments: Moment[] }[]} strategies
 * @param {Sizes} corner
 * @returns {Record<string, Moment[]>}
 */
function momentsOf(strategies, { m, k, n }) {
  /** @param {Moment} moment */
  const inside = ([i, j, t]) => i < m && j < n && t < k; // null, the whole axis, counts as 0 here
  return Object.fromEntries(strategies.map(({ key, moments }) => [key, moments.filter(inside)]));
}

/**
 * How many products each cell of C holds after these moments.
 * @param {Moment[]} moments
 * @param {Sizes} corner
 */
function heldAfter(moments, { m, k, n }) {
  const held = range(m).map(() => range(n).map(() => 0));
  for (const [i, j, t] of moments)
    for (const row of span(i, m)) for (const column of span(j, n)) held[row][column] += t === null ? k : 1;
  return held;
}

/**
 * c[i, j] written out, with all of its products.
 * @param {number[]} cell
 * @param {Numbers} numbers
 * @param {number} k
 */
function cellCaption([i, j], { a, b, products, sums, sign }, k) {
  const factors = range(k).map((t) => `${factor(a[i][t])}·${factor(b[t][j])}`);
  const values = products[i][j].slice(0, k).map(factor);
  return [
    h("code", {}, ...item("c", ["i", i], ["j", j])),
    " is ",
    axis("i", `row ${i} of A`),
    " times ",
    axis("j", `column ${j} of B`),
    ": ",
    h("code", {}, factors.join(" + "), sign, values.join(" + "), sign, h("b", {}, sums[i][j][k])),
    ".",
  ];
}

const createAgain = (onrestart) =>
  button("Start again", onrestart, { "aria-label": "Start again with the first settings" });

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "stepper", "Loop stepper");
  const player = createPlayer({ length: 1, onseek: draw, signal: view.signal, name: "Python step" });
  const choice = createChoice(model.get("strategies"), (strategy) => view.save({ strategy }));
  const sizes = createSizes(model, view);
  const code = createCode();
  const counts = h("p", { class: "wl-counts" });
  const equations = createEquations();
  const side = h("div", { class: "wl-side" }, code.node, counts, equations.node);
  const bench = h("div", { class: "wl-bench" }, side);
  view.controls.append(player.node, choice.node, createMore(...sizes.nodes, player.speed, createAgain(restart)));
  view.stage.append(bench);
  view.root.addEventListener("keydown", player.keys);

  let corner = cornerOf(model);
  const rows = Math.max(USUAL_ROWS, corner.k + corner.m); // of full-sized cells that there is room for
  let numbers = readNumbers(model);
  let scene;
  let strategy;
  let moments = [];
  let highlighted = null; // the cell of C that is looked at
  let drawn = { at: -1, time: 0 };

  let atOpening = true; // until another step is gone to

  function restart() {
    model.send({ restart: true });
    player.seek(Math.max(1, Math.round(OPENING * moments.length)));
    atOpening = true; // also of the steps that the answer brings
  }

  function build() {
    const share = atOpening ? OPENING : player.position() / moments.length;
    const fewest = atOpening ? 1 : 0; // steps
    corner = cornerOf(model);
    numbers = readNumbers(model);
    strategy = model.get("strategies").find(({ key }) => key === model.get("strategy"));
    const all = momentsOf(model.get("strategies"), corner);
    moments = all[strategy.key];
    highlighted = null;
    scene = createScene(numbers, corner, rows, highlight);
    bench.replaceChildren(scene.node, side);
    equations.build(moments[0], numbers, corner);
    code.build(strategy.code, { m: corner.m, inner: corner.k, n: corner.n });
    choice.show(strategy.key, Object.fromEntries(Object.entries(all).map(([key, list]) => [key, list.length])));
    sizes.show(corner);
    drawn.at = -1;
    player.setLength(moments.length);
    player.seek(Math.max(fewest, Math.round(share * moments.length)));
    drawCaption();
  }

  function draw(at) {
    atOpening = false;
    const moment = at > 0 ? moments[at - 1] : null;
    const held = heldAfter(moments.slice(0, at), corner);
    const now = performance.now();
    scene.show(moment, held, at === drawn.at + 1 && now - drawn.time > MOTION_MS && !prefersReducedMotion());
    drawn = { at, time: now };
    const lines = moment ? moment[3] : [strategy.code.findIndex((line) => line.startsWith("c = "))];
    code.show(lines, moment && { i: moment[0], j: moment[1], k: moment[2] });
    const products = held.flat().reduce((sum, count) => sum + count, 0);
    counts.replaceChildren(
      h("b", {}, String(at)),
      ` of ${moments.length} steps by Python, `,
      h("b", {}, String(products)),
      ` of ${corner.m * corner.k * corner.n} products`,
    );
    scene.describe(`After step ${at} of ${moments.length}: ${equations.show(moment)}`);
  }

  function highlight(cell) {
    highlighted = cell;
    scene.highlight(cell);
    drawCaption();
  }

  function drawCaption() {
    const caption = highlighted ? cellCaption(highlighted, numbers, corner.k) : prose(strategy.summary);
    view.caption.replaceChildren(...caption);
  }

  view.listen(["strategy", "m", "k", "n", "a", "b", "products", "sums", "exact", "strategies"], build);
  build();
  return view.destroy;
}

export default { render };
