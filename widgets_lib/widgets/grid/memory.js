// What the chosen warp asks of memory: each 32-byte sector a box of eight words, those that are wanted filled.
import { drawing, h, s } from "../shared/dom.js";
import { range } from "../shared/format.js";

const WORD = 2;
const WORDS = 8;
const BOX = WORD * WORDS + 3;
const HEIGHT = 12;
const IN_A_ROW = 16;

function sectors(request) {
  const boxes = request.words.flatMap((mask, at) => {
    const [x, y] = [(at % IN_A_ROW) * BOX, Math.floor(at / IN_A_ROW) * (HEIGHT + 4)];
    const isWanted = (/** @type {number} */ word) => Boolean((mask >> word) & 1);
    const starts = range(WORDS).filter((word) => isWanted(word) && !(word && isWanted(word - 1)));
    const long = (/** @type {number} */ start) => {
      const end = range(start, WORDS).find((word) => !isWanted(word)) ?? WORDS;
      return (end - start) * WORD;
    };
    return [
      s("rect", { class: "wl-sector", x: x + 0.5, y: y + 0.5, width: WORD * WORDS + 1, height: HEIGHT }),
      ...starts.map((word) =>
        s("rect", { class: "wl-wanted", x: x + 1 + word * WORD, y: y + 1, width: long(word), height: HEIGHT - 1 }),
      ),
    ];
  });
  const rows = request.words.length > IN_A_ROW ? 2 : 1;
  return drawing(IN_A_ROW * BOX + 1, rows * (HEIGHT + 4), `${request.array}: ${request.text}`, ...boxes);
}

/** { node, show(picture) } */
export function createMemory() {
  const caption = h("figcaption", {});
  const lines = h("div", { class: "wl-requests" });
  return {
    node: h("figure", { class: "wl-memory" }, caption, lines),
    show({ requests, words }) {
      caption.textContent = words.warp;
      lines.replaceChildren(
        ...requests.map((request) =>
          h(
            "div",
            {},
            h(
              "p",
              {},
              h("code", {}, request.what),
              " ",
              h("strong", {}, request.text),
              " ",
              h("span", { class: "wl-quiet" }, request.detail),
            ),
            sectors(request),
          ),
        ),
      );
    },
  };
}
