// The hatching of threads that have no cell.
import { s } from "../shared/dom.js";

let patterns = 0; // two views may stand in one document

/** A hatching with a name of its own: { fill, draw() }; `draw()` defines it, once in each drawing. */
export function createHatch() {
  const id = `wl-idle-${++patterns}`;
  const draw = () =>
    s(
      "defs",
      {},
      s(
        "pattern",
        { id, width: 6, height: 6, patternUnits: "userSpaceOnUse", patternTransform: "rotate(45)" },
        s("path", { class: "wl-hatch", d: "M0 0V6" }),
      ),
    );
  return { fill: `url(#${id})`, draw };
}
