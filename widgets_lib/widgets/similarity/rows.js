// The ten means with their distances as bars; before the answer is shown, buttons to predict it with.
import { keepFocus } from "../shared/controls.js";
import { h, set } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { createPixels } from "./pixels.js";

/**
 * Returns { node, showMeans(means), show(picture, canChoose) }.
 *
 * canChoose  whether a row can be pressed once the answer is shown
 * onpress    a digit was pressed; `fallback()` gets the focus when its row can no longer be pressed
 */
export function createRows({ onpress, fallback }) {
  const rows = range(10).map((digit) => createRow(digit, onpress));
  const heading = h("p", { class: "wl-heading" });
  const node = h(
    "div",
    { class: "wl-rows", role: "group", "aria-label": "the ten means" },
    heading,
    ...rows.map((row) => row.node),
  );
  return {
    node,
    showMeans: (means) => rows.forEach((row, digit) => row.showMean(means[digit])),
    show(picture, canChoose) {
      heading.textContent = picture.heading;
      keepFocus(node, () => rows.forEach((row, digit) => row.show(picture, picture.rows[digit], canChoose)), [
        fallback(),
      ]);
    },
  };
}

function createRow(digit, onpress) {
  const mean = createPixels("wl-thumb", null);
  const bar = h("span", { class: "wl-fill" });
  const value = h("span", { class: "wl-value" });
  const note = h("span", { class: "wl-note" });
  const node = h(
    "button",
    { type: "button", class: "wl-row-of-mean", onclick: () => onpress(digit) },
    mean.node,
    h("b", {}, String(digit)),
    h("span", { class: "wl-visually-hidden" }, ": "),
    h("span", { class: "wl-track" }, bar),
    value,
    h("span", { class: "wl-visually-hidden" }, ", "),
    note,
  );
  return {
    node,
    showMean: (values) => mean.show(values, 1),
    show({ is_empty: isEmpty, revealed }, { text, share, nearest, guessed, chosen }, canChoose) {
      const notes = [nearest && "it says", guessed && "you said"].filter(Boolean).join(", ");
      node.disabled = isEmpty || (revealed && !canChoose);
      node.classList.toggle("wl-is-nearest", Boolean(nearest));
      node.classList.toggle("wl-is-asked", !revealed && !isEmpty);
      bar.style.width = `${100 * (share ?? 0)}%`;
      value.textContent = text ?? "";
      note.textContent = notes;
      set(node, {
        "aria-label": revealed ? null : `${digit}: predict that it says ${digit}`,
        "aria-pressed": canChoose && revealed ? String(Boolean(chosen)) : null,
      });
    },
  };
}
