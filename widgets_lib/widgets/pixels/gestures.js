// Pointing, walking and marking: what keys and pointers do to the pixel that is pinned and to the slice.
import { hasModifier, set } from "../shared/dom.js";
import { GRID_MOVES } from "../shared/pixel-moves.js";

/**
 * Returns { current(), highlight(p), press(p, extend), drag(p), walk(event) }; p counts pixels row by row.
 * @param {(name: string) => any} get  a trait
 * @param {(changes: object) => void} save
 * @param {() => [number[], number[]]} shown  the rows and columns that keys walk among
 * @param {() => void} onpoint  another pixel is looked at
 */
export function createGestures(get, save, shown, onpoint) {
  /** @type {number | null} */
  let highlighted = null; // the pixel under the pointer
  /** @type {number | null} */
  let anchor = null; // the corner from which a slice is drawn out
  const wide = () => get("picture").shape[1];
  const split = (p) => [Math.floor(p / wide()), p % wide()];
  const pinned = () => get("row") * wide() + get("column");
  const current = () => highlighted ?? pinned();

  /** Mark the slice between the anchor and this corner. */
  function stretch(p) {
    const [[row, column], [fromRow, fromColumn]] = [split(p), split(anchor)];
    const along = (a, b) => `${Math.min(a, b)}:${Math.max(a, b) + 1}`;
    save({ row, column, mark: "slice", slice: `${along(row, fromRow)}, ${along(column, fromColumn)}` });
  }
  /** Pin a pixel; `extend`: and reach for it with the slice, from the one that was pinned. */
  function go(p, extend) {
    highlighted = null;
    if (extend) {
      anchor ??= pinned();
      stretch(p);
    } else {
      anchor = p;
      const [row, column] = split(p);
      save({ row, column });
    }
  }
  /** Where a key leads from a pixel: into what the table shows, and within it. */
  function step(p, key) {
    const [rows, columns] = shown();
    const [down, across] = [rows.indexOf(split(p)[0]), columns.indexOf(split(p)[1])];
    if (down < 0 || across < 0) return rows[0] * wide() + columns[0];
    const to = GRID_MOVES[key](down * columns.length + across, [rows.length, columns.length]);
    return rows[Math.floor(to / columns.length)] * wide() + columns[to % columns.length];
  }
  return {
    current,
    highlight(p) {
      if (highlighted === p) return;
      highlighted = p;
      onpoint();
    },
    press: go,
    drag(p) {
      if (anchor !== null && p !== pinned()) stretch(p);
    },
    walk(event) {
      if (hasModifier(event) || !(event.key in GRID_MOVES)) return;
      event.preventDefault();
      go(step(current(), event.key), event.shiftKey);
    },
  };
}

/**
 * A press on a pixel, and what the pointer then moves over until it is let go: by mouse, pen or finger.
 * @param {Element} node
 * @param {{ onpress: (p: number, extend: boolean) => void, ondrag: (p: number) => void }} on
 */
export function listenToDrag(node, { onpress, ondrag }) {
  let held = false;
  const letGo = () => {
    held = false;
  };
  const pixelAt = ({ clientX, clientY, target }) => {
    const root = /** @type {Document} */ (node.getRootNode());
    const at = /** @type {any} */ (root.elementFromPoint?.(clientX, clientY) ?? target);
    return node.contains(at) && at.dataset?.p !== undefined ? Number(at.dataset.p) : null;
  };
  set(node, {
    onpointerdown(event) {
      const p = pixelAt(event);
      if (p === null || event.button > 0) return;
      held = true;
      onpress(p, event.shiftKey);
    },
    onpointermove(event) {
      const p = held && event.buttons !== 0 ? pixelAt(event) : null;
      if (p !== null) ondrag(p);
    },
    onpointerup: letGo,
    onpointercancel: letGo,
  });
}
