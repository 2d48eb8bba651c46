// Where everything of a picture goes, in drawing units: the view above, the storage below.
import { cellSize, clamp, range } from "../shared/format.js";

const LETTERS = "jipqrstu"; // from the last axis: rows stay blue and columns vermillion; k is a sum's alones before
const COLUMNS = 24; // of the storage, at most; one more for the gap between two runs of twelve
const GAP = 40; // between the view and the notes beside it
const CURVE = 36; // the height in which a line goes over from its element to its cell

/**
 * What is drawn, see `draw` in picture.py.
 * @typedef {object} Picture
 * @property {string} name
 * @property {number[]} shape
 * @property {number[]} stride
 * @property {number} offset
 * @property {number[] | null} shown  the shape of the part that is drawn
 * @property {number[]} positions  the storage position of each element shown
 * @property {number[]} ghosts  1 where an earlier element reads the same cell
 * @property {number[]} cells  the storage positions drawn
 * @property {string[]} texts  what these cells hold, as a cell has room for it
 * @property {string[]} exact  the same in full
 * @property {number} storage_size
 * @property {number | null} written  the position that was just written
 * @property {number | null} bad  the first element that leaves the storage
 * @property {number[]} [origins]  after a move that copied, where each element was read from before
 * @property {string} code
 * @property {string} base  the code of the array that came with the memory
 * @property {string} illegal
 * @property {string} memory
 * @property {{ bytes: number, text: string, repeats: number } | null} looks
 * @property {{ bytes: number, text: string }} allocated
 * @property {string} stride_bytes
 * @property {boolean} contiguous
 * @property {string} message
 *
 * @typedef {{ x: number, y: number }} Place
 * @typedef {Place & { row: number, col: number }} ElementPlace
 * @typedef {Place & { numbered: boolean }} CellPlace
 * @typedef {Place & { l: number, k: number, rows: number, cols: number, cut: boolean[] }} Facet
 *   cut: whether columns, and rows, are left out
 *
 * @typedef {object} Layout
 * @property {number} size  the side of a cell
 * @property {boolean} roomy  few cells, drawn larger
 * @property {ElementPlace[]} elements
 * @property {Facet[]} facets
 * @property {Map<number, CellPlace>} cells  by storage position
 * @property {Place[]} gaps  where dots stand for cells that are left out
 * @property {Place[]} walls  where the storage begins and ends
 * @property {number} title  the base line of the storage's title, under it: lines come from above
 * @property {number} foot  where the view ends, and the notes if lines may pass under them
 * @property {number} arcs  the room above a line of cells for the hops that land there
 * @property {number} top  where the first line of cells begins
 * @property {number} lowest  where the lowest facets begin
 * @property {number} width
 * @property {number} height
 *
 * The notes that stand at the right of the view if `width` fits there: `stand(start)` puts them there, or below the
 * drawing for null; a storage that would run into them begins under their `height()`.
 * @typedef {{ width: number, stand(start: number | null): void, height(): number }} Notes
 */

/**
 * The letter of an axis: the last is j, the one before it i, then p.
 * @param {number} axis
 * @param {number} ndim
 */
export const letterOf = (axis, ndim) => LETTERS[ndim - 1 - axis] ?? `d${axis}`;

/**
 * The index of an element from its row-major number.
 * @param {number} number
 * @param {number[]} shape
 */
export function indexOf(number, shape) {
  const index = [];
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    index.unshift(number % shape[axis]);
    number = Math.floor(number / shape[axis]);
  }
  return index;
}

/**
 * The row-major number of an element.
 * @param {number[]} index
 * @param {number[]} shape
 */
export const numberOf = (index, shape) => index.reduce((number, i, axis) => number * shape[axis] + i, 0);

/**
 * Where everything of a picture goes, in `width` units if that is possible.
 * @param {Picture} picture
 * @param {number} width
 * @param {Notes} notes
 * @returns {Layout}
 */
export function layOut(picture, width, notes) {
  const roomy = picture.positions.length <= 36 && picture.cells.length <= 12; // few numbers are drawn larger
  const size = cellSize(picture.texts, roomy ? 48 : 36, { letter: roomy ? 10 : 8, padding: 4 });
  const { left, edge, foot, elements, facets } = layOutView(picture, size, width);
  const start = edge + GAP + notes.width <= width ? edge + GAP : null;
  notes.stand(start);

  const runs = runsOf(picture.cells);
  const columns = clamp(Math.floor((width - left - 4) / size), 4, runs.length > 1 ? COLUMNS + 1 : COLUMNS);
  const slots = wrapRuns(runs, columns, picture.storage_size);
  const right = left + size * Math.max(1, ...slots.map((slot) => slot.column + 1));
  const under = start !== null && right > edge ? notes.height() : 0;
  const clear = Math.max(under, elements.length ? foot : 60);
  const arcs = slots.at(-1)?.line ? 26 : 36;
  const top = clear + CURVE + arcs;
  const { cells, gaps, walls } = placeSlots(slots, picture, { left, top, size, pitch: arcs + size + 20 });
  const last = [...cells.values()].at(-1);
  const title = (last ? last.y + size : clear) + 36;
  return {
    ...{ size, roomy, elements, facets, cells, gaps, walls, title, foot: clear, arcs, top },
    lowest: Math.max(...facets.map(({ y }) => y), 0),
    width: Math.max(edge, right + 8),
    height: title + 8,
  };
}

/**
 * The view: one facet for each index of the axes before the last two.
 * @param {Picture} picture
 * @param {number} size
 * @param {number} width
 */
function layOutView({ shape, shown, positions, memory }, size, width) {
  const ndim = shape.length;
  const [L, K, I, J] = [...Array(Math.max(0, 4 - (shown?.length ?? 0))).fill(1), ...(shown ?? []).slice(-4)];
  const cut = [0, 1].map((axis) => ndim > axis && shown !== null && shown[ndim - 1 - axis] < shape[ndim - 1 - axis]);
  const left = ndim > 1 ? 28 : 4;
  const head = ndim > 2 ? 48 : ndim ? 28 : 8;
  const pitch = { x: left + J * size + 16, y: head + I * size + 8 };
  const across = clamp(Math.floor((width + 16) / pitch.x), 1, K);
  const bands = Math.ceil(K / across);
  const elements = [];
  const facets = [];
  for (const l of range(positions.length ? L : 0)) {
    for (const k of range(K)) {
      const x = left + (k % across) * pitch.x;
      const y = 24 + (l * bands + Math.floor(k / across)) * pitch.y + head;
      facets.push({ l, k, x, y, rows: I, cols: J, cut });
      for (const i of range(I))
        for (const j of range(J)) elements.push({ x: x + j * size, y: y + i * size, row: l * I + i, col: k * J + j });
    }
  }
  const heading = 8 * (memory.length + 10);
  const edge = Math.max(heading, left + across * pitch.x - 16 + (cut[0] ? 20 : 0));
  const foot = Math.max(0, ...elements.map(({ y }) => y + size));
  return { left, edge, foot, elements, facets };
}

/**
 * Ascending positions as runs without a gap: [0, 1, 5] -> [[0, 1], [5]].
 * @param {number[]} positions
 */
function runsOf(positions) {
  /** @type {number[][]} */
  const runs = [];
  positions.forEach((position, n) => {
    if (n && position - positions[n - 1] === 1) runs.at(-1).push(position);
    else runs.push([position]);
  });
  return runs;
}

/**
 * The runs in lines of `columns` slots, each run broken only if no line could hold it. A slot without a position is a
 * gap where cells are left out; in column -1 it stands in the margin.
 * @param {number[][]} runs
 * @param {number} columns
 * @param {number} storageSize
 */
function wrapRuns(runs, columns, storageSize) {
  /** @type {{ position: number | null, line: number, column: number }[]} */
  const slots = [];
  let line = 0;
  let column = 0;
  const wrap = () => {
    line++;
    column = 0;
  };
  const put = (position) => {
    if (column === columns) wrap();
    slots.push({ position, line, column: column++ });
  };
  runs.forEach((run, n) => {
    const gap = n > 0 || run[0] > 0 ? 1 : 0;
    if (column && (run.length > columns || column + gap + run.length > columns)) wrap();
    if (gap && column) put(null);
    else if (gap) slots.push({ position: null, line, column: -1 });
    run.forEach(put);
  });
  if (column && column < columns && runs.at(-1).at(-1) < storageSize - 1) put(null);
  return slots;
}

/**
 * Slots as places. Every cell carries its number if all have room for it, else only the first of each run does.
 * @param {{ position: number | null, line: number, column: number }[]} slots
 * @param {Picture} picture
 * @param {{ left: number, top: number, size: number, pitch: number }} grid
 */
function placeSlots(slots, { cells: drawn, storage_size: storageSize }, { left, top, size, pitch }) {
  const roomForAll = Math.max(0, ...drawn.map((position) => String(position).length)) * 8 <= size;
  /** @type {Map<number, CellPlace>} */
  const cells = new Map();
  const gaps = [];
  const walls = [];
  slots.forEach(({ position, line, column }, n) => {
    const x = left + column * size;
    const y = top + line * pitch;
    if (position === null) {
      gaps.push({ x: column < 0 ? left - 14 : x + size / 2, y: y + size / 2 + 4 });
      return;
    }
    const first = !n || slots[n - 1].position === null || slots[n - 1].line !== line;
    cells.set(position, { x, y, numbered: roomForAll || first });
    if (position === 0 && storageSize) walls.push({ x, y });
    if (position === storageSize - 1) walls.push({ x: x + size, y });
  });
  return { cells, gaps, walls };
}
