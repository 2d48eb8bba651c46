// The kernel's text: the line that runs, the warps on their way through it, faults as pins, and places to mend.
import { button } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";
import { observeSize } from "../shared/resize.js";
import { createRovingFocus } from "../shared/roving-focus.js";

/**
 * @typedef {{ text: string, line: number, function: string, touches: boolean }} Row
 * @typedef {{ number: number, row: number, rows: number[], message: string }} Fault
 * @typedef {{ first: number, last: number, chosen: number, options: string[] }} Place
 */

const ROW_EM = 1.6; // height of a row, where it is not laid out yet
const CHIP_EM = 1.5; // from one warp's mark to the next
const NARROW_EM = 1; // where there are more than four
const HANG = 2; // letters by which a wrapped line goes further in than its beginning
const DEEPEST = 12; // where that ends
const MOST_CHIPS = 8; // of more warps only the one that runs is marked

/**
 * Returns { node, build(rows, faults, places, warps), show(row, chosen), move(rows of the warps, the one that runs) }.
 * @param {object} on
 * @param {(row: number) => void} on.online
 * @param {(fault: number) => void} on.onfault
 * @param {(place: number) => void} on.onplace
 * @param {AbortSignal} signal
 */
export function createListing({ online, onfault, onplace }, signal) {
  const list = h("div", {});
  const chips = h("div", { class: "wl-warps", "aria-hidden": "true" });
  const node = h("div", { class: "wl-code", role: "group", "aria-label": "the kernel" }, list, chips);
  /** @type {HTMLElement[]} */
  let rows = [];
  /** @type {HTMLElement[]} */
  let marks = [];
  let apart = CHIP_EM;
  /** @type {[number[], number]} */
  let moved = [[], -1];
  observeSize(list, () => move(...moved), signal); // lines wrap anew

  /** @type {(at: number) => string} */
  const top = (at) => (rows[at]?.offsetHeight ? `${rows[at].offsetTop}px` : `${Math.max(at, 0) * ROW_EM}em`);
  /**
   * @param {number[]} at  for each warp the row it came to last; −1 before the first
   * @param {number} running  the warp that runs; −1 for all of them
   */
  function move(at, running) {
    moved = [at, running];
    const shown = at.length > MOST_CHIPS ? [Math.max(running, 0)] : at.map((_, warp) => warp);
    shown.forEach((warp, place) => {
      const chip = marks[place];
      if (!chip) return; // of a kernel that is about to be drawn
      chip.textContent = String(warp);
      chip.classList.toggle("wl-on", running < 0 || warp === running);
      chip.classList.toggle("wl-waits", at[warp] < 0);
      chip.style.transform = `translate(${place * apart}em, ${top(Math.max(at[warp], 0))})`;
    });
  }

  return {
    node,
    /**
     * @param {Row[]} lines
     * @param {Fault[]} faults
     * @param {Place[]} places
     * @param {number} warps
     */
    build(lines, faults, places, warps) {
      rows = lines.map((line, at) => createRow(line, at, lines[at - 1], faults, places, { onfault, onplace }));
      const touching = rows.flatMap((row) => [...row.querySelectorAll(".wl-touches")]);
      const fresh = h("div", { class: "wl-lines" }, ...rows);
      list.replaceChildren(fresh);
      reach(fresh, /** @type {HTMLElement[]} */ (touching), online);
      marks = Array.from({ length: Math.min(warps, MOST_CHIPS) }, (_, at) =>
        h("span", { class: "wl-warp" }, warps > MOST_CHIPS ? "" : String(at)),
      );
      chips.replaceChildren(...(warps > MOST_CHIPS ? marks.slice(0, 1) : marks));
      const count = chips.childElementCount;
      apart = count > 4 ? NARROW_EM : CHIP_EM;
      node.style.setProperty("--chip", String(apart));
      node.style.setProperty("--gutter", String(apart * count));
      node.style.setProperty(
        "--letters",
        String(Math.max(...lines.map((line, at) => line.text.length + beside(rows[at])))),
      );
    },
    /**
     * @param {number} now  the row that runs; −1 for none
     * @param {number[]} chosen  rows that are asked about
     */
    show(now, chosen) {
      rows.forEach((row, at) => {
        row.classList.toggle("wl-now", at === now);
        row.classList.toggle("wl-picked", chosen.includes(at));
        const line = row.querySelector(".wl-touches");
        if (line) set(line, { "aria-pressed": String(chosen.includes(at)), "aria-current": at === now && "step" });
      });
    },
    move,
  };
}

/** How many letters wide the pins and the button of a row are, so that the longest line has room beside them. */
const beside = (/** @type {HTMLElement} */ row) =>
  4 * row.querySelectorAll(".wl-pin").length + 11 * row.querySelectorAll(".wl-place").length;

/**
 * @param {Row} line
 * @param {number} at
 * @param {Row | undefined} before
 * @param {Fault[]} faults
 * @param {Place[]} places
 * @param {{ onfault: (fault: number) => void, onplace: (place: number) => void }} on
 */
function createRow(line, at, before, faults, places, { onfault, onplace }) {
  const text = line.text || " ";
  const words = line.touches
    ? button(text, () => {}, { class: "wl-text wl-touches", "data-row": at, "aria-pressed": "false" })
    : h("span", { class: "wl-text" }, text);
  const pins = faults.flatMap((fault, number) =>
    fault.rows.includes(at)
      ? [button(String(fault.number), () => onfault(number), { class: "wl-pin", "aria-label": pinName(fault, line) })]
      : [],
  );
  const place = line.function ? -1 : places.findIndex(({ first }) => first === line.line);
  const word = place >= 0 && places[place].chosen >= 0 ? "changed" : "change";
  const edit =
    place >= 0 &&
    button(word, () => onplace(place), {
      class: "wl-place",
      "aria-label": `${word} line ${line.line}`,
      "data-place": place,
    });
  const isEdited = places.some(({ first, last, chosen }) => chosen >= 0 && line.line >= first && line.line <= last);
  const kinds = [before && before.function !== line.function && "wl-begins", isEdited && "wl-edited"];
  return h(
    "div",
    { class: ["wl-line", ...kinds.filter(Boolean)].join(" ") },
    h("span", { class: "wl-number", "aria-hidden": "true" }, String(line.line)),
    h(
      "span",
      { class: "wl-content", style: `--hang: ${Math.min(text.search(/\S|$/) + HANG, DEEPEST)}` },
      words,
      (pins.length > 0 || edit) && h("span", { class: "wl-flags" }, ...pins, edit), // on a line of their own if need be
    ),
  );
}

/** @type {(fault: Fault, line: Row) => string} */
const pinName = ({ number }, { line }) => `fault ${number}, on line ${line}`;

/**
 * The lines that touch an array are one Tab stop; the arrow keys go up and down.
 * @param {HTMLElement} list
 * @param {HTMLElement[]} lines
 * @param {(row: number) => void} online
 */
function reach(list, lines, online) {
  createRovingFocus(list, {
    items: lines,
    next: (line, move) =>
      move?.[0] ? (lines[lines.indexOf(/** @type {HTMLElement} */ (line)) + move[0]] ?? line) : null,
  });
  for (const line of lines) set(line, { onclick: () => online(Number(line.dataset.row)) });
}
