// Plots of a stream: the draws one after the other with their histogram, and each draw over the one before.
import { drawing, h, s, set } from "../shared/dom.js";

const MAX_SVG = 1000; // more dots than this go to a canvas
const MAX_JOINED = 100; // so many draws are joined by a line
const NEAR = 24; // how far the pointer may be from a dot

/**
 * A field of dots with axes: { node, svg, X, Y, show(draw), paint(), anew(), mark(draw), near(event) }.
 *
 * x, y       [from, to] of the axes; `inner` is the part of the drawing that they span: { left, top, right, bottom }
 * first      the number of the draw that dot 0 belongs to; dot p belongs to draw first + p
 * point(p)   where dot p is, `count` how many dots there are
 * size, strong   half the side of a dot, and of one that is drawn so far, where that is another
 * vector     draw them as SVG circles; else on a canvas
 * show       paints the dots up to a draw strongly, those to come faintly; `mark` rings the dot of one draw
 * near       the draw whose dot is nearest to a pointer event, or null
 */
function createField({ width, height, inner, x, y, first, count, point, vector, size, strong = size, label }) {
  const X = (value) => inner.left + ((value - x[0]) / (x[1] - x[0])) * (inner.right - inner.left);
  const Y = (value) => inner.bottom - ((value - y[0]) / (y[1] - y[0])) * (inner.bottom - inner.top);
  const at = (p) => {
    const [horizontal, vertical] = point(p);
    return [X(horizontal), Y(vertical)];
  };
  const frame = s("path", { class: "wl-frame", d: `M${inner.left} ${inner.top}V${inner.bottom}H${inner.right}` });
  const circles = vector
    ? Array.from({ length: count }, (_, p) =>
        s("circle", { class: "wl-dot", cx: round(at(p)[0]), cy: round(at(p)[1]), r: size }),
      )
    : [];
  const ring = s(
    "g",
    { class: "wl-mark" },
    s("circle", { r: 6, class: "wl-halo" }),
    s("circle", { r: 6 }),
    s("circle", { r: 2.5, class: "wl-core" }),
  );
  const svg = drawing(width, height, label, frame, s("g", {}, ...circles), ring);
  const style = svg.getAttribute("style");
  const layers = vector
    ? []
    : [createLayer("wl-ahead", style, width, paintAhead), createLayer("wl-so-far", style, width, paintSoFar)];
  const node = h("div", { class: "wl-field" }, ...layers.map((layer) => layer.canvas), svg);

  let painted = 0; // dots that are strong
  let wanted = 0;
  function paintAhead() {
    layers[0]?.paint(at, 0, count, size, true);
  }
  function paintSoFar() {
    layers[1]?.paint(at, 0, wanted, strong, true);
    painted = wanted;
  }
  return {
    node,
    svg,
    X,
    Y,
    show(draw) {
      wanted = Math.max(0, Math.min(count, draw - first + 1));
      for (const circle of circles.slice(Math.min(wanted, painted), Math.max(wanted, painted)))
        circle.classList.toggle("wl-drawn", wanted > painted);
      if (vector) painted = wanted;
    },
    /** What `show` asked of the canvas, done once for all that was asked since the last frame. */
    paint() {
      if (vector || wanted === painted) return;
      if (wanted < painted) paintSoFar();
      else layers[1].paint(at, painted, wanted, strong, false);
      painted = wanted;
    },
    anew() {
      paintAhead();
      paintSoFar();
    },
    mark(draw) {
      const p = draw - first;
      set(ring, { visibility: p >= 0 && p < count ? "visible" : "hidden" });
      if (p >= 0 && p < count)
        ring.style.transform = `translate(${at(p)
          .map((value) => `${round(value)}px`)
          .join(", ")})`;
    },
    near(event) {
      const box = svg.getBoundingClientRect();
      const [px, py] = [
        ((event.clientX - box.left) / box.width) * width,
        ((event.clientY - box.top) / box.height) * height,
      ];
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

const round = (value) => Math.round(value * 10) / 10;

/** A canvas for dots in its own text colour; it asks to be painted anew when that changes with the theme. */
function createLayer(name, style, width, repaint) {
  const canvas = h("canvas", { class: name, style, "aria-hidden": "true", ontransitionend: repaint });
  let scale = 1; // pixels of the canvas to a drawing unit
  return {
    canvas,
    paint(at, from, to, size, anew) {
      const context = canvas.getContext?.("2d");
      if (!context) return;
      if (anew) {
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

/** Pointing at a field: `onlook(draw or null)`, and `onseek(draw)` where one is pressed. */
function listen(field, { onlook, onseek }) {
  set(field.svg, {
    onpointermove: (event) => onlook(field.near(event)),
    onpointerleave: () => onlook(null),
    onclick: (event) => {
      const draw = field.near(event);
      if (draw !== null) onseek(draw);
    },
  });
}

const word = (x, y, text, anchor = "start", name = "wl-word wl-quiet") =>
  s("text", { x, y, "text-anchor": anchor, class: name }, text);

/**
 * Draws over their number, and beside them, on the same axis, how many fell where.
 *
 * n, values, bins, counts, edges, expected: see RandomStream.picture. `room` is the width there is.
 * Returns { node, show(draw), mark(draw), paint(), anew(), target() }; `onbin(bin or null)` where a bar is looked at.
 */
export function createStreamPlot({ n, values, bins, counts, edges, expected, room, onlook, onseek, onbin }) {
  const width = Math.round(Math.min(Math.max(room, 280), 1200));
  const bars = Math.round(Math.min(Math.max(0.28 * width, 84), 240)); // the width of the histogram
  const [left, top, bottom] = [32, 44, 236];
  const right = width - bars - 24;
  const field = createField({
    ...{ width, height: 264, inner: { left, top, right, bottom }, x: [0.5, n + 0.5], y: [0, 1], first: 1, count: n },
    ...{
      point: (p) => [p + 1, values[p]],
      vector: n <= MAX_SVG,
      size: n <= MAX_JOINED ? 3 : n <= MAX_SVG ? 2 : 0.5,
    },
    label: `${n} draws one after the other, and how many fell in each of ${counts.length} parts`,
  });
  set(field.svg, { role: "group" });
  const { X, Y } = field;
  const joined = s("path", { class: "wl-joined" });
  const rule = s("path", { class: "wl-rule", d: `M${left} 0H${width}` });
  const most = Math.max(...counts, expected) * 1.08;
  const start = right + 24;
  const along = (count) => start + (count / most) * bars;
  const soFar = new Uint32Array(counts.length);
  const bar = (bin, count, name) =>
    s("rect", {
      class: name,
      x: start,
      width: along(count) - start,
      y: round(Y(edges[bin + 1]) + 0.5),
      height: round(Y(edges[bin]) - Y(edges[bin + 1]) - 1),
    });
  const rows = counts.map((count, bin) => {
    const solid = bar(bin, 0, "wl-solid");
    return {
      solid,
      node: s(
        "g",
        { class: "wl-bin", role: "img", tabindex: -1, "data-lm-suppress-shortcuts": "true", "data-bin": bin },
        s("rect", {
          class: "wl-reach",
          x: start,
          width: bars,
          y: Y(edges[bin + 1]),
          height: Y(edges[bin]) - Y(edges[bin + 1]),
        }),
        bar(bin, count, "wl-all"),
        solid,
      ),
    };
  });
  const histogram = s("g", { role: "group", "aria-label": "histogram" }, ...rows.map((row) => row.node));
  field.svg.prepend(
    ...[0, 0.5, 1].flatMap((value) => [
      s("path", { class: "wl-grid", d: `M${left} ${Y(value)}H${right}` }),
      word(left - 6, Y(value) + 4, String(value), "end", "wl-quiet"),
    ]),
    word(left, 14, "stream", "start", "wl-word"),
    word(start, 14, "histogram", "start", "wl-word"),
    word(X(1), bottom + 18, "draw 1", n > 1 ? "start" : "middle"),
    ...(n > 1 ? [word(X(n), bottom + 18, n.toLocaleString("en-US"), "end")] : []),
    joined,
  );
  field.svg.append(
    rule,
    s("path", { class: "wl-frame", d: `M${start} ${top}V${bottom}` }),
    histogram,
    s("path", { class: "wl-even", d: `M${along(expected)} ${top - 4}V${bottom}` }),
    word(width - 1, top - 10, `evenly spread: ${expected.toLocaleString("en-US")} each`, "end"),
  );

  let stop = 0; // the bar that Tab reaches
  const reach = (bin) => {
    set(rows[stop].node, { tabindex: -1 });
    stop = bin;
    set(rows[stop].node, { tabindex: 0 });
  };
  reach(0);
  const binOf = (event) => {
    const found = event.target.closest?.(".wl-bin");
    return found ? Number(found.dataset.bin) : null;
  };
  set(field.node, {
    onfocusin: (event) => {
      const bin = binOf(event);
      if (bin !== null) reach(bin);
      onbin(bin);
    },
    onfocusout: () => onbin(null),
    onkeydown: (event) => {
      const bin = binOf(event);
      const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
      if (bin === null || !step || event.ctrlKey || event.metaKey || event.altKey) return;
      event.preventDefault();
      reach(Math.max(0, Math.min(rows.length - 1, bin + step)));
      rows[stop].node.focus();
    },
    onpointerover: (event) => onbin(binOf(event)),
    onpointerleave: () => onbin(null),
  });
  listen(field, { onlook, onseek });

  let shown = 0;
  return {
    ...field,
    show(draw) {
      field.show(draw);
      const changed = new Set();
      for (; shown < draw; shown++) changed.add(bins[shown]), soFar[bins[shown]]++;
      for (; shown > draw; shown--) changed.add(bins[shown - 1]), soFar[bins[shown - 1]]--;
      for (const bin of changed) set(rows[bin].solid, { width: round(along(soFar[bin]) - start) });
      rows.forEach((row, bin) => set(row.node, { "aria-label": this.bin(bin) }));
      if (n <= MAX_JOINED)
        set(joined, {
          d:
            draw > 1
              ? `M${Array.from({ length: draw }, (_, p) => `${round(X(p + 1))} ${round(Y(values[p]))}`).join("L")}`
              : null,
        });
    },
    mark(draw) {
      field.mark(draw);
      const drawn = draw >= 1 && draw <= n;
      set(rule, { visibility: drawn ? "visible" : "hidden" });
      if (drawn) rule.style.transform = `translate(0, ${round(Y(values[draw - 1]))}px)`;
      rows.forEach((row, bin) => row.node.classList.toggle("wl-on", drawn && bins[draw - 1] === bin));
    },
    /** What a bar says. */
    bin: (bin) =>
      `${edges[bin]} to ${edges[bin + 1]}: ${soFar[bin].toLocaleString("en-US")} so far, ${counts[bin].toLocaleString("en-US")} in all; ${expected.toLocaleString("en-US")} if evenly spread`,
    /** Where a draw's dot is, as a box on the screen. */
    target(draw) {
      const box = field.svg.getBoundingClientRect();
      return {
        left: box.left + (X(draw) / width) * box.width,
        top: box.top + (Y(values[draw - 1]) / 264) * box.height,
      };
    },
  };
}

/**
 * Each draw over the draws before it, in a square: { node, show(draw), mark(draw), paint(), anew() }.
 *
 * across(p), up(p)   where dot p is; it belongs to draw `first` + p
 * up to `n` draws are stepped through; there are `count` dots
 */
export function createSquare({ title, axis, across, up, range, ticks, first, count, n, side, label, onlook, onseek }) {
  const inner = { left: 26, top: 8, right: side - 8, bottom: side - 8 };
  const height = side + 14;
  const few = n <= MAX_SVG;
  const field = createField({
    width: side,
    height,
    inner,
    x: [0, 1],
    y: range,
    first,
    count,
    point: (p) => [across[p], up[p]],
    vector: false,
    size: few ? 0.8 : 0.6,
    strong: few ? 2 : 0.6,
    label,
  });
  field.svg.prepend(
    ...ticks.flatMap((value) => [
      s("path", { class: "wl-frame", d: `M${inner.left - 4} ${field.Y(value)}h4` }),
      word(inner.left - 6, field.Y(value) + 4, String(value).replace("-", "−"), "end", "wl-quiet"),
    ]),
    word(inner.left, height - 4, "0", "middle", "wl-quiet"),
    word((inner.left + inner.right) / 2, height - 4, axis, "middle"),
    word(inner.right, height - 4, "1", "middle", "wl-quiet"),
  );
  listen(field, { onlook, onseek });
  return { ...field, node: h("figure", { class: "wl-square" }, h("figcaption", {}, title), field.node) };
}
