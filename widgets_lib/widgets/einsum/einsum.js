// An einsum as a drawing, an equation, loops and an expression: change one, and the others follow.

import { createChallenge } from "../shared/challenge.js";
import { button, createMore, dropdown, slider } from "../shared/controls.js";
import { beforePaint, h, prose } from "../shared/dom.js";
import { range } from "../shared/format.js";
import { createPlayer } from "../shared/player.js";
import { createView } from "../shared/view.js";
import { createTiles } from "./letters.js";
import { createPane } from "./panes.js";
import { Scene } from "./scene.js";

/**
 * @typedef {import("./walk.js").Picture} Picture
 * @typedef {import("./walk.js").Letter} Letter
 */

const KEEP_MS = 250; // after the last step, until it is kept
const NAMES = { equation: "equation", loops: "loops", expression: "broadcast, multiply, sum", shapes: "shapes" };

/** One view of an EinsumExplorer. */
class Explorer {
  /**
   * @param {ReturnType<typeof createView>} view
   * @param {import("@anywidget/types").AnyModel} model
   */
  constructor(view, model) {
    this.view = view;
    this.model = model;
    /** @type {Picture} */
    this.picture = model.get("picture");
    this.room = 0; // the height of the caption, in pixels
    this.challenge = createChallenge(() => model.send({ hint: true }));
    this.scene = new Scene({ onsay: (nodes) => this.say(nodes), onletter: (letter) => this.toggle(letter) });
    view.stage.append(this.challenge.node, this.scene.node);
    this.createControls();
    this.createPanes();
    this.createMore();
    view.controls.append(this.player.node, this.letters.node, this.presets.node, this.more);
    view.root.append(this.texts, this.problem);

    view.listen(["picture", "target"], () => this.showPicture());
    view.listen(["panes", "problem", "pane", "text"], () => this.showPanes());
    view.listen(["challenge"], () => this.challenge.show(model.get("challenge")));
    view.listen(["remarks", "library"], () => this.showRemarks());
    view.listen(["preset", "presets"], () => this.showPreset());
    view.listen(["step"], () => this.goTo(model.get("step")));
    this.challenge.show(model.get("challenge"));
    this.showPicture();
    this.showPanes();
    this.showRemarks();
    this.showPreset();
    this.goTo(model.get("step"));
  }

  // ---- controls ----

  createControls() {
    const { view, model } = this;
    this.player = createPlayer({
      length: 0,
      onseek: (at) => this.seek(at),
      signal: view.signal,
      name: "step of the loops",
      onrestart: () => model.send({ restart: true }),
    });
    view.root.addEventListener("keydown", this.player.keys);
    this.presets = dropdown(
      "example",
      [
        { value: "", text: "your own" },
        ...model.get("presets").map(({ key, title, about }) => ({ value: key, text: `${title} · ${about}` })),
      ],
      model.get("preset"),
      (preset) => preset && model.send({ preset }),
    );
    this.letters = createTiles({
      label: "letters: press one to keep or sum it, arrow keys move it",
      words: true,
      onmove: (_, output) => model.send({ output }),
      ontoggle: (letter) => this.toggle(letter),
      describe: describeLetter,
      onlook: (letter) => (letter ? this.say(prose(letter.sentence)) : this.scene.show()),
    });
  }

  createPanes() {
    const { view, model } = this;
    const edit = (/** @type {string} */ pane) => (/** @type {string} */ text) => view.save({ pane, text, step: 0 });
    this.fates = h("ul", { class: "wl-fates" });
    this.order = createTiles({
      label: "order of the loops, outermost first: arrow keys move a letter",
      onmove: (_, order) => model.send({ order }),
      describe: ({ name }, _, at) => `loop over ${name}, ${at ? `inside ${at}` : "outermost"}`,
    });
    this.costs = h("p", { class: "wl-costs wl-quiet" });
    const pane = (/** @type {string} */ key, /** @type {number} */ rows, /** @type {Node[]} */ ...below) =>
      createPane({ name: NAMES[key], label: LABELS[key], rows, onedit: edit(key), signal: view.signal }, ...below);
    this.panes = {
      equation: pane("equation", 1, this.fates),
      loops: pane("loops", 6, this.order.node),
      expression: pane("expression", 2, this.costs),
      shapes: pane("shapes", 1),
    };
    const { equation, loops, expression } = this.panes;
    this.texts = h("div", { class: "wl-panes" }, equation.node, loops.node, expression.node);
    this.problem = h("div", { class: "wl-problem", "aria-live": "polite" });
  }

  createMore() {
    const { model } = this;
    this.library = dropdown(
      "written for",
      ["numpy", "torch"].map((value) => ({ value, text: value })),
      model.get("library"),
      (library) => model.send({ library }),
    );
    this.sizes = h("div", { class: "wl-sizes", role: "group", "aria-label": "sizes" });
    this.called = h("p", { class: "wl-called" });
    this.differences = h("ul", { class: "wl-differences" });
    const said = h("div", { class: "wl-said" }, this.called, this.differences);
    this.more = createMore(this.sizes, this.library.node, this.player.speed, this.panes.shapes.node, said);
  }

  /** @param {string} letter */
  toggle(letter) {
    const { output } = this.picture;
    this.model.send({ output: output.includes(letter) ? output.replace(letter, "") : output + letter });
  }

  // ---- steps ----

  /** @param {number} at  where the player is */
  seek(at) {
    if (!this.isBuilt) return;
    this.scene.seek(at);
    this.order.showValues(this.scene.valuesAt(at));
    clearTimeout(this.keeping);
    if (at !== this.model.get("step"))
      this.keeping = setTimeout(() => !this.view.signal.aborted && this.view.save({ step: at }), KEEP_MS);
  }
  /** @param {number} step */
  goTo(step) {
    if (step !== this.player.position()) this.player.seek(step);
  }

  // ---- drawing ----

  /**
   * Say what is seen. The caption keeps the room of its longest sentence on a picture, so that nothing below it jumps.
   * @param {(string | Node)[]} nodes
   */
  say(nodes) {
    const { caption } = this.view;
    caption.replaceChildren(...nodes);
    beforePaint(() => {
      this.room = Math.max(this.room, caption.offsetHeight);
      caption.style.minHeight = `${this.room}px`;
    });
  }

  showPicture() {
    const { model } = this;
    this.picture = model.get("picture");
    const { letters, output, summed, order, steps, summary, note, largest } = this.picture;
    const target = model.get("target");
    this.room = 0;
    this.view.caption.style.minHeight = "";
    this.letters.show(letters, [
      { key: "output", title: "result", letters: output, movable: true, empty: "one number" },
      { key: "summed", title: "summed", letters: summed, movable: false, empty: "nothing" },
    ]);
    this.order.show(letters, [
      { key: "order", title: "outermost first", letters: order, movable: true, empty: "no loop" },
    ]);
    this.scene.build(this.picture, target.shown ? target : null);
    this.fates.replaceChildren(...letters.map(({ sentence }) => h("li", {}, ...prose(sentence))));
    if (note) this.fates.append(h("li", { class: "wl-note" }, note));
    this.scene.node.setAttribute("aria-description", `${summary} ${note}`.trim());
    this.showSizes(letters, largest);
    this.isBuilt = false; // so that it is drawn once
    this.player.setLength(steps.count);
    this.isBuilt = true;
    this.player.seek(model.get("step"));
  }

  /**
   * A slider for the size of each letter, kept while the letters are the same, for one of them may be held.
   * @param {Letter[]} letters
   * @param {number} largest
   */
  showSizes(letters, largest) {
    const names = letters.map(({ name, tone }) => name + tone).join("");
    this.sizes.hidden = !largest;
    if (this.sizes.dataset.names !== names || !this.sliders) {
      this.sizes.dataset.names = names;
      this.sliders = letters.map(({ name, tone, size }) =>
        slider({
          label: h("b", { class: `wl-mono wl-${tone}` }, name),
          name: `size of ${name}`,
          values: range(1, Math.max(largest, 1) + 1),
          value: size,
          oninput: (chosen) => this.model.send({ size: { letter: name, size: chosen } }),
        }),
      );
      this.sizes.replaceChildren(...this.sliders.map(({ node }) => node));
    }
    letters.forEach(({ size }, at) => this.sliders[at].show(size));
  }

  showPanes() {
    const { model } = this;
    const lead = model.get("pane");
    const problem = model.get("problem");
    const texts = { ...model.get("panes"), [lead]: model.get("text") };
    for (const [key, pane] of Object.entries(this.panes)) {
      const isOld = key === problem.pane && problem.text !== texts[key];
      const kind = !problem.pane ? "" : key === problem.pane ? "wrong" : "stale";
      pane.show(texts[key], isOld ? [] : (problem.spans?.[key] ?? []), kind);
    }
    this.problem.replaceChildren(
      ...(problem.pane ? describeProblem(problem, model) : [h("p", { class: "wl-quiet" }, AGREE)]),
    );
  }

  showRemarks() {
    const { named, costs, differences } = this.model.get("remarks");
    this.costs.textContent = costs;
    this.called.replaceChildren(
      ...(named
        ? ["What is this called? ", h("b", {}, named.title), ": ", h("code", {}, named.code)]
        : ["What is this called? It has no name of its own: the equation is its name."]),
    );
    this.differences.replaceChildren(
      ...differences.map((sentence) => h("li", { class: "wl-quiet" }, ...prose(sentence))),
    );
    this.library.select.value = this.model.get("library");
  }

  showPreset() {
    this.presets.select.value = this.model.get("preset");
  }
}

const LABELS = {
  equation: "the equation",
  loops: "the loops, in Python",
  expression: "the expression: broadcast, multiply, sum",
  shapes: "the shapes of the operands",
};
const AGREE = "All three say the same. Change one, and the others follow.";

/** @type {(letter: Letter, row: string, at: number) => string} */
const describeLetter = ({ name, words }, row, at) => {
  const roles = words.map((word) => word.replace(/^\S+ /, "")).join(", ");
  return `${name}: ${roles}${row === "output" ? `, axis ${at} of the result` : ""}`;
};

/** @type {(problem: any, model: import("@anywidget/types").AnyModel) => Node[]} */
const describeProblem = ({ pane, message, repairs, differences, follow }, model) => [
  h("p", {}, h("b", { class: "wl-bad" }, `✗ ${NAMES[pane]}: `), ...prose(message), "."),
  ...differences.map((sentence) => h("p", { class: "wl-quiet" }, ...prose(sentence))),
  h(
    "ul",
    { class: "wl-repairs", "aria-label": "repairs" },
    ...repairs.map((repair, at) =>
      h(
        "li",
        {},
        button(shortOf(repair), () => model.send({ repair: at })),
        h("span", {}, ...prose(repair.message)),
      ),
    ),
    follow &&
      h(
        "li",
        {},
        button("other operands", () => model.send({ follow: true })),
        h("span", {}, "Example numbers of shapes that fit."),
      ),
  ),
];

/** What the button of a repair says: the text it puts there, if that is one line. */
const shortOf = ({ text }) => (text.includes("\n") ? "repair" : h("code", {}, text));

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const view = createView(context, "einsum", "Einsum explorer");
  new Explorer(view, context.model);
  return view.destroy;
}

export default { render };
