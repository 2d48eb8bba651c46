// What a pane shows of a table that is larger: from the edge of a cell on, beside the heads that stay.
import { observeSize } from "../shared/resize.js";

const AXES = [
  { from: "left", to: "right", scroll: "scrollLeft", room: "clientWidth", padding: "scrollPaddingRight" },
  { from: "top", to: "bottom", scroll: "scrollTop", room: "clientHeight", padding: "scrollPaddingBottom" },
];

/** Where cells begin along an axis, and where the last one ends, from the end of the head on; and the room for them. */
function measure({ from, to, room }, pane, table, cells) {
  const zero = table.getBoundingClientRect()[from];
  const [head, ...boxes] = [...cells].map((cell) => cell.getBoundingClientRect());
  const beside = head[to] - head[from]; // a head stays while the table scrolls, so where it is says nothing
  const starts = boxes.map((box) => box[from] - zero - beside);
  return { beside, starts, end: boxes[boxes.length - 1][to] - zero - beside, free: pane[room] - beside };
}

/** Where a pane that is scrolled so far is to be scrolled to for a cell; `fade` is how much of its end is dim. */
function placeFor({ starts, end, free }, scrolled, first, last, fade) {
  const least = Math.min(last + fade, end) - free;
  if (first < scrolled - 0.5) return first;
  if (scrolled > least - 0.5) return scrolled;
  return Math.min(first, starts.find((start) => start > least - 0.5) ?? first);
}

/**
 * Returns { reveal(cell) }: scrolls the pane, and nothing else, until the cell is in it and out of the fade at its end,
 * and does so again when the size of the pane or of the table changes; `onfit` is called then.
 *
 * Scroll snapping, in the stylesheet, holds who scrolls by hand to whole cells. It is told here how large the heads
 * are, and how much is to follow the last cell for the pane to begin with a whole one there, too.
 * @param {HTMLElement} pane
 * @param {HTMLTableElement} table
 * @param {{ onfit: () => void, signal: AbortSignal }} options
 */
export function createWholeCells(pane, table, { onfit, signal }) {
  /** @type {ReturnType<typeof measure>[]} */
  let measured = [];
  /** @type {HTMLElement | undefined} */
  let revealed;

  function reveal() {
    if (!revealed?.isConnected || measured.length === 0) return;
    const [zero, box] = [table, revealed].map((each) => each.getBoundingClientRect());
    const style = getComputedStyle(pane);
    const places = AXES.map(({ from, to, scroll, padding }, n) => {
      const before = zero[from] + measured[n].beside;
      return placeFor(measured[n], pane[scroll], box[from] - before, box[to] - before, parseFloat(style[padding]) || 0);
    });
    for (const [n, { scroll }] of AXES.entries()) pane[scroll] = places[n];
  }
  function fit() {
    const rows = [...table.rows];
    const lines = rows.length > 1 && rows[1].cells.length > 1 ? [rows[1].cells, rows.map((row) => row.cells[1])] : [];
    measured = lines.map((cells, n) => measure(AXES[n], pane, table, cells));
    for (const [n, { beside, starts, end, free }] of measured.entries()) {
      const last = starts.find((start) => start > end - free - 0.5) ?? 0;
      const after = last > 0 ? Math.max(0, last + free - end) + 0.5 : 0; // the room is known in whole pixels only
      pane.style.setProperty(`--wl-beside-${AXES[n].from}`, `${beside}px`);
      pane.style.setProperty(`--wl-after-${AXES[n].to}`, `${after}px`);
    }
    reveal();
    onfit();
  }
  for (const each of [pane, table]) observeSize(each, fit, signal);
  return {
    reveal(cell) {
      revealed = cell;
      reveal();
    },
  };
}
