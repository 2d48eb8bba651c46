// Choosing among several pictures: one back, the number, one on, a slider through all.
import { iconButton, keepFocus } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";

/**
 * Returns { node, show(index, count) }.
 * @param {object} listeners
 * @param {(index: number) => void} listeners.onchoose
 * @param {(text: string) => void} listeners.ontype  what was typed and is the number of no other picture
 */
export function createChooser({ onchoose, ontype }) {
  let [at, last] = [0, 0];
  const back = iconButton("back", "picture before", () => onchoose(at - 1));
  const next = iconButton("step", "next picture", () => onchoose(at + 1));
  const field = h("input", {
    type: "text",
    inputmode: "numeric",
    autocomplete: "off",
    maxlength: 24,
    "aria-label": "number of the picture",
    onchange: type,
  });
  const total = h("span", { class: "wl-quiet" });
  const range = h("input", {
    type: "range",
    min: 0,
    step: 1,
    "aria-label": "picture",
    oninput: () => onchoose(Number(range.value)),
  });
  const node = h(
    "div",
    { class: "wl-chooser", role: "group", "aria-label": "pictures" },
    "picture",
    back,
    field,
    next,
    range,
    total,
  );

  function type() {
    const text = field.value;
    const asked = /^\s*\d+\s*$/.test(text) ? Number(text) : NaN;
    field.value = String(asked <= last ? asked : at);
    if (asked <= last && asked !== at) onchoose(asked);
    else ontype(text);
  }
  function show(index, count) {
    node.hidden = count < 2;
    [at, last] = [index, count - 1];
    set(range, { max: last, "aria-valuetext": `picture ${index} of ${count}` });
    field.value = String(index);
    range.value = String(index);
    total.textContent = `0 … ${last}`;
    const greyOut = () => {
      back.disabled = at === 0;
      next.disabled = at === last;
    };
    keepFocus(node, greyOut, [back, next]);
  }
  return { node, show };
}
