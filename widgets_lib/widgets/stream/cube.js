// Triples of draws as dots in a cube that turns: seen from the right side, a bad generator's lie on planes.
import { drawing, h, s, set } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { createLayer, round } from "./field.js";

const TILT = Math.PI / 9; // how far above the horizon the eye is
const START = -30; // degrees, where a turn of 0 stands: there RANDU's planes face the eye, and hide
const REACH = 0.72; // the cube's corners keep within so much of its middle, turned as it may be
const MARGIN = 8;
const SMALL = 250; // in a smaller drawing the dots are smaller, too
const DEGREES_PER_PX = 0.5;
const CORNERS = range(8).map((bits) => [bits & 1, (bits >> 1) & 1, (bits >> 2) & 1]);
const EDGES = CORNERS.flatMap((corner) =>
  range(3)
    .filter((axis) => corner[axis] === 0)
    .map((axis) => [corner, corner.map((value, at) => (at === axis ? 1 : value))]),
);

/** Where a point of the unit cube is seen, right and down from the middle, with the cube turned so far. */
export function project([x, y, z], degrees) {
  const angle = ((START + degrees) * Math.PI) / 180;
  const [right, back, up] = [
    (y - 0.5) * Math.cos(angle) - (x - 0.5) * Math.sin(angle),
    (x - 0.5) * Math.cos(angle) + (y - 0.5) * Math.sin(angle),
    z - 0.5,
  ];
  return [right, back * Math.sin(TILT) - up * Math.cos(TILT)];
}

/**
 * The triples of a generator: { node, svg, turn(degrees), repaint() }.
 *
 * values   the draws; dot p is draws p, p + 1 and p + 2
 * ondrag   called with the degrees that a drag adds, and once with null when it ends
 */
export function createCube({ values, side, label, ondrag }) {
  const scale = (side / 2 - MARGIN) / REACH;
  let degrees = 0;
  const place = (point) => project(point, degrees).map((value) => round(side / 2 + value * scale));
  const edges = s("path", { class: "wl-edges" });
  const svg = drawing(side, side, label, edges);
  const layer = createLayer("wl-so-far", svg.getAttribute("style"), side, repaint);
  function repaint() {
    const at = (p) => place([values[p], values[p + 1], values[p + 2]]);
    layer.paint(at, 0, values.length - 2, side < SMALL ? 0.4 : 0.8, true);
  }
  listenToDrag(svg, ondrag);
  return {
    node: h("div", { class: "wl-field wl-cube" }, layer.canvas, svg),
    svg,
    repaint,
    turn(wanted) {
      degrees = wanted;
      set(edges, { d: EDGES.map(([from, to]) => `M${place(from).join(" ")}L${place(to).join(" ")}`).join("") });
      repaint();
    },
  };
}

/** Hear how far to the side the pointer drags. */
function listenToDrag(svg, ondrag) {
  let last = null;
  const end = () => {
    if (last !== null) ondrag(null);
    last = null;
  };
  set(svg, {
    onpointerdown: (event) => {
      last = event.clientX;
      svg.setPointerCapture?.(event.pointerId);
    },
    onpointermove: (event) => {
      if (last === null) return;
      ondrag((event.clientX - last) * DEGREES_PER_PX);
      last = event.clientX;
    },
    onpointerup: end,
    onpointercancel: end,
  });
}
