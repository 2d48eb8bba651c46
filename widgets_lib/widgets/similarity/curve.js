// The share of right answers by how far the digits were moved, and one of them as it is now.
import { drawing, h, s, set } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { createPixels } from "./pixels.js";

const WIDTH = 460;
const HEIGHT = 288;
const LEFT = 62;
const [TOP, BOTTOM] = [32, 236];
const GRID = [0, 0.5, 1];
const MOTION_MS = 200;
/** @type {Record<string, number[]>} */
const DIRECTIONS = { up: [0, -1], down: [0, 1], left: [-1, 0], right: [1, 0] };

/** Returns { node, show(curve) }. */
export function createCurve() {
  const image = createPixels("wl-large", "the digit, moved");
  const plot = drawing(WIDTH, HEIGHT, "accuracy by shift");
  const caption = h("figcaption", {}, "the digit, moved");
  const node = h(
    "div",
    { class: "wl-moved" },
    h("figure", {}, image.node, caption),
    h("figure", { class: "wl-plot" }, plot),
  );
  let at = null; // where the digit was drawn last
  return {
    node,
    show(curve) {
      image.show(curve.image, 1);
      const [x, y] = DIRECTIONS[curve.direction].map((step) => step * curve.pixels);
      if (at && (x !== at[0] || y !== at[1])) image.slideFrom(at[0] - x, at[1] - y, MOTION_MS);
      at = [x, y];
      caption.textContent = curve.pixels ? `moved ${curve.direction} by ${curve.pixels} px` : "where it belongs";
      plot.replaceChildren(...createAxes(curve.most), ...createPoints(curve));
      const points = curve.texts.map((text, at) => `${at} px: ${text}`).join("; ");
      set(plot, { "aria-label": `Share read right by shift: ${points}` });
    },
  };
}

const y = (share) => BOTTOM - share * (BOTTOM - TOP);
const xOf = (most) => (pixels) => LEFT + 24 + (pixels * (WIDTH - LEFT - 72)) / most;

function createAxes(most) {
  const x = xOf(most);
  return [
    ...GRID.map((share) => s("path", { class: "wl-grid", d: `M${LEFT} ${y(share)}H${WIDTH - 8}` })),
    ...GRID.map((share) =>
      s(
        "text",
        { class: "wl-quiet", x: LEFT - 8, y: y(share), "text-anchor": "end", "dominant-baseline": "central" },
        `${100 * share} %`,
      ),
    ),
    ...range(most + 1).map((pixels) =>
      s("text", { class: "wl-quiet", x: x(pixels), y: BOTTOM + 20, "text-anchor": "middle" }, String(pixels)),
    ),
    s("text", { class: "wl-quiet wl-word", x: x(most / 2), y: BOTTOM + 44, "text-anchor": "middle" }, "pixels moved"),
    s("text", { class: "wl-quiet wl-word", x: LEFT, y: TOP - 12 }, "read right"),
  ];
}

function createPoints({ shares, texts, pixels, most }) {
  const x = xOf(most);
  const line = shares.map((share, at) => `${x(at)} ${y(share)}`).join("L");
  return [
    s("path", { class: "wl-line", d: `M${line}` }),
    ...shares.flatMap((share, at) => [
      s("circle", {
        class: at === pixels ? "wl-point wl-on" : "wl-point",
        cx: x(at),
        cy: y(share),
        r: at === pixels ? 6 : 4,
      }),
      s("text", { x: x(at) + 6, y: y(share) - 10, "text-anchor": at ? "start" : "middle" }, texts[at]),
    ]),
  ];
}
