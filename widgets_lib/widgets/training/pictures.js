// The chosen run as pictures: what its first layer looks for, and the first test digits that it misreads.
import { h, set } from "../shared/dom.js";

const PER_ROW = 10;

/** Returns { node, show(pictures) }; the room is kept while there is nothing to see. */
export function createPictures() {
  const weights = h("img", { class: "wl-sheet", alt: "" });
  const legend = h("figcaption", { class: "wl-quiet" });
  const ink = h("div", { class: "wl-ink", role: "img" });
  const pairs = h("div", { class: "wl-pairs", "aria-hidden": "true" });
  const misread = h("figcaption", { class: "wl-quiet" });
  const node = h(
    "div",
    { class: "wl-pictures" },
    h("figure", {}, legend, h("div", { class: "wl-frame" }, weights)),
    h("figure", {}, misread, ink, pairs),
  );
  return {
    node,
    show(pictures) {
      const there = Boolean(pictures.weights);
      node.classList.toggle("wl-empty", !there);
      legend.textContent = there ? pictures.weights_are : "Weights: none are trained yet.";
      misread.textContent = there
        ? "The first misread test digits: what each is → what is read."
        : "Misread digits: nothing is read yet.";
      const read = there ? pictures.pairs : [];
      set(weights, { src: there ? pictures.weights : null, alt: there ? pictures.weights_are : "" });
      weights.style.aspectRatio = `${PER_ROW} / ${there ? pictures.rows : 2}`;
      ink.style.setProperty("--ink", there ? `url("${pictures.misread}")` : "none");
      ink.hidden = !there;
      set(ink, { "aria-label": `misread: ${read.map(([label, answer]) => `${label} as ${answer}`).join(", ")}` });
      pairs.replaceChildren(...read.map(([label, answer]) => h("span", {}, `${label}→${answer}`)));
    },
  };
}
