// The sheet to draw on: with a pointer, a finger, or the arrow keys, which move a pen that Space puts down.
import { h, hasModifier, s, set } from "../shared/dom.js";
import { clamp } from "../shared/format.js";
import { createInk, SIDE } from "./pixels.js";
import { createStrokes } from "./strokes.js";

const MOVES = { ArrowUp: [0, -1], ArrowDown: [0, 1], ArrowLeft: [-1, 0], ArrowRight: [1, 0] };
const FULL = "The sheet is full: undo something, or clear it.";
const FINE_STEP = 0.2; // with Shift
const HELP =
  "draw with a pointer; or with the arrow keys, which move a pen, and Space, which puts it down and lifts it";
const KEYS = "Arrow keys move the pen, Shift in small steps. Space puts it down and lifts it.";

const round = (value) => Math.round(10 * clamp(value, 0, SIDE)) / 10;

/**
 * Returns { node, show(strokes, pixels), undo(), clear(), canUndo() }: see createStrokes.
 *
 * show      draws what the kernel knows, unless a stroke is being drawn; `pixels` is a test digit in place of strokes
 * onchange  gets the strokes after each point, and whether the pen is still down
 * onlift    a stroke has ended
 *
 * @param {{ limits: any, onchange: (strokes: number[][][], isDown: boolean) => void, onlift: () => void }} options
 */
export function createPad({ limits, onchange, onlift }) {
  const sheet = createSheet(limits.pen_width);
  const drawn = createStrokes({
    limits,
    onchange(strokes) {
      redraw();
      onchange(strokes, isDrawing());
    },
    onfull: () => say(FULL),
  });
  let pointer = null; // the one that draws
  let pen = { x: SIDE / 2, y: SIDE / 2, isDown: false };

  const isDrawing = () => pointer !== null || pen.isDown;

  function redraw() {
    sheet.draw(drawn.list(), drawn.isImage());
    sheet.point(pen);
  }
  function say(text) {
    if (sheet.status.textContent !== text) sheet.status.textContent = text;
    sheet.status.classList.toggle("wl-visually-hidden", text !== FULL); // where the pen is can be seen
  }
  function movePen(x, y, wanted) {
    const was = pen.isDown;
    pen = { x, y, isDown: wanted };
    if (wanted && was) drawn.extend([[x, y]]);
    else if (wanted && !drawn.begin([x, y])) pen.isDown = false;
    else if (wanted !== was) say(wanted ? `Pen down at ${x}, ${y}.` : "Pen up.");
    if (was && !wanted) onlift();
    sheet.point(pen);
  }
  function lift(event) {
    if (event.pointerId !== pointer) return;
    pointer = null;
    onlift();
  }
  set(sheet.target, {
    onpointerdown(event) {
      if (pointer !== null || event.button > 0) return;
      event.preventDefault();
      sheet.target.focus({ preventScroll: true });
      sheet.target.setPointerCapture?.(event.pointerId);
      pen.isDown = false;
      pointer = event.pointerId; // first: what begins is ahead of the kernel
      if (!drawn.begin(sheet.at(event))) pointer = null;
    },
    onpointermove(event) {
      if (event.pointerId !== pointer) return;
      const events = event.getCoalescedEvents?.() ?? [];
      drawn.extend((events.length ? events : [event]).map(sheet.at));
    },
    onpointerup: lift,
    onpointercancel: lift,
    ontouchmove: (event) => event.preventDefault(), // where touch-action is not known, the page would scroll
    onblur: () => movePen(pen.x, pen.y, false),
    onkeydown(event) {
      const move = MOVES[event.key];
      if (hasModifier(event) || !(move || event.key === " " || event.key === "Escape")) return;
      event.preventDefault();
      event.stopPropagation();
      const step = event.shiftKey ? FINE_STEP : 1;
      if (move) movePen(round(pen.x + step * move[0]), round(pen.y + step * move[1]), pen.isDown);
      else movePen(pen.x, pen.y, event.key === " " && !pen.isDown);
    },
  });

  const still = (change) => () => {
    pen.isDown = false;
    change();
  };
  return {
    node: sheet.node,
    show(strokes, pixels) {
      if (isDrawing()) return; // what is being drawn is ahead of the kernel
      drawn.load(strokes, Boolean(pixels));
      if (pixels) sheet.ink.show(pixels);
      redraw();
    },
    undo: still(drawn.undo),
    clear: still(drawn.clear),
    canUndo: drawn.canUndo,
  };
}

/** The sheet itself: { node, target, status, ink, at(event), draw(strokes, isImage), point(pen) }. */
function createSheet(penWidth) {
  const ink = createInk();
  const lines = s("g", { class: "wl-strokes", "stroke-width": penWidth });
  const cursor = s("circle", { class: "wl-pen", r: penWidth / 2 });
  const paper = s("rect", { class: "wl-sheet", width: SIDE, height: SIDE });
  const svg = s(
    "svg",
    { viewBox: `0 0 ${SIDE} ${SIDE}`, class: "wl-image", "aria-hidden": "true" },
    paper,
    ink.node,
    lines,
    cursor,
  );
  const invitation = h("p", { class: "wl-invitation wl-quiet", "aria-hidden": "true" }, "draw a digit here");
  const target = h(
    "div",
    { class: "wl-pad", tabindex: 0, role: "application", "aria-roledescription": "drawing", "aria-label": HELP },
    svg,
    invitation,
  );
  const status = h("p", { class: "wl-visually-hidden", role: "status" });
  const keys = h("p", { class: "wl-keys wl-quiet", "aria-hidden": "true" }, KEYS); // HELP says it to a screen reader
  return {
    node: h("div", { class: "wl-pad-place" }, target, status, keys),
    target,
    status,
    ink,
    /** Where a pointer is, [x, y] in pixels of the image. */
    at(event) {
      const box = svg.getBoundingClientRect();
      const share = (value, start, size) => round(((value - start) / (size || SIDE)) * SIDE);
      return [share(event.clientX, box.left, box.width), share(event.clientY, box.top, box.height)];
    },
    draw(strokes, isImage) {
      ink.node.toggleAttribute("hidden", !isImage);
      invitation.hidden = isImage || strokes.length > 0;
      const drawn = [...lines.children];
      strokes.forEach((stroke, at) => {
        const path = drawn[at] ?? lines.appendChild(s("path"));
        set(path, { d: `M${stroke.map((point) => point.join(" ")).join("L")}${stroke.length > 1 ? "" : "h0"}` });
      });
      for (const path of drawn.slice(strokes.length)) path.remove();
    },
    point({ x, y, isDown }) {
      set(cursor, { cx: x, cy: y });
      target.classList.toggle("wl-is-down", isDown);
    },
  };
}
