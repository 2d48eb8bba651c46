// Rows of numbers as ink on paper. Each value keeps its mark, which moves when the rows are cut elsewhere.
import { drawing, s, set } from "../shared/dom.js";

const SIDE = 280; // drawing units

/** { node, show(outcome) }; hidden where the outcome has no rows. */
export function createPicture() {
  const edge = s("g", { class: "wl-edge" }); // under the sheet, so that it shows around it and not between the rows
  const sheet = s("g", { class: "wl-sheet" });
  const ink = s("g", { class: "wl-ink" });
  const node = drawing(SIDE, SIDE, "");
  node.append(edge, sheet, ink);
  let marks = new Map(); // position in the flat row of numbers -> its mark
  return {
    node,
    show({ lengths, shades, description }) {
      set(node, { hidden: !lengths, "aria-label": description ?? "" });
      if (!lengths) return;
      const cell = SIDE / Math.max(lengths.length, ...lengths);
      for (const part of [edge, sheet])
        part.replaceChildren(...lengths.map((length, row) => rectangle(0, row * cell, length * cell, cell)));
      const before = marks;
      marks = new Map();
      let at = 0;
      lengths.forEach((length, row) => {
        for (let column = 0; column < length; column++, at++) {
          if (!shades[at]) continue;
          const mark = before.get(at) ?? s("rect", { width: 1, height: 1 });
          mark.style.transform = `translate(${column * cell}px, ${row * cell}px) scale(${cell})`;
          mark.setAttribute("fill-opacity", String(shades[at] / 255));
          marks.set(at, mark);
        }
      });
      for (const [position, mark] of before) if (!marks.has(position)) mark.remove();
      for (const mark of marks.values()) if (!mark.isConnected) ink.append(mark);
    },
  };
}

function rectangle(x, y, width, height) {
  return s("rect", { x, y, width, height });
}
