// An operand or the result as a figure: its name and letters, its shape, its cells with a letter along each axis.
import { drawing, h, s, set } from "../shared/dom.js";
import { createFacets } from "../shared/facets.js";
import { createRovingFocus } from "../shared/roving-focus.js";
import { placesIn } from "./walk.js";

const DRAWN_AXES = 4;

/**
 * { node, cells, point(p), write(texts) }.
 *
 * @param {object} options
 * @param {import("./walk.js").Panel} options.panel
 * @param {string} options.role  what it is, in words
 * @param {Record<string, string>} options.marks  of letters that are not only kept
 * @param {number} options.size  the side of a cell in drawing units
 * @param {(p: number) => string} options.describe  what a screen reader says of a cell
 * @param {(p: number | null) => void} options.onhighlight  a cell has the pointer or the focus; null when both left
 * @param {(letter: string) => void} options.onletter  the letter of an axis was pressed
 */
export function createPanel({ panel, role, marks, size, describe, onhighlight, onletter }) {
  const { letters, tones, shown, texts } = panel;
  const names = [...letters].map((letter) => axisName(letter, marks[letter] ?? ""));
  const facets = createFacets({
    shown: shown.slice(-DRAWN_AXES),
    size,
    text: (p) => texts[p],
    kind: (p) => (placesIn(panel, p) ? "" : "wl-unread"),
    names: letters ? names.slice(-DRAWN_AXES) : undefined,
    tones: tones.slice(-DRAWN_AXES),
  });
  const { cells } = facets;
  const label = `${role} ${panel.name}${letters ? `, letters ${[...letters].join(" ")}` : ""}, shape ${panel.shape}`;
  const svg = set(drawing(facets.width, facets.height, label, facets.node), { role: "group" });
  svg.addEventListener("click", (event) => {
    const letter = /** @type {Element} */ (event.target).closest("[data-letter]")?.getAttribute("data-letter");
    if (letter) onletter(letter);
  });
  const node = h(
    "figure",
    {},
    h(
      "figcaption",
      {},
      h("code", {}, panel.name, ...(letters ? [" ", ...coloured(letters, tones)] : [])),
      h("span", { class: "wl-quiet wl-mono" }, panel.shape),
    ),
    cells.length ? svg : h("p", { class: "wl-none wl-quiet" }, "no cells"),
  );
  const numberOf = (cell) => Number(cell.dataset.p);
  createRovingFocus(node, {
    items: cells,
    next: (cell, move) => move && cells[facets.beside(numberOf(cell), move[0], move[1])],
    onHighlight: (cell) => onhighlight(cell && numberOf(cell)),
    onStop: (cell) => set(cell, { role: "img", "aria-label": describe(numberOf(cell)) }),
    sparse: true,
  });
  return {
    node,
    cells,
    point: facets.point,
    /** @param {string[]} now  what the cells say */
    write(now) {
      cells.forEach((cell, p) => {
        const text = /** @type {Element} */ (cell.lastChild);
        if (text.textContent !== now[p]) text.textContent = now[p];
      });
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
export const coloured = (letters, tones) =>
  [...letters].map((letter, axis) => h("span", { class: tones[axis] ? `wl-${tones[axis]}` : "" }, letter));
