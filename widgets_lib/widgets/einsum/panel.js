// An operand or the result as a figure: its name and letters, its shape, its cells with a letter along each axis.
import { h, s } from "../shared/dom.js";
import { createFacets } from "../shared/facets.js";
import { createPanel as createCells } from "../shared/panel.js";
import { placesIn } from "./walk.js";

const DRAWN_AXES = 4;

/**
 * What the shared panel has, and { write(texts), renew(texts) }.
 *
 * @param {object} options
 * @param {import("./walk.js").Panel} options.panel
 * @param {string} options.role  what it is, in words
 * @param {Record<string, string>} options.marks  of letters that are not only kept
 * @param {number} options.size  the side of a cell in drawing units
 * @param {number} [options.stop]  the cell that Tab reaches first
 * @param {(p: number) => string} options.describe  what a screen reader says of a cell
 * @param {(p: number | null) => void} options.onHighlight  a cell has the pointer or the focus; null when both left
 * @param {(letter: string) => void} options.onletter  the letter of an axis was pressed
 */
export function createPanel({ panel, role, marks, size, stop, describe, onHighlight, onletter }) {
  const { name, letters, tones, shape, shown, texts } = panel;
  const names = [...letters].map((letter) => axisName(letter, marks[letter] ?? ""));
  const facets = createFacets({
    shown: shown.slice(-DRAWN_AXES),
    size,
    text: (p) => texts[p],
    kind: (p) => (placesIn(panel, p) ? "" : "wl-unread"),
    names: letters ? names.slice(-DRAWN_AXES) : undefined,
    tones: tones.slice(-DRAWN_AXES),
  });
  const cells = createCells({
    name: letters ? [name, " ", ...coloured(letters, tones)] : name,
    label: `${role} ${name}${letters ? `, letters ${[...letters].join(" ")}` : ""}, shape ${shape}`,
    empty: "no cells",
    ...{ shape, facets, stop, describe, onHighlight },
  });
  cells.node.addEventListener("click", (event) => {
    const letter = /** @type {Element} */ (event.target).closest("[data-letter]")?.getAttribute("data-letter");
    if (letter) onletter(letter);
  });
  /** @param {string[]} now  what the cells say */
  function write(now) {
    facets.cells.forEach((cell, p) => {
      const text = /** @type {Element} */ (cell.lastChild);
      if (text.textContent !== now[p]) text.textContent = now[p];
    });
  }
  return {
    ...cells,
    write,
    /** @param {string[]} now  what the cells say, of which `describe` tells now */
    renew(now) {
      write(now);
      cells.rename();
    },
  };
}

const axisName = (letter, mark) => [
  s("tspan", { class: "wl-axis", "data-letter": letter }, letter),
  ...(mark ? [s("tspan", { class: "wl-mark" }, ` ${mark}`)] : []),
];

/**
 * Letters in the colours of their axes.
 * @param {string} letters
 * @param {string[]} tones
 */
const coloured = (letters, tones) =>
  [...letters].map((letter, axis) => h("span", { class: tones[axis] ? `wl-${tones[axis]}` : "" }, letter));
