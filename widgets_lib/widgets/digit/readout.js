// What is known of the pixel that is looked at.
import { h } from "../shared/dom.js";
import { signed } from "../shared/format.js";

/** Returns { node, show(picture, row, column) }. */
export function createReadout() {
  const value = h("b", { class: "wl-value" });
  const ramp = createRamp();
  const [row, column, place] = [h("b", { class: "wl-i" }), h("b", { class: "wl-j" }), h("span")];
  const label = h("b");
  const labelled = fact("label", label);
  const facts = [...labelled, ...fact("row", row), ...fact("column", column), ...fact("flat index", place)];
  const node = h(
    "div",
    { class: "wl-readout", "aria-hidden": "true" },
    h("div", { class: "wl-facts" }, ...fact("value", value)),
    ramp.node,
    h("div", { class: "wl-facts" }, ...facts),
  );
  return {
    node,
    show(picture, r, c) {
      const [, columns] = picture.shape;
      const p = r * columns + c;
      value.textContent = signed(picture.texts[p]);
      ramp.show(picture, p);
      row.textContent = r;
      column.textContent = c;
      place.replaceChildren(
        `${columns}·`,
        h("span", { class: "wl-i" }, String(r)),
        " + ",
        h("span", { class: "wl-j" }, String(c)),
        " = ",
        h("b", {}, String(p)),
      );
      for (const part of labelled) part.hidden = !picture.label;
      label.textContent = picture.label;
    },
  };
}

const fact = (name, what) => [h("span", { class: "wl-quiet" }, name), h("span", { class: "wl-mono" }, what)];

/** Where a pixel is between the lowest and the highest value: { node, show(picture, p) }. */
function createRamp() {
  const [lowest, highest] = [h("span"), h("span")];
  const level = h("i");
  return {
    node: h("div", { class: "wl-ramp" }, h("div", { class: "wl-levels" }, level), lowest, highest),
    show(picture, p) {
      lowest.textContent = signed(picture.lowest);
      highest.textContent = signed(picture.highest);
      level.style.left = `${100 * picture.grey[p]}%`;
    },
  };
}
