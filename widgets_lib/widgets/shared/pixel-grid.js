// The pixels as ink on paper: a pixel's ink is as strong as its grey.
import { drawing, s, set } from "./dom.js";
import { range, signed } from "./format.js";

const TOP = 24; // room for the number of the column
const LETTER = 8; // width of one
const NEAR = { row: 14, column: 24 }; // a number at an end gives way to that of a pixel as near as this

/**
 * Returns { node, layer, layOut(shape, size), paint(picture, letters), point(row, column) }.
 *
 * `letters` is the height of the numbers in the pixels, null for none. Under numbers all ink is paler, so that they can
 * be read. `layer` lies over the ink and under the marks, for what a widget adds; its origin is the corner of the first
 * pixel.
 * @param {object} listeners
 * @param {(p: number) => void} listeners.onHighlight
 * @param {(p: number) => void} listeners.onpin
 * @param {() => void} listeners.onleave
 * @param {(event: KeyboardEvent) => void} listeners.onkey
 */
export function createGrid({ onHighlight, onpin, onleave, onkey }) {
  const node = s("svg", {
    tabindex: 0,
    role: "application",
    "aria-roledescription": "picture",
    class: "wl-bitmap",
    onpointerleave: onleave,
    onkeydown: onkey,
  });
  /** @param {any} event */
  const pixelOf = (event) => event.target.dataset?.p;
  node.addEventListener("pointerover", (event) => pixelOf(event) && onHighlight(Number(pixelOf(event))));
  node.addEventListener("click", (event) => pixelOf(event) && onpin(Number(pixelOf(event))));
  let [rows, columns, size] = [0, 0, 0];
  /** @type {Element[]} */
  let cells = [];
  /** @type {ReturnType<typeof createMarks>} */
  let marks;
  let numbers = s("g");
  const layer = s("g", { "aria-hidden": "true" });

  /** @param {number[]} shape @param {number} side */
  function layOut(shape, side) {
    if (shape[0] === rows && shape[1] === columns && side === size) return;
    [rows, columns] = shape;
    size = side;
    cells = createPixels(shape, size);
    marks = createMarks(shape, size);
    numbers = s("g", { class: "wl-numbers" });
    const left = 12 + LETTER * String(rows - 1).length;
    const [wide, high] = [columns * size, rows * size];
    const drawn = drawing(left + wide + 4, TOP + high + 4, "");
    set(node, { viewBox: drawn.getAttribute("viewBox"), style: drawn.getAttribute("style") });
    node.replaceChildren(
      s(
        "g",
        { transform: `translate(${left} ${TOP})` },
        s("rect", { class: "wl-sheet", width: wide, height: high }),
        s("g", { class: "wl-ink" }, ...cells),
        numbers,
        layer,
        ...marks.nodes,
      ),
    );
  }

  /** @param {{ grey: number[], short: string[] }} picture @param {number | null} letters */
  function paint({ grey, short }, letters) {
    const numbered = letters !== null;
    cells.forEach((cell, p) => {
      cell.setAttribute("fill-opacity", String(grey[p]));
    });
    node.classList.toggle("wl-numbered", numbered);
    if (!numbered) numbers.replaceChildren();
    else if (!numbers.firstChild) numbers.append(...createNumbers(cells.length, columns, size));
    set(numbers, { style: `font-size:${letters}px` });
    [...numbers.children].forEach((text, p) => {
      text.textContent = signed(short[p]);
      text.setAttribute("class", grey[p] ? "" : "wl-quiet");
    });
  }

  return {
    node,
    layer,
    layOut,
    paint,
    /** @param {number} row @param {number} column */
    point: (row, column) => marks.point(row, column),
  };
}

/** @param {number[]} shape @param {number} size */
function createPixels([rows, columns], size) {
  return range(rows * columns).map((p) =>
    s("rect", {
      "data-p": p,
      x: (p % columns) * size,
      y: Math.floor(p / columns) * size,
      width: size,
      height: size,
    }),
  );
}

/** @param {number} count @param {number} columns @param {number} size */
function createNumbers(count, columns, size) {
  return range(count).map((p) =>
    s("text", { x: ((p % columns) + 0.5) * size, y: (Math.floor(p / columns) + 0.5) * size }),
  );
}

/**
 * What shows the pixel that is looked at: bands along its row and column, a frame, its indices: { nodes, point(row,
 * column) }.
 * @param {number[]} shape
 * @param {number} size
 */
function createMarks([rows, columns], size) {
  const [wide, high] = [columns * size, rows * size];
  /** @param {string} name @param {number} width @param {number} height */
  const frame = (name, width, height) => s("rect", { class: name, width, height });
  const rowBand = frame("wl-band wl-i", wide, size);
  const columnBand = frame("wl-band wl-j", size, high);
  const frames = ["wl-halo", "wl-pixel"].map((name) => frame(name, size + 2, size + 2));
  const rowNumber = createNumber("wl-i wl-at", "row", "");
  const columnNumber = createNumber("wl-j wl-at", "column", "");
  const ends = createEnds([rows, columns], size);
  return {
    nodes: [rowBand, columnBand, ...frames, rowNumber, columnNumber, ...ends.map(({ text }) => text)],
    /** @param {number} row @param {number} column */
    point(row, column) {
      const [x, y] = [column * size, row * size];
      set(rowBand, { y });
      set(columnBand, { x });
      for (const one of frames) set(one, { x: x - 1, y: y - 1 });
      set(rowNumber, { y: y + size / 2 }).textContent = String(row);
      set(columnNumber, { x: x + size / 2 }).textContent = String(column);
      for (const { axis, index, text } of ends) {
        const apart = Math.abs(index - (axis === "row" ? row : column)) * size;
        set(text, { visibility: apart < NEAR[axis] ? "hidden" : "visible" });
      }
    },
  };
}

/**
 * The first and the last index of rows and columns, at the edge of the picture.
 * @param {number[]} shape
 * @param {number} size
 */
function createEnds([rows, columns], size) {
  /** @param {"row" | "column"} axis @param {number} index */
  const end = (axis, index) => {
    const at = (index + 0.5) * size;
    const text = set(createNumber("wl-quiet", axis, index), axis === "row" ? { y: at } : { x: at });
    return { axis, index, text };
  };
  return [end("row", 0), end("row", rows - 1), end("column", 0), end("column", columns - 1)];
}

/**
 * The number of a row, left of the picture, or of a column, above it.
 * @param {string} name
 * @param {"row" | "column"} axis
 * @param {string | number} text
 */
function createNumber(name, axis, text) {
  const place =
    axis === "row"
      ? { x: -8, "text-anchor": "end", "dominant-baseline": "central" }
      : { y: -8, "text-anchor": "middle" };
  return s("text", { class: name, "aria-hidden": "true", ...place }, String(text));
}
