// A GPU kernel followed without a GPU: its lines, its warps and its memory, step by step. Layout only: every number and
// every sentence comes from Python.
import { createChallenge } from "../shared/challenge.js";
import { button, createMore, dropdown, keepFocus } from "../shared/controls.js";
import { beforePaint, h, prose } from "../shared/dom.js";
import { createPlayer } from "../shared/player.js";
import { createView } from "../shared/view.js";
import { createListing } from "./listing.js";
import { createMemory } from "./memory.js";
import { createPlaces } from "./places.js";
import { createThreads } from "./threads.js";

/**
 * @typedef {import("./memory.js").Mark} Mark
 * @typedef {{ row: number, warp: number, kind: string, interval: number, threads: number[], lost: number[],
 *   text: string, reads: string, marks: Mark[] }} Step
 * @typedef {any} Picture
 */

class Trace {
  /**
   * @param {ReturnType<typeof createView>} view
   * @param {import("@anywidget/types").AnyModel} model
   */
  constructor(view, model) {
    this.view = view;
    this.model = model;
    /** @type {Picture} */
    this.picture = {};
    this.key = ""; // of the kernel and text that is drawn
    this.fromStart = false; // whether the next picture is shown from its first step
    const choose = (/** @type {object} */ chosen) => this.choose(chosen);
    this.challenge = createChallenge(() => model.send({ hint: true }));
    this.listing = createListing(
      {
        online: (row) => choose({ row }),
        onfault: (fault) => this.goToFault(fault),
        onplace: (place) => this.places.open(place),
      },
      view.signal,
    );
    this.places = createPlaces(
      (place, alternative) => this.ask({ edit: { place, alternative } }),
      () => /** @type {HTMLElement | null} */ (this.listing.node.querySelector(".wl-place"))?.focus(),
    );
    this.threads = createThreads({ onthread: (thread) => choose({ thread }), onlook: (thread) => this.look(thread) });
    this.memory = createMemory({ oncell: (array, place) => choose({ array, place }) });
    this.faults = h("ol", { class: "wl-faults", "aria-label": "faults" });
    this.verdict = h("p", { class: "wl-outcome", "aria-live": "polite" });
    this.launch = h("p", { class: "wl-launch wl-quiet" });
    this.answer = h("div", { class: "wl-answer", "aria-live": "polite" });
    const side = h("div", { class: "wl-side" }, this.listing.node, this.places.node);
    this.memory.node.prepend(this.threads.node);
    view.stage.append(this.challenge.node, h("div", { class: "wl-bench" }, side, this.memory.node));
    const found = h("div", { class: "wl-found" }, this.verdict, this.faults, this.launch);
    view.caption.after(h("div", { class: "wl-words" }, this.answer, found));
    this.createControls();
    this.listen();
  }

  createControls() {
    const { view, model } = this;
    this.player = createPlayer({
      length: 0,
      onseek: (at) => this.draw(at),
      signal: view.signal,
      onrestart: () => {
        model.send({ restart: true });
        this.fromStart = true; // another kernel, or another text, may come
        this.player.seek(0);
      },
    });
    view.root.addEventListener("keydown", (event) => {
      if (event.key === "Escape") this.escape();
      else this.player.keys(event);
    });
    this.kernels = dropdown("kernel", [], "", (kernel) => this.ask({ kernel }));
    this.blocks = dropdown("block", [], "", (block) => this.ask({ block: Number(block) }));
    this.cancel = button("Cancel", () => model.send({ cancel: true }), { hidden: true });
    this.status = h("span", { class: "wl-quiet", role: "status" });
    this.said = h("ul", { class: "wl-said" });
    view.controls.append(
      this.player.node,
      this.kernels.node,
      this.blocks.node,
      this.status,
      this.cancel,
      createMore(this.player.speed, this.said),
    );
  }

  listen() {
    const { view, model } = this;
    view.listen(["kernels", "kernel"], () => this.showKernels());
    view.listen(["challenge"], () => this.showChallenge());
    view.listen(["picture"], () => this.showPicture());
    view.listen(["answer"], () => this.showAnswer());
    view.listen(["progress"], () => this.showProgress());
    this.showKernels();
    this.showChallenge();
    this.showPicture();
    this.showAnswer();
    this.showProgress();
    model.send({ view: 1 });
  }

  // ---- what is chosen ----

  /** @param {object} message  which asks for another picture: it opens where it shows most */
  ask(message) {
    this.fromStart = false;
    this.model.send(message);
  }

  /** @param {Record<string, any>} chosen  the same again lets go */
  choose(chosen) {
    const same = JSON.stringify(chosen) === this.asked;
    this.asked = same ? "" : JSON.stringify(chosen);
    this.model.send({ choose: same ? {} : chosen });
  }

  /** Close the choices of a place, if they are open; else let go of what is asked about. */
  escape() {
    if (this.places.node.hidden) this.choose({});
    else this.places.close();
  }

  /** @param {number} number */
  goToFault(number) {
    const fault = this.picture.faults[number];
    if (fault.block >= 0 && fault.block !== this.picture.block) {
      this.fault = number;
      this.model.send({ block: fault.block });
      return;
    }
    if (fault.step >= 0) this.player.seek(fault.step + 1);
    if (fault.kind !== "error") this.choose({ fault: number });
  }

  /** @param {number | null} thread  the one that is looked at */
  look(thread) {
    /** @type {Step | undefined} */
    const step = this.picture.steps?.[this.player.position() - 1];
    const mine = /** @type {[number, number][]} */ ([]);
    for (const [array, , whose, places] of step?.marks ?? []) {
      const threads = whose ?? (places.length === step?.threads.length ? step.threads : []);
      threads.forEach((each, at) => each === thread && mine.push([array, places[at]]));
    }
    this.memory.look(mine);
  }

  // ---- drawing ----

  showKernels() {
    const kernels = this.model.get("kernels");
    const { select, node } = this.kernels;
    node.hidden = kernels.length < 2;
    const text = (/** @type {any} */ { title, group, solved }) =>
      `${solved ? "✓ " : ""}${title}${group === "yours" ? " (yours)" : ""}`;
    select.replaceChildren(...kernels.map((/** @type {any} */ each) => h("option", { value: each.key }, text(each))));
    select.value = this.model.get("kernel");
  }

  showChallenge() {
    const challenge = this.model.get("challenge");
    this.challenge.show(challenge);
    this.places.show(challenge.places ?? []);
  }

  showPicture() {
    const { model, view } = this;
    const picture = model.get("picture");
    this.picture = picture;
    const places = model.get("challenge").places ?? [];
    const warps = picture.threads.names ? Math.ceil(picture.threads.names.length / picture.threads.warp) : 0;
    keepFocus(view.root, () => this.listing.build(picture.code, picture.faults, places, warps), [this.kernels.select]);
    this.threads.node.hidden = !warps;
    if (warps) this.threads.build(picture.threads, this.blockName());
    this.memory.build(picture.arrays, picture.faults);
    this.showBlocks();
    this.showWords();
    this.keepHeight(picture.title);
    const key = JSON.stringify([picture.title, picture.code, picture.block]);
    const isSame = key === this.key;
    this.key = key;
    this.isDrawn = false; // so that it is drawn once
    this.player.setLength(picture.steps.length);
    this.isDrawn = true;
    this.player.seek(isSame ? this.player.position() : this.fromStart ? 0 : picture.opening);
    if (this.fault !== undefined) {
      const fault = this.fault;
      this.fault = undefined;
      if (picture.faults[fault]?.block === picture.block) this.goToFault(fault);
    }
  }

  /**
   * The stage stays as high as it was for this kernel, so that the controls below it stay where they are.
   * @param {string} title
   */
  keepHeight(title) {
    const { stage } = this.view;
    if (stage.dataset.title !== title) stage.style.minHeight = "";
    stage.dataset.title = title;
    beforePaint(() => {
      stage.style.minHeight = `${stage.offsetHeight}px`;
    });
  }

  blockName() {
    const { blocks, block } = this.picture;
    return (blocks.find((/** @type {any} */ each) => each.value === block)?.text ?? "").replace(" ✗", "");
  }

  showBlocks() {
    const { blocks, block } = this.picture;
    this.blocks.node.hidden = blocks.length < 2;
    this.blocks.select.replaceChildren(
      ...blocks.map((/** @type {any} */ each) => h("option", { value: each.value }, each.text)),
    );
    this.blocks.select.value = String(block ?? "");
  }

  showWords() {
    const { verdict, faults, notes, launch, reuse, about, grain, not_known: unknown } = this.picture;
    const sign = verdict.good === null ? "" : verdict.good ? "✓ " : "✗ ";
    this.verdict.replaceChildren(
      h("span", { class: verdict.good ? "wl-good" : "wl-bad", "aria-hidden": "true" }, sign),
      ...prose([verdict.text, reuse].filter(Boolean).join(" ")),
    );
    this.launch.textContent = [launch && `${launch}.`, ...notes].filter(Boolean).join(" ");
    this.faults.hidden = !faults.length;
    this.faults.replaceChildren(
      ...faults.map((/** @type {any} */ fault, /** @type {number} */ at) =>
        h(
          "li",
          {},
          fault.kind === "error"
            ? h("span", { class: "wl-pin" }, "✗")
            : button(String(fault.number), () => this.goToFault(at), {
                class: "wl-pin",
                "aria-label": `show fault ${fault.number}`,
              }),
          h("span", {}, ...prose(fault.message)),
        ),
      ),
    );
    const said = [about, grain, `Not known from a trace: ${unknown.join("; ")}.`].filter(Boolean);
    this.said.replaceChildren(...said.map((sentence) => h("li", { class: "wl-quiet" }, sentence)));
  }

  showAnswer() {
    const answer = this.model.get("answer");
    const { title, sentences = [] } = answer;
    this.answer.replaceChildren(
      ...(title
        ? [
            h("b", {}, title),
            h("ul", {}, ...sentences.map((/** @type {string} */ each) => h("li", {}, ...prose(each)))),
          ]
        : [h("span", { class: "wl-quiet" }, "Press a line, a thread or a cell to ask about it.")]),
    );
    if (!title) this.asked = "";
    beforePaint(() => {
      this.room = Math.max(this.room ?? 0, this.answer.offsetHeight);
      this.answer.style.minHeight = `${this.room}px`;
    });
    if (this.isDrawn) this.draw(this.player.position());
  }

  showProgress() {
    const { message } = this.model.get("progress");
    this.status.textContent = message ? `${message} …` : "";
    keepFocus(this.view.root, () => {
      this.cancel.hidden = !message;
    }, [this.kernels.select]);
  }

  /** @param {number} at  steps that are done; the last of them is shown */
  draw(at) {
    if (!this.isDrawn) return;
    const { picture } = this;
    /** @type {Step[]} */
    const steps = picture.steps;
    const step = at > 0 ? steps[at - 1] : null;
    const answer = this.model.get("answer");
    this.listing.show(step ? step.row : -1, answer.rows ?? []);
    const warps = picture.threads.names ? Math.ceil(picture.threads.names.length / picture.threads.warp) : 0;
    if (warps) {
      this.listing.move(warpRows(steps.slice(0, at), warps), step ? step.warp : -1);
      const first = picture.faults.find((/** @type {any} */ fault) => fault.step >= 0 && fault.step === at - 1);
      this.threads.show(step, answer.threads ?? [], first?.threads ?? []);
    }
    this.memory.show(
      step?.marks ?? [],
      writtenBefore(steps.slice(0, Math.max(0, at - 1)), picture.arrays.length),
      step?.interval ?? 0,
      answer.title ? answer : null,
    );
    this.view.caption.replaceChildren(
      ...prose(step ? step.text : "Before the first step: every thread stands at the first line."),
      h("span", { class: "wl-reads wl-quiet" }, step?.reads ? ` ${step.reads}` : ""),
    );
  }
}

/**
 * For each warp the row it came to last; a barrier gathers all of them.
 * @param {Step[]} steps
 * @param {number} warps
 */
function warpRows(steps, warps) {
  const rows = Array(warps).fill(-1);
  for (const { row, warp } of steps) {
    if (row < 0) continue;
    if (warp < 0) rows.fill(row);
    else rows[warp] = row;
  }
  return rows;
}

/**
 * For each array the places that were written, with the interval of the last time.
 * @param {Step[]} steps
 * @param {number} arrays
 */
function writtenBefore(steps, arrays) {
  const written = Array.from({ length: arrays }, () => /** @type {Map<number, number>} */ (new Map()));
  for (const { marks, interval } of steps)
    for (const [array, kind, , places] of marks)
      if (kind === "write") for (const place of places) written[array].set(place, interval);
  return written;
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const view = createView(context, "trace", "Kernel trace");
  new Trace(view, context.model);
  return view.destroy;
}

export default { render };
