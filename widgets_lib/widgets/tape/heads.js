// The read heads: a flag with the names of an iterator, on a pole that stands before the value it would give next.
import { s } from "../shared/dom.js";
import { label } from "./cells.js";
import { LANE, LETTER } from "./layout.js";

/**
 * @typedef {import("./layout.js").Head} Head
 * @typedef {{ mark: Element, number: number, x: number, position: number, names: string[] }} DrawnHead
 */

/**
 * @param {import("./layout.js").TapeMoment} moment
 * @param {import("./layout.js").Layout} layout
 * @returns {DrawnHead[]}
 */
export function drawHeads(moment, layout) {
  return moment.heads.map((head, lane) => {
    const x = layout.x(head.position);
    const text = head.names.join(", ");
    const width = LETTER * text.length + 12;
    const side = x + width > layout.width ? -1 : 1; // a name at the right edge hangs to the left of its head
    const mark = s(
      "g",
      {
        class: `wl-head ${head.number === moment.head ? "wl-moved" : ""}`,
        transform: `translate(${x} ${lane * LANE + 4})`,
      },
      s("path", { d: flag((layout.lanes - lane) * LANE, width, side) }),
      label(text, 7 * side, 10, { "text-anchor": side < 0 ? "end" : null }),
    );
    return { mark, x, ...head };
  });
}

/** The outline of a flag to the right of its pole, or to the left where `side` is −1. */
const flag = (high, width, side) =>
  `M0 ${high - 8}V0H${side * width}v20H${side * 1.5}V${high - 8}` +
  `l${side * 4} -2L${side * 0.75} ${high + 1}l${side * -4.75} -11l${side * 4} 2z`;
