// Variants of a piece of code: choose one, see the lines that it changes, and what comes out. A page names a variant
// and sends no code.
import { button } from "../shared/controls.js";
import { h, prose } from "../shared/dom.js";
import { createRadioGroup } from "../shared/radio-group.js";
import { createView } from "../shared/view.js";
import { createPicture } from "./picture.js";

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const view = createView(context, "variants", "Try it: variants of the code");
  const code = h("div", { class: "wl-codes", role: "group", "aria-label": "code", tabindex: 0 });
  const result = createResult();
  const again = button("Run again", () => model.send({ again: true }));
  const restart = button("Start again", () => model.send({ restart: true }));
  let listings = new Map();
  let choice;
  view.stage.append(h("div", { class: "wl-bench" }, code, result.node));
  view.stage.after(view.error, view.controls);

  function build() {
    const variants = model.get("variants");
    listings = new Map(variants.map(({ name, lines }) => [name, createListing(lines)]));
    code.replaceChildren(...[...listings.values()].map((listing) => listing.node));
    choice = createRadioGroup({
      label: "variant",
      options: variants.map(({ name }) => ({ value: name })),
      onchoose: (chosen) => view.save({ chosen, error: "" }),
      className: "wl-choices",
      lead: h("span", { class: "wl-lead" }, "Try it:"),
    });
    view.controls.replaceChildren(choice.node, again, restart);
    draw();
  }

  function draw() {
    const chosen = model.get("chosen");
    const { name, note } = model.get("variants").find((variant) => variant.name === chosen) ?? {};
    const outcome = model.get("result");
    choice.choose(chosen);
    again.hidden = !model.get("repeat");
    const busy = Boolean(model.get("progress").message);
    for (const [each, listing] of listings) listing.show(each === name, busy ? 0 : outcome.line);
    result.show(outcome, model.get("said"), busy);
    view.caption.replaceChildren(...prose(note ?? ""));
  }

  view.listen(["variants"], build);
  view.listen(["chosen", "repeat", "result", "said", "progress"], draw);
  build();
  model.send({ view: 1 });
  return view.destroy;
}

/**
 * The lines of one variant: { node, show(chosen, failedLine) }. All lie one on top of the other, so that the widget is
 * as high as the longest and keeps its height.
 * @param {{ text: string, changed: boolean }[]} lines
 */
function createListing(lines) {
  const rows = lines.map(({ text, changed }) => {
    const mark = changed && h("span", { class: "wl-visually-hidden" }, "changed: ");
    return h("code", { class: changed ? "wl-line wl-changed" : "wl-line" }, mark, text || " ");
  });
  const node = h("pre", { class: "wl-listing" }, ...rows);
  return {
    node,
    show(chosen, failedLine) {
      node.classList.toggle("wl-chosen", chosen);
      rows.forEach((row, at) => row.classList.toggle("wl-failed", at + 1 === failedLine));
    },
  };
}

/** What came out: { node, show(outcome, said, busy) }. */
function createResult() {
  const picture = createPicture();
  const text = h("pre", { class: "wl-output", tabindex: 0, role: "group", "aria-label": "result" });
  const said = h("p", { class: "wl-said" });
  const busyLine = h("p", { class: "wl-busy", role: "status" });
  const node = h("div", { class: "wl-result", "aria-live": "polite" }, picture.node, text, said, busyLine);
  let highest = 0;
  return {
    node,
    show(outcome, line, busy) {
      node.classList.toggle("wl-is-busy", busy);
      busyLine.textContent = busy ? "running" : "";
      picture.show(outcome);
      text.hidden = Boolean(outcome.lengths) || !outcome.text;
      text.textContent = outcome.text ?? "";
      text.classList.toggle("wl-is-failure", Boolean(outcome.failed));
      said.textContent = line;
      highest = Math.max(highest, node.offsetHeight || 0);
      node.style.minHeight = `${highest}px`; // a shorter result leaves what is below it in its place
    },
  };
}

export default { render };
