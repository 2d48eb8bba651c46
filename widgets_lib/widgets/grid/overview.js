// The whole grid in short: its first and last blocks and those around the chosen one, and how many lie between.
import { drawing, h, s } from "../shared/dom.js";
import { createRovingFocus } from "../shared/roving-focus.js";
import { createHatch } from "./hatch.js";

const LEFT = 56; // for block numbers
const TOP = 60; // as in the drawing of a block
const GAP = 4;
const LEFT_OUT = 26; // where blocks are left out
const WIDTH = 116; // of all tiles
const LARGEST = 56;
const LEAST = 12;

/** Where the blocks of an axis lie, from `start`, each `side` long: [{ ...block, at, gap }]. */
function layOut(axis, start, side) {
  let at = start;
  return axis.blocks.map((block) => {
    if (block.left_out) at += LEFT_OUT;
    const placed = { ...block, at, side };
    at += side + GAP;
    return placed;
  });
}

/** The sides [height, width] of a tile, so that all fit. */
function sides(axes, room) {
  const free = axes.map(({ blocks }, axis) => {
    const gaps = blocks.filter((block) => block.left_out).length * LEFT_OUT;
    return (room[axis] - gaps) / blocks.length - GAP;
  });
  const scale = Math.min(...axes.map(({ threads }, axis) => Math.min(LARGEST, free[axis]) / threads));
  return axes.map(({ threads }, axis) => Math.min(free[axis], Math.max(LEAST, threads * scale)));
}

/** @param {(cell: number[]) => void} onchoose */
export function createOverview(onchoose) {
  const hatch = createHatch();
  const caption = h("figcaption", {});
  const board = h("div", {});
  const node = h("figure", { class: "wl-overview" }, caption, board);

  /** One block, as a button. */
  function tile(picture, row, column) {
    const isChosen = row.block === picture.axes[0].chosen && column.block === picture.axes[1].chosen;
    const [x, y] = picture.axes[0].name === "x" ? [row.block, column.block] : [column.block, row.block];
    const inside = {
      width: (column.side * column.inside) / picture.axes[1].threads,
      height: (row.side * row.inside) / picture.axes[0].threads,
    };
    const whole = { x: column.at, y: row.at, width: column.side, height: row.side };
    const choose = () => onchoose([row.first, column.first]);
    return s(
      "g",
      {
        class: `wl-tile${isChosen ? " wl-is-chosen" : ""}`,
        role: "button",
        "aria-label": `block (${x}, ${y})`,
        "aria-pressed": String(isChosen),
        onclick: choose,
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          choose();
        },
      },
      s("rect", { class: "wl-beyond", ...whole }),
      s("rect", { class: "wl-hatched", ...whole, fill: hatch.fill }),
      s("rect", { class: "wl-inside", x: column.at, y: row.at, ...inside }),
      s("rect", { class: "wl-frame", ...whole }),
    );
  }
  function show(picture, side) {
    const held = board.contains(/** @type {Document} */ (board.getRootNode()).activeElement);
    const { axes, words } = picture;
    const [high, wide] = sides(axes, [side, WIDTH]);
    const rows = layOut(axes[0], TOP, high);
    const columns = layOut(axes[1], LEFT, wide);
    const tiles = rows.flatMap((row) => columns.map((column) => tile(picture, row, column)));
    const svg = drawing(
      LEFT + WIDTH,
      TOP + side + 2,
      words.label,
      hatch.draw(),
      ...labels(picture, rows, columns),
      ...tiles,
    );
    svg.setAttribute("role", "group");
    caption.textContent = words.grid;
    const fresh = h("div", { class: "wl-tiles" }, svg);
    const chosen = tiles.find((each) => each.classList.contains("wl-is-chosen"));
    const roving = createRovingFocus(fresh, {
      items: tiles,
      next: (item, move, key) => neighbour(tiles, columns.length, tiles.indexOf(item), move, key),
    });
    if (chosen) roving.moveTo(chosen);
    board.replaceChildren(fresh);
    if (held) chosen?.focus();
  }
  return { node, show };
}

/** The tile that a key leads to, itself at an edge. */
function neighbour(tiles, wide, at, move, key) {
  if (!move) return tiles.at(key === "Home" ? 0 : -1);
  const [row, column] = [Math.floor(at / wide) + move[0], (at % wide) + move[1]];
  const isThere = row >= 0 && row < tiles.length / wide && column >= 0 && column < wide;
  return tiles[isThere ? row * wide + column : at];
}

/** Block numbers at the left and above, and how many blocks are left out. */
function labels({ axes }, rows, columns) {
  const across = columns.map(({ text, at, side }, index) => [
    s("text", { class: "wl-j wl-block-number", x: at + side / 2, y: TOP - 8, "text-anchor": "middle" }, text),
    axes[1].left_out[index] &&
      s("text", { class: "wl-quiet", x: at - GAP - LEFT_OUT / 2, y: TOP + 14, "text-anchor": "middle" }, "…"),
  ]);
  const down = rows.map(({ text, at, side }, index) => [
    s("text", { class: "wl-i wl-block-number", x: LEFT - 8, y: at + side / 2 + 4, "text-anchor": "end" }, text),
    axes[0].left_out[index] &&
      s("text", { class: "wl-quiet wl-word", x: LEFT, y: at - GAP - LEFT_OUT / 2 + 6 }, axes[0].left_out[index]),
  ]);
  const names = [
    s("text", { class: "wl-i", x: 0, y: TOP - 8 }, `${axes[0].name} ↓`),
    s("text", { class: "wl-j", x: LEFT, y: TOP - 32 }, `${axes[1].name} →`),
  ];
  return [...names, ...across, ...down].flat();
}
