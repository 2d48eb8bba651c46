// The warps of the chosen block, lane by lane: which are at work, and which are idle.
import { drawing, h, s } from "../shared/dom.js";
import { createRovingFocus } from "../shared/roving-focus.js";

const HEIGHT = 176; // of all of them
const LANE = 7;
const LEFT = 26;
const RIGHT = 40;
const LANES = 32;
const LINE = 16; // height of a number

/**
 * @param {(cell: number[]) => void} onchoose
 * @param {(warp: number | null) => void} onpoint
 */
export function createWarps(onchoose, onpoint) {
  const caption = h("figcaption", {});
  const board = h("div", {});
  const node = h("figure", { class: "wl-warps" }, caption, board);

  function strip(picture, entry, number, high) {
    const isChosen = number === picture.warps.chosen;
    const lanes = [...entry.lanes].map((lane, at) => {
      const own = isChosen && at === picture.block.lane ? " wl-own" : "";
      const place = { x: LEFT + at * LANE, y: number * high + 1, width: LANE - 1, height: high - 3 };
      return s("rect", { class: `wl-lane ${lane === "1" ? "wl-work" : "wl-idle"}${own}`, ...place });
    });
    const middle = number * high + high / 2;
    const isSaid = isChosen || number % Math.ceil(LINE / high) === 0;
    const size = { visibility: isSaid ? null : "hidden", "dominant-baseline": "central" };
    const choose = () => onchoose(entry.cell);
    return s(
      "g",
      {
        class: `wl-strip${isChosen ? " wl-is-chosen" : ""}`,
        role: "button",
        "aria-label": entry.name,
        "aria-pressed": String(isChosen),
        onclick: choose,
        onkeydown: (/** @type {KeyboardEvent} */ event) => {
          if (event.key !== "Enter" && event.key !== " ") return;
          event.preventDefault();
          choose();
        },
      },
      s("rect", {
        class: "wl-frame",
        x: 0.5,
        y: number * high + 0.5,
        width: LEFT + LANES * LANE + RIGHT - 1,
        height: high - 2,
      }),
      s("text", { x: LEFT - 6, y: middle, "text-anchor": "end", ...size }, String(number)),
      ...lanes,
      s("text", { class: "wl-word wl-quiet", x: LEFT + LANES * LANE + 4, y: middle, ...size }, entry.short),
    );
  }
  return {
    node,
    show(picture) {
      const held = board.contains(/** @type {Document} */ (board.getRootNode()).activeElement);
      const { entries, chosen, text } = picture.warps;
      const high = Math.min(22, HEIGHT / entries.length);
      const strips = entries.map((entry, number) => strip(picture, entry, number, high));
      const svg = drawing(LEFT + LANES * LANE + RIGHT, HEIGHT, text, ...strips);
      svg.setAttribute("role", "group");
      const fresh = h("div", {}, svg);
      const roving = createRovingFocus(fresh, {
        items: strips,
        next: (item, move, key) => {
          if (!move) return strips.at(key === "Home" ? 0 : -1);
          return strips[strips.indexOf(item) + move[0] + move[1]] ?? item;
        },
        onHighlight: (item) => onpoint(item ? strips.indexOf(item) : null),
      });
      roving.moveTo(strips[chosen]);
      caption.textContent = text;
      board.replaceChildren(fresh);
      if (held) strips[chosen].focus();
    },
  };
}
