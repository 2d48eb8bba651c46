// The tape, its read heads, and the rows that were taken from it.
import { drawing, s, set } from "../shared/dom.js";
import { drawBrackets, drawTape } from "./cells.js";
import { drawHeads } from "./heads.js";
import { LEFT, layOut } from "./layout.js";
import { drawRows } from "./rows.js";
import { drawPreview, drawReads, drawWhole } from "./whole.js";

/**
 * @typedef {import("./layout.js").Layout} Layout
 * @typedef {import("./layout.js").Picture} Picture
 * @typedef {import("./layout.js").Sizes} Sizes
 */

export const MOTION_MS = 240;
const RUN_MS = 700; // at most, from the first to the last call of a run
const APART_MS = 80; // at most, from one call to the next

/**
 * Returns { node, show(picture, at, size, room, moving), previewTake(name, take) }.
 *
 * show          a moment of the picture; `moving` sends the values from the tape to their rows. Returns whether
 *               the tape is drawn twice: the part around the bookmark, and the whole of it
 * previewTake   what taking so many through a name would bring, dashed
 *
 * Where the tape is long, numbers are grey levels.
 */
export function createScene() {
  const node = s("svg", { role: "img" });
  const preview = s("g");
  const motion = createMotion();
  /** @type {{ picture: Picture, layout: Layout, heads: import("./heads.js").DrawnHead[] } | null} */
  let shown = null;

  /**
   * @param {Picture} picture
   * @param {number} at
   * @param {Sizes} size
   * @param {number} room
   * @param {boolean} moving
   * @returns {boolean}
   */
  function show(picture, at, size, room, moving) {
    motion.stop();
    const moment = picture.moments[at];
    const before = shown?.picture.texts.length === picture.texts.length ? shown.layout.start : null;
    const layout = layOut(picture, at, size, room, before);
    const heads = drawHeads(moment, layout);
    const { rows, beside, bottom } = drawRows(picture, at, layout);
    const drawn = drawing(layout.width, bottom + 8, "");
    const positions = moment.heads.map(({ names, position }) => `${names.join(" and ")}: bookmark at ${position}`);
    set(node, {
      viewBox: drawn.getAttribute("viewBox"),
      style: drawn.getAttribute("style"),
      "aria-label": `Tape of ${layout.count} values. ${positions.join("; ")}.`,
    });
    node.replaceChildren(
      ...drawTape(picture, moment, layout),
      ...drawBrackets(moment, layout),
      ...(layout.whole ? drawWhole(picture, moment, layout) : []),
      ...beside,
      preview,
      ...(layout.whole ? drawReads(moment, layout) : []),
      ...heads.map(({ mark }) => mark),
      ...rows.map(({ group }) => group),
    );
    if (moving) move(rows, heads, layout);
    shown = { picture, layout, heads };
    return layout.whole;
  }

  /** New rows come from where they were read, one call after the other, while the heads move on. */
  function move(rows, heads, { top, x }) {
    const fresh = rows.filter((row) => row.fresh);
    const apart = Math.min(APART_MS, RUN_MS / fresh.length);
    fresh.forEach((row, nth) => motion.travel(row.group, x(row.from) - LEFT, top - row.y, { delay: nth * apart }));
    const duration = Math.max(MOTION_MS, (fresh.length - 1) * apart);
    for (const head of heads) {
      const before = shown?.heads.find(({ number }) => number === head.number);
      if (before) motion.travel(head.mark, x(before.position) - head.x, 0, { duration });
    }
  }

  function previewTake(name, take) {
    const head = shown.heads.find(({ names }) => names.includes(name));
    preview.replaceChildren(...(head && take > 0 ? drawPreview(head.position, take, shown.layout) : []));
  }

  return { node, show, previewTake };
}

/** Things that travel from where they were to where they are: { travel(element, byX, byY, timing), stop() }. */
function createMotion() {
  let running = [];
  return {
    /** What still waits for its turn is not seen. */
    travel(element, byX, byY, { delay = 0, duration = MOTION_MS }) {
      if (!byX && !byY) return;
      const [x, y] = element
        .getAttribute("transform")
        .match(/-?[\d.]+/g)
        .map(Number);
      const from = { transform: `translate(${x + byX}px, ${y + byY}px)`, opacity: delay ? 0 : 1 };
      const frames = [from, { opacity: 1, offset: 0.1 }, { transform: `translate(${x}px, ${y}px)`, opacity: 1 }];
      const animation = element.animate?.(frames, { duration, delay, fill: "backwards", easing: "ease-out" });
      if (animation) running.push(animation);
    },
    stop() {
      for (const animation of running) animation.cancel();
      running = [];
    },
  };
}
