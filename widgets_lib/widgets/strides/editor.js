// Typing into one storage cell.
import { h, UNITS_PER_EM } from "../shared/dom.js";

/**
 * A field over a cell of the drawing. Enter and leaving save, Escape does not.
 * @param {{ x: number, y: number, size: number }} cell
 * @param {object} options
 * @param {string} options.name  what a screen reader says
 * @param {string} options.held  what the cell holds
 * @param {string | null} options.typed  the key that opened the field, if it is the first of the new number
 * @param {(text: string) => void} options.onsave  another number was typed
 * @param {() => void} options.onreturn  the focus goes back to the cell
 */
export function createEditor({ x, y, size }, { name, held, typed, onsave, onreturn }) {
  let open = true;
  const close = (save) => {
    if (!open) return;
    open = false;
    const text = input.value.trim();
    input.remove();
    if (save && text && text !== held) onsave(text);
  };
  const input = h("input", {
    type: "text",
    class: "wl-edit",
    autocomplete: "off",
    "aria-label": name,
    onblur: () => close(true),
    onkeydown: (event) => {
      event.stopPropagation();
      if (event.key !== "Enter" && event.key !== "Escape") return;
      event.preventDefault();
      close(event.key === "Enter");
      onreturn();
    },
  });
  const em = (units) => `${units / UNITS_PER_EM}em`;
  const style = `left:${em(x)};top:${em(y)};width:${em(size)};height:${em(size)}`;
  return {
    node: h("span", { class: "wl-edit-frame", style }, input),
    /** Take the focus, once the node is in the document. */
    open() {
      input.value = typed ?? held;
      input.focus();
      if (!typed) input.select();
    },
  };
}
