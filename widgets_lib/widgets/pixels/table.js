// The numbers of an image as a table: one Tab stop, whose active cell is the pixel that is looked at.
import { h, set } from "../shared/dom.js";
import { signed } from "../shared/format.js";
import { createWholeCells } from "./whole-cells.js";

/**
 * Returns { node, build(rows, columns, wide), write(texts, greys), mark(isMarked, kind), point(p), showRest() }.
 *
 * A cell is named by its place in the flat row of numbers, `p`; `wide` is how many columns the image has.
 * @param {object} listeners
 * @param {(p: number | null) => void} listeners.onHighlight
 * @param {(p: number, extend: boolean) => void} listeners.onpress  the mouse went down on a cell
 * @param {(p: number) => void} listeners.ondrag  and, still down, is on this one
 * @param {(event: KeyboardEvent) => void} listeners.onkey
 * @param {AbortSignal} signal  ends the watch on the size of the table
 */
export function createTable({ onHighlight, onpress, ondrag, onkey }, signal) {
  const id = `wl-pixels-${Math.random().toString(36).slice(2)}`; // two views may stand in one document
  const table = h("table", { role: "grid", tabindex: 0, onkeydown: onkey });
  const node = h("div", { class: "wl-numbers-pane", onscroll: () => showRest(node) }, table);
  /** @type {Map<number, HTMLElement>} */
  let cells = new Map();
  /** @type {{ rows: Map<number, HTMLElement>, columns: Map<number, HTMLElement> }} */
  let heads = { rows: new Map(), columns: new Map() };
  let width = 0;
  /** @type {Element[]} */
  let lit = [];
  const wholeCells = createWholeCells(node, table, { onfit: () => showRest(node), signal });
  /** @type {number | null} */
  let under = null; // the pixel under the pointer: it is in sight, and is not to move away from it

  set(table, {
    onpointerover(event) {
      const p = pixelOf(event);
      if (p === null) return;
      const isDrag = event.buttons === 1 && event.pointerType === "mouse";
      under = isDrag ? null : p;
      if (isDrag) ondrag(p);
      else onHighlight(p);
    },
    onpointerleave() {
      under = null;
      onHighlight(null);
    },
    onpointerdown(event) {
      const p = pixelOf(event);
      if (p === null || event.button > 0) return;
      onpress(p, event.shiftKey);
    },
  });

  /** Whether the step to a side leads round the end of a row. */
  const isOver = (p, side) => (side === "left" && p % width === 0) || (side === "right" && p % width === width - 1);

  return {
    node,
    build(rows, columns, wide, label) {
      width = wide;
      cells = new Map();
      lit = [];
      const head = (index, scope) => h("th", { scope, class: scope === "col" ? "wl-j" : "wl-i" }, String(index));
      heads = {
        rows: new Map(rows.map((row) => [row, head(row, "row")])),
        columns: new Map(columns.map((column) => [column, head(column, "col")])),
      };
      const line = (row) => {
        const own = columns.map((column) => {
          const p = row * wide + column;
          const cell = h("td", { role: "gridcell", id: `${id}-${p}`, "data-p": p });
          cells.set(p, cell);
          return cell;
        });
        return h("tr", {}, heads.rows.get(row), ...own);
      };
      const corner = h("td", { class: "wl-corner" });
      set(table, { "aria-label": label }).replaceChildren(
        h("thead", {}, h("tr", {}, corner, ...heads.columns.values())),
        h("tbody", {}, ...rows.map(line)),
      );
    },
    write(texts, greys) {
      for (const [p, cell] of cells) {
        cell.textContent = signed(texts[p]);
        cell.classList.toggle("wl-nothing", greys[p] === 0);
        cell.style.setProperty("--wl-grey", greys[p]);
      }
    },
    mark(isMarked, kind) {
      const marked = (p) => cells.has(p) && isMarked(p);
      const sides = { top: -width, bottom: width, left: -1, right: 1 };
      for (const [p, cell] of cells) {
        const edges = Object.entries(sides).filter(([side, by]) => !marked(p + by) || isOver(p, side));
        const names = marked(p) ? [`wl-marked-${kind}`, ...edges.map(([side]) => `wl-edge-${side}`)] : [];
        const kept = ["wl-nothing", "wl-here"].filter((name) => cell.classList.contains(name));
        cell.className = [...kept, ...names].join(" ");
        set(cell, { "aria-selected": String(isMarked(p)) });
      }
    },
    showRest: () => showRest(node),
    /** @param {number} p  looked at from now on, and scrolled to */
    point(p) {
      for (const each of lit) each.classList.remove("wl-here");
      const cell = cells.get(p);
      const around = [heads.rows.get(Math.floor(p / width)), heads.columns.get(p % width)];
      lit = [cell, ...around].filter((each) => each !== undefined);
      for (const each of lit) each.classList.add("wl-here");
      set(table, { "aria-activedescendant": cell?.id ?? null });
      if (p !== under) wholeCells.reveal(cell);
    },
  };
}

/** The pixel whose number an event is about. */
function pixelOf(event) {
  const p = event.target.closest?.("td")?.dataset.p;
  return p === undefined ? null : Number(p);
}

/** Say by classes on which sides there is more of the table than its pane shows. */
function showRest(pane) {
  const below = pane.scrollHeight - pane.clientHeight - pane.scrollTop;
  const right = pane.scrollWidth - pane.clientWidth - pane.scrollLeft;
  const rest = { above: pane.scrollTop, left: pane.scrollLeft, below, right };
  for (const [side, length] of Object.entries(rest)) pane.classList.toggle(`wl-more-${side}`, length > 1);
}
