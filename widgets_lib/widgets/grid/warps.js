// The warps of the chosen block, lane by lane: which are at work, and which are idle.
import { drawing, h, s } from "../shared/dom.js";
import { createRovingFocus } from "../shared/roving-focus.js";

const HEIGHT = 176; // of all of them
const TOP = 6; // for half a number
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
    const paths = { 0: "", 1: "" }; // idle lanes and those at work
    [...entry.lanes].forEach((lane, at) => {
      paths[lane] += laneAt(at, number, high);
    });
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
        y: TOP + number * high + 0.5,
        width: LEFT + LANES * LANE + RIGHT - 1,
        height: high - 2,
      }),
      s("path", { class: "wl-lanes wl-idle", d: paths[0] }),
      s("path", { class: "wl-lanes wl-work", d: paths[1] }),
      isChosen && s("path", { class: "wl-lanes wl-own", d: laneAt(picture.block.lane, number, high) }),
    );
  }
  return {
    node,
    show(picture) {
      const held = board.contains(/** @type {Document} */ (board.getRootNode()).activeElement);
      const { entries, chosen, text } = picture.warps;
      const high = Math.min(22, HEIGHT / entries.length);
      const strips = entries.map((entry, number) => strip(picture, entry, number, high));
      const svg = drawing(
        LEFT + LANES * LANE + RIGHT,
        HEIGHT + 2 * TOP,
        text,
        ...strips,
        ...texts(picture.warps, high),
      );
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

const laneAt = (at, number, high) =>
  `M${LEFT + at * LANE} ${TOP + number * high + 1}h${LANE - 1}v${high - 3}h${1 - LANE}z`;

/** The numbers of the warps and how many of their lanes are at work, as many as there is room for. */
function texts({ entries, chosen }, high) {
  return entries.flatMap((entry, number) => {
    const step = Math.ceil(LINE / high);
    if (number !== chosen && (number % step || Math.abs(number - chosen) < step)) return [];
    const place = { y: TOP + number * high + high / 2, "dominant-baseline": "central", "pointer-events": "none" };
    return [
      s("text", { x: LEFT - 6, "text-anchor": "end", ...place }, String(number)),
      s("text", { class: "wl-word wl-quiet", x: LEFT + LANES * LANE + 4, ...place }, entry.short),
    ];
  });
}
