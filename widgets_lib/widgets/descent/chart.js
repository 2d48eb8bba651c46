// The drawing: axes with names, curve or contours, path, ball, and the arrows of the next step.
import { h, hasModifier, s, set, UNITS_PER_EM } from "../shared/dom.js";
import { clamp } from "../shared/format.js";
import { contoursOf } from "./contours.js";
import { listenToDrag } from "./drag.js";

const HEIGHT = 340; // of one weight, in drawing units
const WIDEST = 600; // of two, whose axes have one scale
const EDGE = { left: 52, right: 16, top: 26, bottom: 46 };
const NARROW = 300; // of the frame: a title may need all the room below it
const NUDGE = 1 / 24; // of the frame, by an arrow key
const SHORTEST = 26; // drawing units: a shorter arrow would be hidden by the ball, and is drawn as long as this

/**
 * Returns { node, show(landscape, picture, room) }.
 * @param {object} on
 * @param {(place: number[]) => void} on.onput  the ball is put somewhere
 * @param {() => () => void} on.onhold  it is pressed, and maybe dragged; returns what puts it back as it was
 * @param {() => void} on.onstep
 */
export function createChart({ onput, onhold, onstep }) {
  const ground = s("g", {}); // stays while the ball moves
  const moving = s("g", {});
  const svg = s("svg", { "aria-hidden": "true" }, ground, moving);
  const ball = h("button", { type: "button", class: "wl-ball", onclick: () => drag.wasDrag() || onstep() });
  const node = h("div", { class: "wl-chart", role: "group" }, svg, ball);
  let drawn = { landscape: null, room: 0, width: 1 };
  let frame;
  let place = [];

  function build(landscape, room) {
    const [width, height] = sizeOf(landscape, room);
    frame = createFrame(landscape, width, height);
    drawn = { landscape, room, width };
    set(svg, { viewBox: `0 0 ${width} ${height}` });
    set(node, { style: `width:${width / UNITS_PER_EM}em;height:${height / UNITS_PER_EM}em` });
    ground.replaceChildren(...axesOf(landscape, frame), ...surfaceOf(landscape, frame));
  }

  const drag = listenToDrag(node, ball, {
    at: (event) => {
      const box = svg.getBoundingClientRect();
      const unit = box.width / drawn.width || 1;
      return [(event.clientX - box.left) / unit, (event.clientY - box.top) / unit];
    },
    gripAt: () => frame.at(place),
    move: (point) => onput(frame.place(...point)),
    hold: onhold,
  });
  set(ball, {
    onkeydown: (event) => {
      const moves = { ArrowLeft: [-1, 0], ArrowRight: [1, 0], ArrowUp: [0, 1], ArrowDown: [0, -1] };
      const move = moves[event.key];
      if (!move || hasModifier(event)) return;
      const weights = drawn.landscape.contours.length ? 2 : 1;
      if (weights === 1 && !move[0]) return;
      event.preventDefault();
      const axes = drawn.landscape.axes.slice(0, weights);
      const to = axes.map(({ low, high }, at) => clamp(place[at] + move[at] * NUDGE * (high - low), low, high));
      place = [...to, ...place.slice(weights)]; // the next press goes on from there, and may come before the answer
      onput(to);
    },
  });

  return {
    node,
    show(landscape, picture, room) {
      if (landscape !== drawn.landscape || room !== drawn.room) build(landscape, room);
      const last = picture.points.at(-1);
      place = last.at;
      const [x, y] = frame.at(last.at);
      set(ball, {
        style: `left:${x / UNITS_PER_EM}em;top:${y / UNITS_PER_EM}em`,
        "aria-label": `the ball, at ${last.text}: arrow keys put it elsewhere, Enter takes a step`,
        title: last.text,
      });
      ball.classList.toggle("wl-outside", last.outside);
      moving.replaceChildren(...pathOf(picture.points, frame), ...tangentOf(picture.tangent, frame));
      for (const name of ["batch", "all"]) // the thinner one on top
        if (picture.arrows[name]) moving.append(arrowOf(name, last, picture.arrows[name], frame, landscape));
      set(node, { "aria-label": `${landscape.axes.map((axis) => axis.title).join(" by ")}. ${picture.said}` });
    },
  };
}

/** [width, height] of the drawing; a step stands at right angles to the contours where both axes have one scale. */
function sizeOf({ axes: [across, up], contours }, room) {
  if (!contours.length) return [room, HEIGHT];
  const width = Math.min(room, WIDEST);
  const scale = (width - EDGE.left - EDGE.right) / (across.high - across.low);
  return [width, scale * (up.high - up.low) + EDGE.top + EDGE.bottom];
}

/** Where values stand in the drawing, and what stands at a point of it. */
function createFrame(landscape, width, height) {
  const [across, up] = landscape.axes;
  const [left, right, top, bottom] = [EDGE.left, width - EDGE.right, EDGE.top, height - EDGE.bottom];
  const X = (value) => left + ((value - across.low) / (across.high - across.low)) * (right - left);
  const Y = (value) => bottom - ((value - up.low) / (up.high - up.low)) * (bottom - top);
  return {
    ...{ left, right, top, bottom, X, Y },
    at: ([x, y]) => [X(x), Y(y)],
    place(x, y) {
      const a = across.low + (clamp(x - left, 0, right - left) / (right - left)) * (across.high - across.low);
      const b = up.low + (clamp(bottom - y, 0, bottom - top) / (bottom - top)) * (up.high - up.low);
      return landscape.contours.length ? [a, b] : [a];
    },
  };
}

function axesOf({ axes: [across, up] }, { left, right, top, bottom, X, Y }) {
  const middle = right - left < NARROW ? (right + EDGE.right) / 2 : (left + right) / 2;
  return [
    s("rect", { class: "wl-frame", x: left, y: top, width: right - left, height: bottom - top }),
    ...across.ticks.map(({ at, text }) =>
      s(
        "g",
        {},
        s("line", { class: "wl-tick", x1: X(at), y1: bottom, x2: X(at), y2: bottom + 5 }),
        label(X(at), bottom + 18, text),
      ),
    ),
    ...up.ticks.map(({ at, text }) =>
      s(
        "g",
        {},
        s("line", { class: "wl-tick", x1: left - 5, y1: Y(at), x2: left, y2: Y(at) }),
        label(left - 8, Y(at) + 4, text, "end"),
      ),
    ),
    s("text", { class: "wl-title", x: middle, y: bottom + 38, "text-anchor": "middle" }, titleOf(across)),
    s("text", { class: "wl-title", x: left, y: top - 10 }, titleOf(up)),
  ];
}

const titleOf = ({ letter, title }) => (letter === "loss" ? title : `${letter}: ${title}`);
const label = (x, y, text, anchor = "middle") => s("text", { class: "wl-quiet", x, y, "text-anchor": anchor }, text);

function surfaceOf({ curve, contours, minimum, lowest }, frame) {
  const [x, y] = frame.at(minimum);
  const bottom = s(
    "path",
    { class: "wl-minimum", d: `M${x - 5} ${y}h10M${x} ${y - 5}v10` },
    s("title", {}, `lowest: ${lowest}`),
  );
  const line = (points) => `M${points.map((point) => frame.at(point).map(short).join(" ")).join("L")}`;
  if (curve.length) return [s("path", { class: "wl-curve", d: line(curve) }), bottom];
  return [...contoursOf(contours, frame, line), bottom];
}

const short = (number) => Math.round(number * 10) / 10;

function pathOf(points, frame) {
  const line = points.map((point) => frame.at(point.at).map(short).join(" ")).join("L");
  const dots = points.slice(0, -1).map((point) => {
    const [cx, cy] = frame.at(point.at);
    return s(
      "circle",
      { class: `wl-was${point.outside ? " wl-outside" : ""}`, cx, cy, r: 3.5 },
      s("title", {}, point.text),
    );
  });
  return [s("path", { class: "wl-path", d: `M${line}` }), ...dots];
}

function tangentOf(tangent, frame) {
  if (!tangent.length) return [];
  return [s("path", { class: "wl-tangent", d: `M${tangent.map((end) => frame.at(end).join(" ")).join("L")}` })];
}

/** A step from the ball: of one weight level, and from its head a line to where it lands. */
function arrowOf(name, from, to, frame, landscape) {
  const [x0, y0] = frame.at(from.at);
  const [x1, y1] = frame.at(to.at);
  const level = !landscape.contours.length;
  const shift = level ? (name === "all" ? -7 : 7) : 0;
  const [across, up = 0] = to.direction;
  const isShort = Math.hypot(x1 - x0, level ? 0 : y1 - y0) < SHORTEST && (across || up);
  const [endX, endY] = isShort ? [x0 + SHORTEST * across, y0 - SHORTEST * up] : [x1, y1];
  const [ax, ay, bx, by] = level ? [x0, y0 + shift, endX, y0 + shift] : [x0, y0, endX, endY];
  const drop = level && !isShort ? s("line", { class: "wl-drop", x1: bx, y1: by, x2: bx, y2: y1 }) : null;
  const line = s("line", { x1: ax, y1: ay, x2: bx, y2: by });
  return s("g", { class: `wl-arrow wl-arrow-${name}` }, drop, line, s("path", { d: headOf([ax, ay], [bx, by]) }));
}

function headOf([x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0);
  if (!length) return "";
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const [bx, by] = [x1 - 9 * ux, y1 - 9 * uy];
  return `M${x1} ${y1}L${bx - 4.5 * uy} ${by + 4.5 * ux}L${bx + 4.5 * uy} ${by - 4.5 * ux}Z`;
}
