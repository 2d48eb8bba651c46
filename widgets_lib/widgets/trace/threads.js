// The threads of a block as a grid, x across and y down: who takes part, who waits, who has nothing to do.
import { drawing, h, s, set } from "../shared/dom.js";
import { createRovingFocus } from "../shared/roving-focus.js";

/** @typedef {{ across: number, axes: string[], warp: number, names: string[], idle: number[] }} Threads */

const LABEL = 52; // room for a warp's number
const TOP = 16; // for the names of the axes
const MANY = 64; // framed cells
const WIDE = 20; // threads in a row from which cells are smaller

/**
 * Returns { node, build(threads), show(step, chosen, bad) }.
 * @param {object} on
 * @param {(thread: number) => void} on.onthread  a thread was pressed
 * @param {(thread: number | null) => void} on.onlook  the thread under the pointer or with the focus
 */
export function createThreads({ onthread, onlook }) {
  const title = h("p", { class: "wl-title" });
  const place = h("div", {});
  const node = h("div", { class: "wl-threads" }, title, place);
  /** @type {SVGGElement[]} */
  let cells = [];
  /** @type {SVGGElement[][]} */
  let warps = [];
  return {
    node,
    /**
     * @param {Threads} threads
     * @param {string} block  its index, as a text
     */
    build(threads, block) {
      const grid = createGrid(threads);
      const fresh = h("div", { role: "group", "aria-label": `threads of block ${block}` }, grid.node);
      cells = grid.cells;
      warps = grid.warps;
      title.replaceChildren(
        "threads of block ",
        h("code", {}, block),
        h("span", { class: "wl-quiet" }, ` · ${threads.names.length}`),
      );
      place.replaceChildren(fresh);
      reach(fresh, cells, threads, { onthread, onlook });
    },
    /**
     * @param {{ threads: number[], lost: number[], warp: number } | null} step
     * @param {number[]} chosen
     * @param {number[]} bad  of a fault
     */
    show(step, chosen, bad) {
      const sets = {
        on: new Set(step?.threads),
        lost: new Set(step?.lost),
        picked: new Set(chosen),
        "is-bad": new Set(bad),
      };
      markMany(cells, sets.picked.size);
      cells.forEach((cell, at) => {
        for (const [name, members] of Object.entries(sets)) cell.classList.toggle(`wl-${name}`, members.has(at));
        if (cell.hasAttribute("aria-pressed")) set(cell, { "aria-pressed": String(sets.picked.has(at)) });
      });
      warps.forEach((labels, warp) => {
        for (const label of labels) label.classList.toggle("wl-on", step?.warp === warp);
      });
    },
  };
}

/** @type {(text: string, at: object) => SVGGElement} */
const label = (text, at) => s("text", { class: "wl-quiet", "dominant-baseline": "central", ...at }, text);

/** @param {Threads} threads */
function createGrid({ across, axes, warp, names, idle }) {
  const size = across > WIDE ? 10 : 16;
  const rows = Math.ceil(names.length / across);
  const resting = new Set(idle);
  const cells = names.map((_, at) => {
    const x = LABEL + (at % across) * size;
    const y = Math.floor(at / across) * size;
    return s(
      "g",
      {
        class: `wl-cell ${resting.has(at) ? "wl-idle" : ""} ${Math.floor(at / warp) % 2 ? "wl-odd" : ""}`,
        transform: `translate(${x} ${TOP + y + 1})`,
        "data-at": at,
      },
      s("rect", { x: 1, y: 1, width: size - 2, height: size - 2 }),
    );
  });
  /** @type {SVGGElement[][]} */
  const warps = [];
  for (let first = 0; first < names.length; first += warp) {
    const y = TOP + (Math.floor(first / across) + 0.5) * size + 1;
    warps.push(first % across ? [] : [label(`warp ${first / warp}`, { x: LABEL - 6, y, "text-anchor": "end" })]);
  }
  const titles = [
    label(axes[0], { x: LABEL + 1, y: TOP / 2 }),
    label(axes[1], { x: LABEL - 6, y: TOP / 2, "text-anchor": "end" }),
  ];
  const width = LABEL + Math.max(across * size, 2 * TOP) + 2;
  const node = drawing(width, TOP + rows * size + 4, "", ...titles, ...warps.flat(), ...cells);
  set(node, { role: null, "aria-label": null });
  return { node, cells, warps };
}

/**
 * @param {HTMLElement} container
 * @param {SVGGElement[]} cells
 * @param {Threads} threads
 * @param {{ onthread: (thread: number) => void, onlook: (thread: number | null) => void }} on
 */
function reach(container, cells, { across, warp, names, idle }, { onthread, onlook }) {
  const at = (/** @type {Element} */ cell) => Number(/** @type {SVGGElement} */ (cell).dataset.at);
  const resting = new Set(idle);
  createRovingFocus(container, {
    items: cells,
    sparse: true,
    next: (cell, move) => (move ? (cells[step(at(cell), move, across, cells.length)] ?? cell) : null),
    onHighlight: (cell) => onlook(cell && at(cell)),
    onStop(cell) {
      const number = at(cell);
      const role = `thread ${names[number]}, warp ${Math.floor(number / warp)}${resting.has(number) ? ", idle" : ""}`;
      for (const other of cells) set(other, { role: null, "aria-label": null, "aria-pressed": null });
      set(cell, { role: "button", "aria-label": role, "aria-pressed": String(cell.classList.contains("wl-picked")) });
    },
  });
  onpress(container, (target) => {
    const cell = target.closest?.("[data-at]");
    if (cell) onthread(at(cell));
  });
}

/**
 * Frames around most of the cells would hide what they frame: many are drawn thin.
 * @param {SVGGElement[]} cells
 * @param {number} picked
 */
export function markMany(cells, picked) {
  cells[0]?.parentElement?.classList.toggle("wl-many-picked", picked > MANY);
}

/** @type {(at: number, move: number[], across: number, count: number) => number} */
export function step(at, [down, right], across, count) {
  const column = (at % across) + right;
  const next = at + down * across + right;
  return column < 0 || column >= across || next < 0 || next >= count ? at : next;
}

/**
 * Call back with what is clicked, or has the focus when Enter or Space is pressed.
 * @param {HTMLElement} container
 * @param {(target: Element) => void} callback
 */
export function onpress(container, callback) {
  set(container, {
    onclick: (/** @type {Event} */ event) => callback(/** @type {Element} */ (event.target)),
    onkeydown: (/** @type {KeyboardEvent} */ event) => {
      if (event.key !== "Enter" && event.key !== " ") return;
      event.preventDefault();
      event.stopPropagation(); // else the player plays
      callback(/** @type {Element} */ (event.target));
    },
  });
}
