// The kernel's text: the line that runs, the warps on their way through it, faults as pins, and places to mend.
import { button } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";
import { createRovingFocus } from "../shared/roving-focus.js";

/**
 * @typedef {{ text: string, line: number, function: string, touches: boolean }} Row
 * @typedef {{ number: number, row: number, rows: number[], message: string }} Fault
 * @typedef {{ first: number, last: number, chosen: number, options: string[] }} Place
 */

const ROW_EM = 1.6; // height of a row
const CHIP_EM = 1.5; // from one warp's mark to the next
const NARROW_EM = 1; // where there are more than four
const MOST_CHIPS = 8; // of more warps only the one that runs is marked

/**
 * Returns { node, build(rows, faults, places, warps), show(row, chosen), move(rows of the warps, the one that runs) }.
 * @param {object} on
 * @param {(row: number) => void} on.online
 * @param {(fault: number) => void} on.onfault
 * @param {(place: number) => void} on.onplace
 */
export function createListing({ online, onfault, onplace }) {
  const list = h("div", { class: "wl-scroll" });
  const chips = h("div", { class: "wl-warps", "aria-hidden": "true" });
  const node = h("div", { class: "wl-code", role: "group", "aria-label": "the kernel" }, list, chips);
  /** @type {HTMLElement[]} */
  let rows = [];
  /** @type {HTMLElement[]} */
  let marks = [];
  let apart = CHIP_EM;

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
    /**
     * @param {number[]} at  for each warp the row it came to last; −1 before the first
     * @param {number} running  the warp that runs; −1 for all of them
     */
    move(at, running) {
      const shown = at.length > MOST_CHIPS ? [Math.max(running, 0)] : at.map((_, warp) => warp);
      shown.forEach((warp, place) => {
        const chip = marks[place];
        chip.textContent = String(warp);
        chip.classList.toggle("wl-on", running < 0 || warp === running);
        chip.classList.toggle("wl-waits", at[warp] < 0);
        chip.style.transform = `translate(${place * apart}em, ${Math.max(at[warp], 0) * ROW_EM}em)`;
      });
    },
  };
}

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
    words,
    (pins.length > 0 || edit) && h("span", { class: "wl-flags" }, ...pins, edit), // in sight however long the line is
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
