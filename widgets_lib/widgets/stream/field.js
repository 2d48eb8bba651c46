// A field of dots with axes: each dot is a draw, strong once it is drawn and faint while it is still to come.
import { drawing, h, s, set } from "../shared/dom.js";
import { clamp } from "../shared/format.js";

const NEAR = 24; // how far the pointer may be from a dot

export const round = (value) => Math.round(value * 10) / 10;

/** A word in a drawing. */
export const word = (x, y, text, anchor = "start", name = "wl-word wl-quiet") =>
  s("text", { x, y, "text-anchor": anchor, class: name }, text);

/**
 * Returns { node, svg, X, Y, show(draw), paint(), repaint(), mark(draw), near(event) }.
 *
 * x, y       [from, to] of the axes; `inner` is the part of the drawing that they span: { left, top, right, bottom }
 * first      the number of the draw that dot 0 belongs to; dot p belongs to draw first + p
 * point(p)   where dot p is, `count` how many dots there are
 * size, strong   half the side of a dot, and of one that is drawn so far, where that is another
 * vector     draw them as SVG circles; else on a canvas
 * show       the dots up to a draw are to be strong, the others faint; on a canvas `paint` does it, once a frame
 * repaint    paints all dots again, in new colours or in a new place
 * mark       rings the dot of one draw; `near` is the draw whose dot is nearest to a pointer event, or null
 */
export function createField({ width, height, inner, x, y, first, count, point, vector, size, strong = size, label }) {
  const X = (value) => inner.left + ((value - x[0]) / (x[1] - x[0])) * (inner.right - inner.left);
  const Y = (value) => inner.bottom - ((value - y[0]) / (y[1] - y[0])) * (inner.bottom - inner.top);
  const at = (p) => {
    const [horizontal, vertical] = point(p);
    return [X(horizontal), Y(vertical)];
  };
  const frame = s("path", { class: "wl-frame", d: `M${inner.left} ${inner.top}V${inner.bottom}H${inner.right}` });
  const svg = drawing(width, height, label, frame);
  const dots = vector
    ? createCircles(count, at, size)
    : createPaintedDots(count, at, { size, strong }, width, svg.getAttribute("style"));
  const ring = createRing();
  svg.append(dots.marks, ring);
  return {
    node: h("div", { class: "wl-field" }, ...dots.canvases, svg),
    svg,
    X,
    Y,
    show: (draw) => dots.show(clamp(draw - first + 1, 0, count)),
    paint: dots.paint,
    repaint: dots.repaint,
    mark(draw) {
      const p = draw - first;
      const there = p >= 0 && p < count;
      set(ring, { visibility: there ? "visible" : "hidden" });
      if (!there) return;
      const [dx, dy] = at(p);
      ring.style.transform = `translate(${round(dx)}px, ${round(dy)}px)`;
    },
    near(event) {
      const box = svg.getBoundingClientRect();
      const px = ((event.clientX - box.left) / box.width) * width;
      const py = ((event.clientY - box.top) / box.height) * height;
      let [found, best] = [null, NEAR * NEAR];
      for (let p = 0; p < count; p++) {
        const [dx, dy] = at(p);
        const distance = (dx - px) ** 2 + (dy - py) ** 2;
        if (distance < best) [found, best] = [p, distance];
      }
      return found === null ? null : found + first;
    },
  };
}

/**
 * Hear of the pointer over a field.
 * @param {ReturnType<typeof createField>} field
 * @param {import("./plots.js").Pointing} pointing
 */
export function listenToPointer(field, { onHighlight, onseek }) {
  set(field.svg, {
    onpointermove: (event) => onHighlight(field.near(event)),
    onpointerleave: () => onHighlight(null),
    onclick: (event) => {
      const draw = field.near(event);
      if (draw !== null) onseek(draw);
    },
  });
}

const createRing = () =>
  s(
    "g",
    { class: "wl-mark" },
    s("circle", { r: 6, class: "wl-halo" }),
    s("circle", { r: 6 }),
    s("circle", { r: 2.5, class: "wl-core" }),
  );

/** Dots as SVG circles; `at(p)` is where dot p is. */
function createCircles(count, at, size) {
  const circles = Array.from({ length: count }, (_, p) => {
    const [cx, cy] = at(p);
    return s("circle", { class: "wl-dot", cx: round(cx), cy: round(cy), r: size });
  });
  let strong = 0; // so many are
  return {
    marks: s("g", {}, ...circles),
    canvases: [],
    show(wanted) {
      for (const circle of circles.slice(Math.min(wanted, strong), Math.max(wanted, strong)))
        circle.classList.toggle("wl-drawn", wanted > strong);
      strong = wanted;
    },
    paint() {},
    repaint() {},
  };
}

/** Dots on two canvases, all of them faint under those drawn so far. */
function createPaintedDots(count, at, { size, strong }, width, style) {
  let painted = 0; // so many are strong
  let wanted = 0;
  const ahead = createLayer("wl-ahead", style, width, paintAhead);
  const soFar = createLayer("wl-so-far", style, width, paintSoFar);
  function paintAhead() {
    ahead.paint(at, 0, count, size, true);
  }
  function paintSoFar() {
    soFar.paint(at, 0, wanted, strong, true);
    painted = wanted;
  }
  return {
    marks: s("g"),
    canvases: [ahead.canvas, soFar.canvas],
    show(next) {
      wanted = next;
    },
    paint() {
      if (wanted < painted) paintSoFar();
      else if (wanted > painted) soFar.paint(at, painted, wanted, strong, false);
      painted = wanted;
    },
    repaint() {
      paintAhead();
      paintSoFar();
    },
  };
}

/**
 * A canvas for dots in its own text colour; it asks to be repainted when that changes with the theme. With `clear`, it
 * is emptied first, and takes the size that it has on the page.
 */
export function createLayer(name, style, width, repaint) {
  const canvas = h("canvas", { class: name, style, "aria-hidden": "true", ontransitionend: repaint });
  let scale = 1; // pixels of the canvas to a drawing unit
  return {
    canvas,
    paint(at, from, to, size, clear) {
      const context = canvas.getContext?.("2d");
      if (!context) return;
      if (clear) {
        const box = canvas.getBoundingClientRect();
        if (!box.width) return;
        const dense = globalThis.devicePixelRatio || 1;
        scale = (box.width * dense) / width;
        canvas.width = Math.round(box.width * dense);
        canvas.height = Math.round(box.height * dense);
      }
      context.fillStyle = getComputedStyle(canvas).color;
      const side = Math.max(1, Math.round(2 * size * scale));
      for (let p = from; p < to; p++) {
        const [dx, dy] = at(p);
        context.fillRect(Math.round(dx * scale - side / 2), Math.round(dy * scale - side / 2), side, side);
      }
    },
  };
}
