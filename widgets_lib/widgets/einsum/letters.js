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
  let shown = ""; // what is shown, as a text
  const glide = createGlide(node, tiles);

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
     * @param {Row[]} next
     */
    show(all, next) {
      letters = new Map(all.map((letter) => [letter.name, letter]));
      const wanted = JSON.stringify([
        next,
        all.map(({ name, tone, words, sentence }) => [name, tone, words, sentence]),
      ]);
      if (wanted === shown) return;
      shown = wanted;
      const focused = [...tiles].find(([, tile]) => tile.matches(":focus"))?.[0];
      rows = next;
      for (const letter of [...tiles.keys()]) if (!letters.has(letter)) tiles.delete(letter);
      node.replaceChildren(...rows.map((row) => showRow(row)));
      beforePaint(glide);
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
    [...row.letters].forEach((name, at) => {
      const letter = letters.get(name);
      if (!tiles.has(name)) tiles.set(name, createTile(name));
      const tile = tiles.get(name);
      write(tile, letter, words);
      set(tile, { "aria-label": describe(letter, row.key, at), title: letter.sentence });
      tile.classList.toggle("wl-movable", row.movable);
      place.append(tile);
    });
    if (!row.letters) place.append(h("span", { class: "wl-quiet" }, row.empty));
    return h("span", { class: "wl-tile-row" }, h("span", { class: "wl-quiet" }, row.title), place);
  }
}

/**
 * What stands on a tile: the letter in its colour and, where there are words, its roles.
 * @param {HTMLElement} tile
 * @param {Letter} letter
 * @param {boolean} hasWords
 */
function write(tile, { name, tone, words }, hasWords) {
  tile.className = `wl-tile wl-${tone}`;
  tile.replaceChildren(
    h("b", { class: "wl-mono" }, name),
    h("span", { class: hasWords ? "wl-words" : "wl-value wl-mono" }, hasWords ? words.join(" ") : ""),
  );
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

/**
 * Returns what lets the tiles come from where they stood when it was called last, unless they had another room then. It
 * measures, so call it when they are about to be painted: before, the page would be laid out in the midst of drawing.
 * @param {HTMLElement} node  that holds them
 * @param {Map<string, HTMLElement>} tiles
 */
function createGlide(node, tiles) {
  let room = 0;
  /** @type {Map<string, number[]>} */
  let stood = new Map();
  return () => {
    const before = node.parentElement?.offsetWidth === room ? stood : new Map();
    room = node.parentElement?.offsetWidth ?? 0;
    const places = [...tiles].map(([letter, { offsetLeft, offsetTop }]) => [
      letter,
      [offsetLeft - node.offsetLeft, offsetTop - node.offsetTop], // without the motion that may be under way
    ]);
    stood = new Map(/** @type {[string, number[]][]} */ (places));
    if (prefersReducedMotion()) return;
    for (const [letter, [x, y]] of stood) {
      const [fromX, fromY] = before.get(letter) ?? [x, y];
      if (x === fromX && y === fromY) continue;
      const path = [{ transform: `translate(${fromX - x}px, ${fromY - y}px)` }, { transform: "none" }];
      tiles.get(letter).animate?.(path, { duration: MOTION_MS, easing: "ease-out" });
    }
  };
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
