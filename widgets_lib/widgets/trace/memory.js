// Arrays as grids of cells: what the step reads and writes, what has been written before, and faults as pins.
import { drawing, h, s, set } from "../shared/dom.js";
import { createRovingFocus } from "../shared/roving-focus.js";
import { markMany, step as neighbour, onpress } from "./threads.js";

/**
 * @typedef {object} ArrayPicture
 * @property {string} name
 * @property {string} space
 * @property {string} shape
 * @property {string[]} rows  labels
 * @property {string[]} columns
 * @property {number} width  cells in a row
 * @property {number} last  cells in the last row
 * @property {string} note
 *
 * @typedef {[number, "read" | "write", number[] | null, number[]]} Mark  array, kind, whose, places
 * @typedef {{ number: number, cell: number[] }} Fault
 */

const MARGIN = 16; // around the cells, for a pin beside them
const FAR = 16; // cells from which only every fourth is numbered
const LETTER = 7; // width of one
const APART = 4; // from one number to the next, at least

/**
 * Returns { node, build(arrays, faults), show(moment), look(thread) }.
 * @param {object} on
 * @param {(array: string, place: number) => void} on.oncell
 */
export function createMemory({ oncell }) {
  const node = h("div", { class: "wl-memory" });
  /** @type {ReturnType<typeof createArray>[]} */
  let grids = [];
  return {
    node,
    /**
     * @param {ArrayPicture[]} arrays
     * @param {Fault[]} faults
     */
    build(arrays, faults) {
      grids = arrays.map((array, at) =>
        createArray(
          array,
          faults.filter(({ cell }) => cell[0] === at),
          oncell,
        ),
      );
      for (const old of node.querySelectorAll(".wl-array")) old.remove();
      node.append(...grids.map((grid) => grid.node));
    },
    /**
     * @param {Mark[]} marks  of this step
     * @param {Map<number, number>[]} written  for each array: place -> the interval it was last written in
     * @param {number} interval  of this step
     * @param {{ reads: [number, number[]][], writes: [number, number[]][] } | null} chosen
     */
    show(marks, written, interval, chosen) {
      grids.forEach((grid, at) => {
        const places = (/** @type {string} */ kind) =>
          marks.filter(([array, what]) => array === at && what === kind).flatMap(([, , , cells]) => cells);
        const picked = [...(chosen?.reads ?? []), ...(chosen?.writes ?? [])].filter(([array]) => array === at);
        grid.show(
          new Set(places("read")),
          new Set(places("write")),
          written[at],
          interval,
          new Set(picked.flatMap(([, cells]) => cells)),
        );
      });
    },
    /** @param {[number, number][]} mine  array and place of the cells of the thread that is looked at */
    look(mine) {
      grids.forEach((grid, at) => grid.look(new Set(mine.filter(([array]) => array === at).map(([, place]) => place))));
    },
  };
}

/**
 * @param {ArrayPicture} array
 * @param {Fault[]} faults
 * @param {(array: string, place: number) => void} oncell
 */
function createArray(array, faults, oncell) {
  const { name, space, shape, rows, columns, width, last, note } = array;
  const size = width > 20 ? 8 : width > 10 ? 14 : 16;
  const longest = Math.max(0, ...rows.map((label) => label.length));
  const left = MARGIN + 7 * longest;
  const top = MARGIN + (columns.length ? 4 : 0);
  const count = rows.length ? (rows.length - 1) * width + last : 0;
  const cells = Array.from({ length: count }, (_, at) =>
    s(
      "g",
      {
        class: `wl-cell ${space === "shared" ? "wl-ghost" : ""}`,
        transform: `translate(${left + (at % width) * size} ${top + Math.floor(at / width) * size})`,
        "data-at": at,
      },
      s("rect", { x: 0.5, y: 0.5, width: size - 1, height: size - 1 }),
    ),
  );
  const labels = createLabels(rows, columns, size, left, top);
  const pins = byCell(faults).map(({ number, cell: [, row, column] }) =>
    s(
      "g",
      {
        class: `wl-pinned ${number.includes(",") ? "wl-many" : ""}`,
        transform: `translate(${left + column * size} ${top + row * size})`,
      },
      s("rect", { x: 0.5, y: 0.5, width: size - 1, height: size - 1 }),
      s("text", { x: size / 2, y: size / 2 }, number),
    ),
  );
  const node = drawing(
    left + width * size + MARGIN,
    top + rows.length * size + MARGIN,
    "",
    ...labels,
    ...cells,
    ...pins,
  );
  set(node, { role: null, "aria-label": null });
  const container = h("div", { role: "group", "aria-label": `${name}, ${space}, shape ${shape}` }, node);
  reach(container, cells, array, oncell);
  const title = h(
    "p",
    { class: "wl-title" },
    h("code", {}, name),
    h("span", { class: "wl-quiet" }, ` ${space} ${shape}${note ? `, ${note}` : ""}`),
  );
  return { node: h("div", { class: "wl-array" }, title, container), ...createShow(cells, space) };
}

/**
 * One pin for each cell, with the numbers of all its faults.
 * @param {Fault[]} faults
 */
function byCell(faults) {
  /** @type {Map<string, { number: string, cell: number[] }>} */
  const found = new Map();
  for (const { number, cell } of faults) {
    const before = found.get(cell.join());
    found.set(cell.join(), { number: before ? `${before.number},${number}` : String(number), cell });
  }
  return [...found.values()];
}

/**
 * @param {SVGGElement[]} cells
 * @param {string} space
 */
function createShow(cells, space) {
  return {
    /**
     * @param {Set<number>} read
     * @param {Set<number>} write
     * @param {Map<number, number>} written
     * @param {number} interval
     * @param {Set<number>} picked
     */
    show(read, write, written, interval, picked) {
      markMany(cells, picked.size);
      cells.forEach((cell, at) => {
        const when = written.get(at);
        const { classList } = cell;
        classList.toggle("wl-read", read.has(at) && !write.has(at));
        classList.toggle("wl-write", write.has(at));
        classList.toggle("wl-filled", when !== undefined && interval - when <= 1);
        classList.toggle("wl-stale", when !== undefined && interval - when > 1);
        classList.toggle("wl-ghost", space === "shared" && when === undefined && !write.has(at));
        classList.toggle("wl-picked", picked.has(at));
      });
    },
    /** @param {Set<number>} mine */
    look(mine) {
      cells.forEach((cell, at) => cell.classList.toggle("wl-mine", mine.has(at)));
    },
  };
}

/** @type {(rows: string[], columns: string[], size: number, left: number, top: number) => Element[]} */
function createLabels(rows, columns, size, left, top) {
  /** @type {(labels: string[], long: number) => boolean[]}  long: a label along its axis */
  const numbered = (labels, long) =>
    labels.map((_, at) => at % 4 === 0 || (labels.length <= FAR && long + APART <= size));
  const across = numbered(columns, LETTER * Math.max(0, ...columns.map((label) => label.length)));
  const down = numbered(rows, LETTER);
  const text = (/** @type {string} */ label, /** @type {object} */ where) =>
    s("text", { class: "wl-quiet", "dominant-baseline": "central", ...where }, label);
  return [
    ...columns.flatMap((label, at) =>
      across[at] ? [text(label, { x: left + (at + 0.5) * size, y: top - 8, "text-anchor": "middle" })] : [],
    ),
    ...rows.flatMap((label, at) =>
      down[at] ? [text(label, { x: left - 5, y: top + (at + 0.5) * size, "text-anchor": "end" })] : [],
    ),
  ];
}

/**
 * @param {HTMLElement} container
 * @param {SVGGElement[]} cells
 * @param {ArrayPicture} array
 * @param {(array: string, place: number) => void} oncell
 */
function reach(container, cells, { name, rows, columns, width }, oncell) {
  const at = (/** @type {Element} */ cell) => Number(/** @type {SVGGElement} */ (cell).dataset.at);
  const label = (/** @type {number} */ place) => {
    const row = rows[Math.floor(place / width)];
    if (!columns.length) return `${name}, ${place % width} after ${row}`;
    return [name, row && `row ${row}`, `column ${columns[place % width]}`].filter(Boolean).join(", ");
  };
  createRovingFocus(container, {
    items: cells,
    sparse: true,
    next: (cell, move) => (move ? (cells[neighbour(at(cell), move, width, cells.length)] ?? cell) : null),
    onStop(cell) {
      for (const other of cells) set(other, { role: null, "aria-label": null });
      set(cell, { role: "button", "aria-label": label(at(cell)) });
    },
  });
  onpress(container, (target) => {
    const cell = target.closest?.("[data-at]");
    if (cell) oncell(name, at(cell));
  });
}
