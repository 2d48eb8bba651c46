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

  const reach = createReach(get);

  /** Mark the slice between the anchor and this corner. */
  function stretch(p) {
    const [to, from] = [split(p), split(anchor)];
    save(
      reach.mark(
        to,
        to.map((end, axis) => [Math.min(end, from[axis]), Math.max(end, from[axis])]),
      ),
    );
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
      if (event.shiftKey) {
        highlighted = null;
        anchor = null;
        save(reach.extend(event.key));
      } else go(step(current(), event.key), false);
    },
  };
}

const BACKWARDS = ["ArrowUp", "PageUp", "ArrowLeft", "Home"];
const VERTICAL = ["ArrowUp", "ArrowDown", "PageUp", "PageDown"];

/**
 * A slice that grows and shrinks at its edges: { mark(pixel, sides), extend(key) }, both return what is to be saved.
 *
 * `sides` are the first and last row, and the first and last column.
 */
function createReach(get) {
  let own = { slice: "", sides: [] }; // what was marked here: the kernel's answer may be some keys behind

  /** @param {number[]} pixel @param {number[][]} sides */
  function mark([row, column], sides) {
    const slice = sides.map(([first, last]) => `${first}:${last + 1}`).join(", ");
    own = { slice, sides };
    return { row, column, mark: "slice", slice };
  }
  /** The sides of what is marked, if the pixel is in it, else of the pixel alone. */
  function present(pixel) {
    const { rows, columns } = get("selection");
    const isOwn = get("mark") === "slice" && get("slice") === own.slice;
    const sides = isOwn ? own.sides : [rows, columns].map((marked) => [marked[0], marked[marked.length - 1]]);
    const isInside = pixel.every((at, axis) => sides[axis][0] <= at && at <= sides[axis][1]);
    return isInside ? sides : pixel.map((at) => [at, at]);
  }
  return {
    mark,
    /** The edge that the pixel is on moves with it; from within, the edge that the key points to moves outwards. */
    extend(key) {
      const pixel = [get("row"), get("column")];
      const sides = present(pixel).map((side) => [...side]);
      const axis = VERTICAL.includes(key) ? 0 : 1;
      const [first, last] = sides[axis];
      const isOnOneEdge = first !== last && (pixel[axis] === first || pixel[axis] === last);
      const movesFirst = isOnOneEdge ? pixel[axis] === first : BACKWARDS.includes(key);
      pixel[axis] = movesFirst ? first : last;
      const shape = get("picture").shape;
      const to = GRID_MOVES[key](pixel[0] * shape[1] + pixel[1], shape);
      pixel[axis] = axis === 0 ? Math.floor(to / shape[1]) : to % shape[1];
      const fixed = movesFirst ? last : first;
      sides[axis] = [Math.min(pixel[axis], fixed), Math.max(pixel[axis], fixed)];
      return mark(pixel, sides);
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
