// One block of threads over its cells of c, warp by warp; beside it the rows of a, above it the columns of b.
import { drawing, h, hasModifier, s } from "../shared/dom.js";
import { clamp, range } from "../shared/format.js";
import { prefersReducedMotion } from "../shared/view.js";
import { createHatch } from "./hatch.js";

const LEFT = 60; // rows of a
const TOP = 60; // columns of b
const GAP = 8;
const LARGEST = 40; // side of a thread
const LEAST = 22; // the short side of a long, thin block
const ROOM = 14; // for the height of a number
const LETTER = 8; // its width
const INSET = 4; // of a warp’s number, from its corner
const TURN_MS = 240;

/**
 * Where a block of `height` × `width` threads lies in a square of `side`: { cell: [height, width], x, y }.
 * @param {number[]} shape
 * @param {number} side
 */
function layOut(shape, side) {
  const [height, width] = shape;
  const scale = Math.min(LARGEST, side / Math.max(height, width));
  const along = (/** @type {number} */ count) => Math.max(scale, Math.min(LARGEST, LEAST / count));
  return { x: LEFT, y: TOP, cell: [along(height), along(width)] };
}

/** @param {(cell: number[]) => void} onchoose */
export function createBlock(onchoose) {
  const hatch = createHatch();
  const caption = h("figcaption", {});
  const stage = h("div", { class: "wl-threads", role: "application", tabindex: 0 });
  const node = h("figure", { class: "wl-block" }, caption, stage);
  const hover = s("rect", { class: "wl-hover", visibility: "hidden" });
  let picture = null; // as it was last drawn
  let place = null;
  let groups = [];
  /** @type {number[]} */
  let wanted = [0, 0];

  function choose(cell) {
    wanted = cell;
    onchoose(cell);
  }
  /** The [row, column] of the block under the pointer, or null. */
  function under(event) {
    const svg = /** @type {SVGSVGElement | null} */ (stage.firstElementChild);
    const matrix = svg?.getScreenCTM?.();
    if (!matrix) return null;
    const [y, x] = [(event.clientY - matrix.f) / matrix.d, (event.clientX - matrix.e) / matrix.a];
    const at = [Math.floor((y - place.y) / place.cell[0]), Math.floor((x - place.x) / place.cell[1])];
    return at.every((index, axis) => index >= 0 && index < picture.block.shape[axis]) ? at : null;
  }
  function show(next, side) {
    const turned = picture && picture.axes[0].name !== next.axes[0].name;
    const before = groups.map(centreOf);
    picture = next;
    wanted = next.cell;
    place = layOut(next.block.shape, side);
    const { svg, warps } = draw(next, place, side, hatch, hover);
    groups = warps;
    stage.replaceChildren(svg);
    stage.setAttribute("aria-label", next.words.keys);
    caption.textContent = next.block.text;
    if (turned && !prefersReducedMotion()) turn(groups, before, next.axes[0].name === "x" ? 1 : -1);
  }

  stage.addEventListener("click", (event) => {
    const at = under(event);
    if (at) choose(at.map((index, axis) => picture.block.first[axis] + index));
  });
  stage.addEventListener("pointermove", (event) => {
    const at = under(event);
    hover.setAttribute("visibility", at ? "visible" : "hidden");
    if (at) for (const [name, value] of Object.entries(rectOf(place, at))) hover.setAttribute(name, String(value));
  });
  stage.addEventListener("pointerleave", () => hover.setAttribute("visibility", "hidden"));
  stage.addEventListener("keydown", (event) => {
    const cell = keyed(event, wanted, picture);
    if (!cell) return;
    event.preventDefault();
    event.stopPropagation();
    choose(cell);
  });
  return {
    node,
    show,
    /** @param {number | null} warp  that is pointed at elsewhere */
    point(warp) {
      groups.forEach(({ outline }, number) => {
        outline.classList.toggle("wl-pointed", number === warp);
      });
    },
  };
}

/** The cell that a key leads to from `cell`, or null. */
function keyed(event, cell, { block, extent }) {
  const [height] = block.shape;
  const moves = {
    ArrowUp: [-1, 0],
    ArrowDown: [1, 0],
    ArrowLeft: [0, -1],
    ArrowRight: [0, 1],
    PageUp: [-height, 0],
    PageDown: [height, 0],
    Home: [-extent[0], -extent[1]],
    End: [...extent],
  };
  const move = moves[event.key];
  if (!move || hasModifier(event)) return null;
  return cell.map((index, axis) => clamp(index + move[axis], 0, extent[axis] - 1));
}

/**
 * @param {{ x: number, y: number, cell: number[] }} place
 * @param {number[]} at  row and column in the block
 */
const rectOf = ({ x, y, cell: [high, wide] }, [row, column]) => ({
  x: x + column * wide,
  y: y + row * high,
  width: wide,
  height: high,
});

/** Whether threads are so small that no lines part them. */
const isFine = ({ cell }) => Math.min(...cell) < 6;

/** The whole drawing: { svg, warps }, see warpsOf. */
function draw(picture, place, side, hatch, hover) {
  const { block, words } = picture;
  const warps = warpsOf(picture, place);
  const beyond = beyondC(picture, place);
  const chosen = picture.cell.map((index, axis) => index - block.first[axis]);
  const svg = drawing(
    place.x + side + 2,
    place.y + side + 2,
    words.label,
    hatch.draw(),
    ...operands(picture, place, chosen),
    ...warps.map(({ node }) => node),
    s("path", { class: "wl-beyond", d: beyond }),
    s("path", { class: `wl-idle${isFine(place) ? " wl-fine" : ""}`, d: beyond, fill: hatch.fill }),
    ...warps.map(({ outline }) => outline),
    warps[picture.warps.chosen].outline, // over its neighbours
    s("path", { class: "wl-edge-of-c", d: edgeOf(picture, place) }),
    s("rect", { class: "wl-thread", ...rectOf(place, chosen) }),
    ...warps.map((warp, at) => numberOf(warp, at, rectOf(place, chosen))),
    hover,
  );
  return { svg, warps };
}

/** For each warp { node, outline, box, first, last }: its threads, the line around them, and where they lie. */
function warpsOf({ block, warps }, place) {
  const [height, width] = block.shape;
  /** @type {any[]} */
  const parts = warps.entries.map(() => ({ cells: "", edge: "", box: [1e9, 1e9, -1e9, -1e9], first: null }));
  const [high, wide] = place.cell;
  const warpAt = (row, column) =>
    row < 0 || column < 0 || row >= height || column >= width ? -1 : block.warp_of[row * width + column];
  for (const row of range(height)) {
    for (const column of range(width)) {
      const number = warpAt(row, column);
      const part = parts[number];
      const rect = rectOf(place, [row, column]);
      const { x, y } = rect;
      part.first ??= rect;
      part.last = rect;
      part.cells += `M${x} ${y}h${wide}v${high}h${-wide}z`;
      if (warpAt(row - 1, column) !== number) part.edge += `M${x} ${y}h${wide}`;
      if (warpAt(row + 1, column) !== number) part.edge += `M${x} ${y + high}h${wide}`;
      if (warpAt(row, column - 1) !== number) part.edge += `M${x} ${y}v${high}`;
      if (warpAt(row, column + 1) !== number) part.edge += `M${x + wide} ${y}v${high}`;
      const [left, top, right, bottom] = part.box;
      part.box = [Math.min(left, x), Math.min(top, y), Math.max(right, x + wide), Math.max(bottom, y + high)];
    }
  }
  return parts.map((part, number) => ({
    ...warpOf(part, number, number === warps.chosen, place),
    box: part.box,
    first: part.first,
    last: part.last,
  }));
}

function warpOf({ cells, edge }, number, isChosen, place) {
  const kind = `wl-tone-${number % 2}${isChosen ? " wl-is-chosen" : ""}${isFine(place) ? " wl-fine" : ""}`;
  return {
    node: s("path", { class: `wl-warp ${kind}`, d: cells }),
    outline: s("path", { class: `wl-outline ${kind}`, d: edge }),
  };
}

/** The number of a warp, where there is room for it: at its first thread, or at its last if the chosen one is there. */
function numberOf({ box: [left, top, right, bottom], first, last }, number, chosen) {
  if (Math.min(right - left, bottom - top) < ROOM + 2) return s("g");
  const text = String(number);
  const wide = LETTER * text.length;
  const [x, y] = [first.x + INSET, first.y + INSET];
  const isFree =
    x + wide < chosen.x || x > chosen.x + chosen.width || y + ROOM < chosen.y || y > chosen.y + chosen.height;
  const at = isFree
    ? { x, y: y + ROOM / 2 }
    : { x: last.x + last.width - INSET - wide, y: last.y + last.height - INSET - ROOM / 2 };
  return s("text", { class: "wl-number", ...at }, text);
}

/** The rows of a at the left and the columns of b above, those that the chosen warp reads marked. */
function operands({ block, warps, words }, place, chosen) {
  const [high, wide] = place.cell;
  const rows = range(block.inside[0]).map((row) => {
    const kind = row === chosen[0] ? "wl-own" : warps.reads_rows.includes(row) ? "wl-read" : "";
    const at = { x: 0, y: place.y + row * high, width: LEFT - GAP, height: high };
    return s("rect", { class: `wl-operand wl-of-i ${kind}${high < 6 ? " wl-fine" : ""}`, ...at });
  });
  const columns = range(block.inside[1]).map((column) => {
    const kind = column === chosen[1] ? "wl-own" : warps.reads_columns.includes(column) ? "wl-read" : "";
    const at = { x: place.x + column * wide, y: 0, width: wide, height: TOP - GAP };
    return s("rect", { class: `wl-operand wl-of-j ${kind}${wide < 6 ? " wl-fine" : ""}`, ...at });
  });
  const row = place.y + (chosen[0] + 0.5) * high;
  const column = place.x + (chosen[1] + 0.5) * wide;
  return [
    s("text", { class: "wl-word wl-quiet", x: 0, y: TOP - GAP - 4 }, words.rows),
    s("text", { class: "wl-word wl-quiet", x: LEFT - GAP - 4, y: 14, "text-anchor": "end" }, words.columns),
    ...rows,
    ...columns,
    s("text", { class: `wl-index wl-i${high < ROOM ? " wl-thin" : ""}`, x: (LEFT - GAP) / 2, y: row }, words.i),
    s(
      "text",
      { class: `wl-index wl-j${wide < LETTER * words.j.length ? " wl-thin" : ""}`, x: column, y: (TOP - GAP) / 2 },
      words.j,
    ),
  ];
}

/** The threads of the block that lie beyond c, at the right and below. */
function beyondC({ block }, place) {
  const [high, wide] = place.cell;
  const [height, width] = block.shape;
  let cells = "";
  for (const row of range(height)) {
    for (const column of range(row < block.inside[0] ? block.inside[1] : 0, width)) {
      const { x, y } = rectOf(place, [row, column]);
      cells += `M${x} ${y}h${wide}v${high}h${-wide}z`;
    }
  }
  return cells;
}

/** Where c ends inside the block. */
function edgeOf({ block }, place) {
  const [high, wide] = place.cell;
  const [height, width] = block.shape;
  const [bottom, right] = [place.y + block.inside[0] * high, place.x + block.inside[1] * wide];
  let path = "";
  if (block.inside[1] < width && block.inside[0]) path += `M${right} ${place.y}V${bottom}`;
  if (block.inside[0] < height && block.inside[1]) path += `M${place.x} ${bottom}H${right}`;
  return path;
}

/** @param {any} group */
const centreOf = ({ box: [left, top, right, bottom] }) => [(left + right) / 2, (top + bottom) / 2];

/** Let every warp turn by a right angle from where it lay. */
function turn(groups, before, direction) {
  const options = { duration: TURN_MS, easing: "ease-in-out" };
  groups.forEach(({ node, outline, box }, at) => {
    const [x, y] = centreOf({ box });
    const [fromX, fromY] = before[at] ?? [x, y];
    const from = `translate(${fromX - x}px, ${fromY - y}px) rotate(${90 * direction}deg)`;
    for (const part of [node, outline]) {
      part.style.transformOrigin = `${x}px ${y}px`;
      part.animate?.([{ transform: from }, { transform: "none" }], options);
    }
  });
}
