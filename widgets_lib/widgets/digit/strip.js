// All pixels in one row, as they lie in memory.
import { h, s, set } from "../shared/dom.js";
import { clamp } from "../shared/format.js";

/**
 * Returns { node, paint(picture), point(p, columns, text) }.
 * @param {Parameters<typeof import("../shared/pixel-grid.js").createGrid>[0]} listeners
 */
export function createStrip({ onHighlight, onpin, onleave, onkey }) {
  const ink = s("g", { class: "wl-ink" });
  const segment = s("rect", { class: "wl-segment wl-i", y: 0, height: 1 });
  const picture = s("svg", { preserveAspectRatio: "none", "aria-hidden": "true" }, ink, segment);
  const mark = h("span", { class: "wl-mark", "aria-hidden": "true" });
  const scale = createScale();
  const node = h(
    "div",
    {
      class: "wl-strip",
      tabindex: 0,
      role: "slider",
      "aria-label": "place in the flat row of numbers",
      "aria-valuemin": 0,
      onpointerleave: onleave,
      onkeydown: onkey,
    },
    h("div", { class: "wl-row" }, picture, mark),
    scale.node,
  );
  let count = 1;
  const under = (event) => {
    const { left, width } = picture.getBoundingClientRect();
    return clamp(Math.floor(((event.clientX - left) / width) * count), 0, count - 1);
  };
  node.addEventListener("pointermove", (event) => onHighlight(under(event)));
  node.addEventListener("click", (event) => onpin(under(event)));
  return {
    node,
    paint({ grey }) {
      count = grey.length;
      set(picture, { viewBox: `0 0 ${count} 1` });
      // Paper needs no ink: most pixels of a digit.
      ink.replaceChildren(
        ...grey.flatMap((share, p) =>
          share ? [s("rect", { x: p, y: 0, width: 1, height: 1, "fill-opacity": share })] : [],
        ),
      );
      scale.setLast(count - 1);
      set(node, { "aria-valuemax": count - 1 });
    },
    point(p, columns, text) {
      const share = (p + 0.5) / count;
      set(segment, { x: p - (p % columns), width: columns });
      mark.style.left = `${100 * share}%`;
      scale.point(p, share);
      set(node, { "aria-valuenow": p, "aria-valuetext": text });
    },
  };
}

/** The first and the last place, and the one that is looked at: { node, setLast(p), point(p, share) }. */
function createScale() {
  const first = h("span", { class: "wl-quiet" }, "0");
  const last = h("span", { class: "wl-quiet" });
  const place = h("output", { class: "wl-place", "aria-hidden": "true" });
  return {
    node: h("div", { class: "wl-scale wl-mono", "aria-hidden": "true" }, first, last, place),
    setLast(p) {
      last.textContent = p;
    },
    /** `share`: how far along the strip it is, from 0 to 1. */
    point(p, share) {
      place.style.left = `${100 * share}%`;
      place.style.transform = `translateX(${-100 * share}%)`;
      place.textContent = p;
      first.style.visibility = share < 0.1 ? "hidden" : "visible";
      last.style.visibility = share > 0.88 ? "hidden" : "visible";
    },
  };
}
