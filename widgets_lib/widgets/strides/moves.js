// The moves of the lesson as buttons that carry their code.
import { button } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";

/**
 * A move that can be made now leads to `picture`; for one that does not apply, that is null and `reason` says why.
 * @typedef {object} Move
 * @property {string} key
 * @property {string} code
 * @property {string} torch_code
 * @property {string} reason
 * @property {import("./layout.js").Picture | null} picture
 */

/**
 * { node, show(moves) }
 * @param {(move: Move) => void} onmove
 */
export function createMoves(onmove) {
  const node = h("div", { class: "wl-moves", role: "group", "aria-label": "moves" });
  /** @type {Map<string, HTMLElement>} */
  const buttons = new Map();
  /** @type {Move[]} */
  let moves = [];

  function create(key) {
    const made = button("", () => onmove(moves.find((move) => move.key === key)));
    buttons.set(key, made);
    node.append(made);
    return made;
  }
  return {
    node,
    /** @param {Move[]} next */
    show(next) {
      moves = next;
      for (const { key, code, torch_code: torchCode, reason, picture } of moves) {
        const shown = buttons.get(key) ?? create(key);
        if (shown.textContent !== code) shown.replaceChildren(h("code", {}, code));
        const torch = code === torchCode ? "" : `in torch: ${torchCode}\n`;
        set(shown, { title: torch + reason, "aria-disabled": String(!picture) }); // can be pressed to read the reason
      }
    },
  };
}
