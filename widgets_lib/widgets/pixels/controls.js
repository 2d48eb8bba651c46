// What is marked, as a choice and as code; on which scale; and what is rarely changed.
import { button, createMore } from "../shared/controls.js";
import { h } from "../shared/dom.js";
import { createRadioGroup } from "../shared/radio-group.js";

export const [WHOLE, SHARE] = ["0–255", "0–1"];

/**
 * Returns { nodes, show(get) }.
 * @param {object} on
 * @param {(changes: object) => void} on.onsave
 * @param {(text: string) => void} on.ontype  an index as code
 * @param {() => void} on.onrestart
 */
export function createControls({ onsave, ontype, onrestart }) {
  const field = h("input", {
    type: "text",
    class: "wl-index",
    autocomplete: "off",
    autocapitalize: "off",
    spellcheck: "false",
    "aria-label": "index: what is marked, as code",
    onchange: () => ontype(field.value),
  });
  const choice = (label, lead, values, onchoose) =>
    createRadioGroup({
      label,
      className: "wl-choice",
      lead: h("span", { class: "wl-quiet" }, lead),
      options: values.map((value) => ({ value })),
      onchoose,
    });
  const marks = choice("what is marked", "mark", ["pixel", "row", "column", "slice"], (mark) => onsave({ mark }));
  const scales = choice("scale", "scale", [WHOLE, SHARE], (scale) => onsave({ scale }));
  const cropped = h("input", { type: "checkbox", onchange: () => onsave({ cropped: cropped.checked }) });
  const greys = h("input", { type: "checkbox", onchange: () => onsave({ greys: greys.checked }) });
  const more = createMore(h("label", {}, greys, "greys behind the numbers"), button("Start again", onrestart));
  const only = h("label", {}, cropped, "only the slice");
  return {
    nodes: [marks.node, field, scales.node, only, more],
    show(get) {
      field.value = `${get("picture").name}[${get("selection").index}]`;
      marks.choose(get("mark"));
      scales.choose(get("scale"));
      cropped.checked = get("cropped");
      cropped.disabled = get("mark") !== "slice";
      greys.checked = get("greys");
    },
  };
}
