// A left, B above, C in the corner, and under each cell of C as many marks as products it takes.
import { drawing, s, set } from "../shared/dom.js";
import { cellSize, clamp, range } from "../shared/format.js";
import { createMatrix } from "../shared/matrix.js";
import { createRovingFocus } from "../shared/roving-focus.js";
import { createMotion } from "./motion.js";
import { span } from "./notation.js";

/**
 * @typedef {import("./notation.js").Sizes} Sizes
 * @typedef {import("./numbers.js").Numbers} Numbers
 * @typedef {import("./notation.js").Moment} Moment
 * @typedef {ReturnType<typeof layOut>} Layout
 */

const GAP = 36; // between the matrices, with room for indices
const LEFT = 24;
const TOP = 48;
const CELL = 36; // the side of a cell, if its number needs no more
const SMALL = 24; // and where there are many
const SHAPE_WIDTH = 72; // of what stands under C: its name and shape
const MARK_HEIGHT = 4;

/**
 * Returns { node, show(moment, held, moving), describe(text), highlight(cell) }.
 *
 * show         light the moment's cells; held[i][j] is how many products c[i, j] holds; `moving` sends the factors
 *              from where they stand to the cells of C they make
 * describe     what a screen reader says of the picture
 * highlight    frame the row of A, the column of B and the cell c[i, j] of [i, j]; null takes the frames away
 *
 * @param {Numbers} numbers
 * @param {Sizes} sizes
 * @param {number} rows  of full-sized cells that there is room for, one below the other; more of them are smaller
 * @param {(cell: number[] | null) => void} onHighlight  the cell of C under the pointer, or else with the focus
 */
export function createScene(numbers, sizes, rows, onHighlight) {
  const layout = layOut(numbers, sizes, rows);
  const matrices = createMatrices(numbers, layout);
  const marks = createMarks(layout);
  const frames = createFrames(layout);
  const motion = createMotion(layout.size);
  const picture = s("g", { role: "img" }, ...createTitles(layout), matrices.A.node, matrices.B.node);
  const node = drawing(
    layout.width,
    layout.height,
    "",
    picture,
    matrices.C.node,
    ...marks.nodes,
    ...frames.nodes,
    motion.node,
  );
  // The picture of A and B is one image; the cells of C are each a thing to stand on.
  set(node, { role: "group", "aria-label": "A times B is C" });
  makeCellsReachable(matrices.C, onHighlight);
  const lights = createLights(matrices, sizes);
  const fill = createFilling(matrices.C, marks, numbers, sizes);
  return {
    node,
    /**
     * @param {Moment | null} moment
     * @param {number[][]} held
     * @param {boolean} moving
     */
    show(moment, held, moving) {
      lights.show(moment);
      for (const i of range(sizes.m)) for (const j of range(sizes.n)) fill(i, j, held[i][j]);
      motion.stop();
      if (moving && moment) sendFactors(motion, matrices.C, moment, numbers, layout);
    },
    describe: (text) => set(picture, { "aria-label": text }),
    highlight: frames.show,
  };
}

/**
 * Where the matrices stand: { m, k, n, size, ax, ay, bx, by, cx, cy, width, height }.
 * @param {Numbers} numbers
 * @param {Sizes} sizes
 * @param {number} rows
 */
function layOut({ a, b, sums }, { m, k, n }, rows) {
  const texts = [a, b, sums].flat(3);
  const roomy = cellSize(texts, CELL);
  const size = clamp(Math.floor((rows * roomy) / (k + m)), cellSize(texts, SMALL, { padding: 0 }), roomy);
  const cx = LEFT + k * size + GAP;
  const cy = TOP + k * size + GAP;
  return {
    ...{ m, k, n, size },
    ...{ ax: LEFT, ay: cy, bx: cx, by: TOP, cx, cy },
    width: cx + Math.max(n * size + 4, SHAPE_WIDTH),
    height: TOP + GAP + 28 + Math.max(rows * roomy, (k + m) * size), // the same for every corner
  };
}

/** @param {Layout} layout */
function createTitles({ m, k, n, size, ax, ay, bx, by, cx, cy }) {
  const title = (name, shape, x, y) => s("text", { x, y }, name, s("tspan", { class: "wl-quiet", dx: 8 }, shape));
  return [
    title("A", `(${m}, ${k})`, ax, ay - 28),
    title("B", `(${k}, ${n})`, bx, by - 28),
    title("C", `(${m}, ${n})`, cx, cy + m * size + 20),
  ];
}

/**
 * The three matrices, C without its numbers: { A, B, C }. A cell shows the exact text on hover where it is rounded.
 * @param {Numbers} numbers
 * @param {Layout} layout
 */
function createMatrices({ a, b, exactly }, { m, k, n, size, ax, ay, bx, by, cx, cy }) {
  const A = createMatrix({ rows: m, cols: k, size, x: ax, y: ay, axes: ["i", "k"], text: (i, t) => a[i][t] });
  const B = createMatrix({ rows: k, cols: n, size, x: bx, y: by, axes: ["k", "j"], text: (t, j) => b[t][j] });
  const C = createMatrix({ rows: m, cols: n, size, x: cx, y: cy, axes: ["i", "j"] });
  for (const cell of C.cells) set(cell.lastElementChild, { y: size / 2 - 3 });
  if (exactly) {
    for (const cell of A.cells) setHint(cell, exactly.a[cell.dataset.i][cell.dataset.j]);
    for (const cell of B.cells) setHint(cell, exactly.b[cell.dataset.i][cell.dataset.j]);
  }
  return { A, B, C };
}

const setHint = (cell, text) =>
  (cell.querySelector("title") ?? cell.insertBefore(s("title"), cell.firstChild)).replaceChildren(text);

/**
 * A mark for each product of each cell of C: { nodes, show(i, j, before, count) }.
 * @param {Layout} layout
 */
function createMarks({ m, k, n, size, cx, cy }) {
  const width = Math.floor((size - 8 + 1) / k) - 1;
  const inset = Math.floor((size - k * (width + 1) + 1) / 2);
  const marks = range(m).map((i) =>
    range(n).map((j) =>
      range(k).map((t) =>
        s("rect", {
          class: "wl-pip",
          x: cx + j * size + inset + t * (width + 1),
          y: cy + (i + 1) * size - 8,
          width,
          height: MARK_HEIGHT,
        }),
      ),
    ),
  );
  return {
    nodes: marks.flat(2),
    show(i, j, before, count) {
      for (let t = Math.min(before, count); t < Math.max(before, count); t++)
        marks[i][j][t].classList.toggle("wl-held", t < count);
    },
  };
}

/**
 * The frames of a highlighted cell: { nodes, show(cell) }.
 * @param {Layout} layout
 */
function createFrames({ k, size, ax, ay, bx, by, cx, cy }) {
  const frame = (letter) => s("rect", { class: `wl-frame wl-${letter}`, rx: 3, visibility: "hidden" });
  const [row, column, cell] = [frame("i"), frame("j"), frame("ink")];
  const place = (rect, x, y, width, height, visibility) =>
    set(rect, { x: x - 2, y: y - 2, width: width + 4, height: height + 4, visibility });
  return {
    nodes: [row, column, cell],
    show(at) {
      const [i, j] = at ?? [0, 0];
      const visibility = at ? "visible" : "hidden";
      place(row, ax, ay + i * size, k * size, size, visibility);
      place(column, bx + j * size, by, size, k * size, visibility);
      place(cell, cx + j * size, cy + i * size, size, size, visibility);
    },
  };
}

/**
 * The cells of C are one Tab stop; arrow keys move among them, and the pointer highlights without moving it.
 * @param {ReturnType<typeof createMatrix>} C
 * @param {(cell: number[] | null) => void} onHighlight
 */
function makeCellsReachable(C, onHighlight) {
  const at = (cell) => [Number(cell.dataset.i), Number(cell.dataset.j)];
  for (const cell of C.cells) set(cell, { role: "img" });
  set(C.node, {
    role: "group",
    "aria-label": "C",
    tabindex: -1, // an SVG element that listens to focus is a Tab stop of its own in Chromium
    "data-lm-suppress-shortcuts": "true",
  });
  createRovingFocus(C.node, {
    items: C.cells,
    next(cell, move) {
      if (!move) return null;
      const [i, j] = at(cell).map((index, along) => index + move[along]);
      return C.cells.find((other) => Number(other.dataset.i) === i && Number(other.dataset.j) === j) ?? cell;
    },
    onHighlight: (cell) => onHighlight(cell && at(cell)),
  });
}

/**
 * The cells and the indices that a moment is about: { show(moment) }.
 * @param {ReturnType<typeof createMatrices>} matrices
 * @param {Sizes} sizes
 */
function createLights({ A, B, C }, { m, k, n }) {
  const labels = [A, B, C].flatMap(({ node }) =>
    ["i", "j", "k"].flatMap((letter, axis) =>
      [...node.querySelectorAll(`text.wl-${letter}`)].map((label, index) => ({ label, axis, index })),
    ),
  );
  return {
    /** @param {Moment | null} moment */
    show(moment) {
      for (const matrix of [A, B, C]) for (const mark of ["on-i", "on-j", "on"]) matrix.unmark(mark);
      for (const { label, axis, index } of labels)
        label.classList.toggle("wl-at", moment !== null && (moment[axis] ?? index) === index);
      if (!moment) return;
      const [rows, columns, terms] = [span(moment[0], m), span(moment[1], n), span(moment[2], k)];
      for (const t of terms) {
        for (const i of rows) A.mark(i, t, "on-i");
        for (const j of columns) B.mark(t, j, "on-j");
      }
      for (const i of rows) for (const j of columns) C.mark(i, j, "on");
    },
  };
}

/**
 * fill(i, j, count): c[i, j] after `count` products, with its marks; drawn only where it changed.
 * @param {ReturnType<typeof createMatrix>} C
 * @param {ReturnType<typeof createMarks>} marks
 * @param {Numbers} numbers
 * @param {Sizes} sizes
 */
function createFilling(C, marks, { sums, exactly }, { m, k, n }) {
  const drawn = range(m).map(() => range(n).map(() => -1));
  return function fill(i, j, count) {
    const before = drawn[i][j];
    if (before === count) return;
    drawn[i][j] = count;
    C.write(i, j, sums[i][j][count]);
    const cell = C.at(i, j);
    if (exactly) setHint(cell, exactly.sums[i][j][count]);
    cell.classList.toggle("wl-ghost", count === 0);
    cell.classList.toggle("wl-full", count === k);
    set(cell, { "aria-label": `c[${i}, ${j}] = ${sums[i][j][count]}, ${count} of ${k} products` });
    marks.show(i, j, Math.max(before, 0), count);
  };
}

/**
 * Each factor goes to the cell of C it helps to make; where they are many, along all of them.
 * @param {ReturnType<typeof createMotion>} motion
 * @param {ReturnType<typeof createMatrix>} C
 * @param {Moment} moment
 * @param {Numbers} numbers
 * @param {Layout} layout
 */
function sendFactors(motion, C, moment, { a, b }, { m, k, n, size, ax, ay, bx, by, cx, cy }) {
  const [rows, columns, terms] = [span(moment[0], m), span(moment[1], n), span(moment[2], k)];
  for (const t of terms) {
    for (const i of rows)
      motion.travel("i", a[i][t], [ax + t * size, ay + i * size], [cx + columns.at(-1) * size, cy + i * size]);
    for (const j of columns)
      motion.travel("j", b[t][j], [bx + j * size, by + t * size], [cx + j * size, cy + rows.at(-1) * size]);
  }
  for (const i of rows) for (const j of columns) motion.arrive(C.at(i, j).lastChild);
}
