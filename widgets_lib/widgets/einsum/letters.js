// Letters as tiles in rows: pressed to keep or sum one, dragged or moved by arrow keys into another order.
import { beforePaint, h, hasModifier, set } from "../shared/dom.js";
import { prefersReducedMotion } from "../shared/view.js";

const MOTION_MS = 180;
const DRAG = 6; // pixels from where a press is a drag

/**
 * @typedef {import("./walk.js").Letter} Letter
 *
 * A row: the letters in their order, and what the row is called.
 * @typedef {{ key: string, title: string, letters: string, movable: boolean, empty: string }} Row
 */

/**
 * { node, show(letters, rows), showValues(values) }; `showValues` writes beside each letter where its loop is.
 *
 * @param {object} options
 * @param {string} options.label
 * @param {(row: string, letters: string) => void} options.onmove  the letters of this row are to be these
 * @param {(letter: string) => void} [options.ontoggle]  a letter was pressed
 * @param {(letter: Letter, row: string, at: number) => string} options.describe  what a screen reader says of it
 * @param {(letter: Letter | null) => void} [options.onlook]  a letter has the pointer or the focus
 * @param {boolean} [options.words]  whether a tile says its role, else there is room for a value
 */
export function createTiles({ label, onmove, ontoggle, describe, onlook = () => {}, words = false }) {
  const node = h("div", { class: "wl-tiles", role: "group", "aria-label": label });
  /** @type {Map<string, HTMLButtonElement>} */
  const tiles = new Map();
  /** @type {Row[]} */
  let rows = [];
  /** @type {Map<string, Letter>} */
  let letters = new Map();
  /** @type {Map<string, HTMLElement>} */
  const places = new Map(); // where the tiles of a row stand

  const rowOf = (/** @type {string} */ letter) => rows.find((row) => row.letters.includes(letter));

  /** @param {string} letter */
  function createTile(letter) {
    const tile = h("button", {
      type: "button",
      class: "wl-tile",
      "data-letter": letter,
      onclick: () => tile.dataset.dragged || ontoggle?.(letter),
      onkeydown: (/** @type {KeyboardEvent} */ event) => press(event, letter),
      onpointerenter: () => onlook(letters.get(letter)),
      onpointerleave: () => onlook(null),
      onfocus: () => onlook(letters.get(letter)),
      onblur: () => onlook(null),
    });
    addDrag(tile, (x) => drop(letter, x));
    return tile;
  }
  /**
   * @param {KeyboardEvent} event
   * @param {string} letter
   */
  function press(event, letter) {
    const by = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
    if (!by || hasModifier(event)) return;
    event.preventDefault();
    event.stopPropagation(); // else the player steps
    const row = rowOf(letter);
    const at = row.letters.indexOf(letter) + by;
    if (row.movable && at >= 0 && at < row.letters.length) onmove(row.key, moved(row.letters, letter, at));
  }
  /**
   * A tile was dropped: among those of the movable row it takes the place that it was dropped at.
   * @param {string} letter
   * @param {number} x  of its middle
   */
  function drop(letter, x) {
    const row = rowOf(letter);
    if (!row.movable) return;
    const others = [...row.letters].filter((each) => each !== letter);
    const at = others.filter((each) => middleOf(tiles.get(each)) < x).length;
    if (row.letters.indexOf(letter) !== at) onmove(row.key, moved(row.letters, letter, at));
  }

  return {
    node,
    /**
     * @param {Letter[]} all
     * @param {Row[]} shown
     */
    show(all, shown) {
      const focused = [...tiles].find(([, tile]) => tile.matches(":focus"))?.[0];
      const before = new Map([...tiles].map(([letter, tile]) => [letter, tile.getBoundingClientRect()]));
      rows = shown;
      letters = new Map(all.map((letter) => [letter.name, letter]));
      for (const letter of [...tiles.keys()]) if (!letters.has(letter)) tiles.delete(letter);
      node.replaceChildren(...rows.map((row) => showRow(row)));
      beforePaint(() => tiles.forEach((tile, letter) => slide(tile, before.get(letter))));
      if (focused) (tiles.get(focused) ?? [...tiles.values()][0])?.focus({ preventScroll: true });
    },
    /** @param {Record<string, number>} values */
    showValues(values) {
      for (const [letter, tile] of tiles) {
        const place = /** @type {Element} */ (tile.lastChild);
        place.textContent = letter in values ? `= ${values[letter]}` : "";
      }
    },
  };

  /** @param {Row} row */
  function showRow(row) {
    const place = h("span", { class: "wl-places" });
    places.set(row.key, place);
    [...row.letters].forEach((name, at) => {
      const letter = letters.get(name);
      if (!tiles.has(name)) tiles.set(name, createTile(name));
      const tile = tiles.get(name);
      tile.className = `wl-tile wl-${letter.tone} ${row.movable ? "wl-movable" : ""}`;
      tile.replaceChildren(
        h("b", { class: "wl-mono" }, name),
        h("span", { class: words ? "wl-words" : "wl-value wl-mono" }, words ? letter.words.join(" ") : ""),
      );
      set(tile, { "aria-label": describe(letter, row.key, at), title: letter.sentence });
      place.append(tile);
    });
    if (!row.letters) place.append(h("span", { class: "wl-quiet" }, row.empty));
    return h("span", { class: "wl-tile-row" }, h("span", { class: "wl-quiet" }, row.title), place);
  }
}

const middleOf = (tile) => {
  const { left, width } = tile.getBoundingClientRect();
  return left + width / 2;
};

/**
 * @param {string} letters
 * @param {string} letter
 * @param {number} at
 */
function moved(letters, letter, at) {
  const others = [...letters].filter((each) => each !== letter);
  return others.toSpliced(at, 0, letter).join("");
}

/** Let a tile come from where it was. */
function slide(tile, from) {
  if (!from || prefersReducedMotion() || !tile.animate) return;
  const to = tile.getBoundingClientRect();
  const [x, y] = [from.left - to.left, from.top - to.top];
  if (x || y)
    tile.animate([{ transform: `translate(${x}px, ${y}px)` }, { transform: "none" }], {
      duration: MOTION_MS,
      easing: "ease-out",
    });
}

/**
 * Let a tile follow the pointer while it is held.
 * @param {HTMLButtonElement} tile
 * @param {(x: number) => void} ondrop  gets where its middle is
 */
function addDrag(tile, ondrop) {
  /** @type {{ x: number, y: number } | null} */
  let start = null;
  tile.addEventListener("pointerdown", (event) => {
    delete tile.dataset.dragged;
    if (!tile.classList.contains("wl-movable") || event.button) return;
    start = { x: event.clientX, y: event.clientY };
    tile.setPointerCapture?.(event.pointerId);
  });
  tile.addEventListener("pointermove", (event) => {
    if (!start) return;
    const x = event.clientX - start.x;
    if (Math.abs(x) > DRAG) tile.dataset.dragged = "true"; // the click that follows is no press
    if (tile.dataset.dragged) tile.style.transform = `translateX(${x}px)`;
  });
  const end = (drops) => () => {
    if (start && drops && tile.dataset.dragged) ondrop(middleOf(tile));
    start = null;
    tile.style.transform = "";
    setTimeout(() => delete tile.dataset.dragged);
  };
  tile.addEventListener("pointerup", end(true));
  tile.addEventListener("pointercancel", end(false));
}
