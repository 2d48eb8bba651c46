import { createMore, iconButton } from "../shared/controls.js";
import { h, prose, UNITS_PER_EM } from "../shared/dom.js";
import { createRoom, createSteadyHeight } from "../shared/resize.js";
import { createView } from "../shared/view.js";
import { Board } from "./board.js";
import { createDials } from "./dials.js";
import { indexOf, layOut, numberOf } from "./layout.js";
import { createMoves } from "./moves.js";
import { createEquation, createFacts } from "./readings.js";
import { Requests } from "./requests.js";

/**
 * @typedef {import("./layout.js").Picture} Picture
 * @typedef {import("./scene.js").Target} Target
 */

const MOTION_MS = 240; // redraws closer together than this do not move: the hand on the dial is the motion
const NOTES_WIDTH = 400; // drawing units that the arithmetic needs to stand beside the view
const HINT =
  "Point at an element or a cell. Click a storage cell and type a number: every element that reads it changes.";

/** One view of a StrideExplorer. */
class Explorer {
  /**
   * @param {ReturnType<typeof createView>} view
   * @param {import("@anywidget/types").AnyModel} model
   */
  constructor(view, model) {
    this.view = view;
    this.model = model;
    /** @type {Picture | null} */
    this.drawn = null;
    /** @type {Picture | null} */
    this.preview = null; // drawn before the kernel has sent the same
    this.drawnAt = -Infinity;

    this.moves = createMoves((move) => this.apply(move));
    this.dials = createDials(
      (values) => this.turn(values),
      () => this.showProblem("A shape, a stride and an offset are whole numbers."),
    );
    this.equation = createEquation();
    this.facts = createFacts();
    this.board = new Board(view.signal, {
      onHighlight: (target) => this.highlight(target),
      onwrite: (position, text) => this.requests.ask({ write: position, text }),
    });
    this.side = h("div", { class: "wl-side" }, this.equation.node, this.facts.node);
    this.bench = h("div", { class: "wl-bench" }, this.board.node, this.side);
    const again = iconButton("restart", "Start again", () => this.requests.ask({ restart: true }));
    view.controls.append(this.dials.node, again, createMore(this.moves.node));
    view.stage.append(this.bench);
    view.root.append(h("p", { class: "wl-hint wl-quiet" }, HINT));

    this.steady = createSteadyHeight(view.stage);
    this.room = createRoom(view, { onchange: () => this.show(this.drawn, { resized: true }) });
    this.notes = {
      width: NOTES_WIDTH,
      stand: (start) => {
        this.bench.classList.toggle("wl-beside", start !== null);
        this.side.style.setProperty("--start", `${(start ?? 0) / UNITS_PER_EM}em`);
      },
      height: () => this.side.offsetHeight / this.room.unit(),
    };
    this.requests = new Requests(model, view.signal, () => this.showAnswer());
    view.listen(["picture"], () => {
      if (!this.preview || this.requests.settled) this.show(model.get("picture"));
    });
    view.listen(["moves"], () => this.moves.show(model.get("moves")));
    this.show(model.get("picture"));
    this.moves.show(model.get("moves"));
  }

  // ---- what the learner does ----

  /** @param {object} values  of all dials */
  turn(values) {
    this.view.error.hidden = true;
    this.requests.ask({ dials: structuredClone(values) });
  }

  /** @param {import("./moves.js").Move} move */
  apply(move) {
    if (!move.picture) {
      this.view.caption.replaceChildren(...prose(move.reason));
      return;
    }
    if (this.requests.settled && !this.requests.queue.length && !this.preview) {
      this.preview = move.picture;
      this.show(move.picture);
    }
    this.requests.ask({ move: move.key });
  }

  /** @param {string} message */
  showProblem(message) {
    this.view.error.textContent = message;
    this.view.error.hidden = false;
  }

  showAnswer() {
    this.preview = null;
    this.show(this.model.get("picture"));
    this.moves.show(this.model.get("moves"));
  }

  // ---- drawing a picture ----

  /**
   * @param {Picture} picture
   * @param {{ resized?: boolean }} [options]  resized: the same picture for another width
   */
  show(picture, { resized = false } = {}) {
    if (this.requests.settled || this.preview === picture) this.dials.show(picture);
    if (this.drawn === picture && !resized) return;
    const before = this.drawn;
    const focused = this.board.focused;
    const current = this.chooseTarget(picture, before);
    this.facts.show(picture);
    // The equation of the last element is the longest: the layout leaves room for it.
    if (picture.positions.length) this.equation.show(picture, { element: picture.positions.length - 1 });
    const now = performance.now();
    const moving = before !== null && !resized && now - this.drawnAt > MOTION_MS;
    this.drawnAt = now;
    this.board.scene.show(picture, layOut(picture, this.room.width, this.notes), moving);
    this.steady.fit(this.bench.offsetHeight / this.room.unit(), { afresh: resized });
    this.drawn = picture;
    this.showCaption(picture);
    this.board.choose(current);
    if (focused)
      this.board.focus(focused.element === undefined ? { cell: this.board.scene.nearestCell(focused.cell) } : current);
    if (moving && justWritten(before, picture)) this.board.scene.spread(picture.written);
  }

  /** @param {Picture} picture */
  showCaption({ message, illegal }) {
    const refused = illegal ? [h("b", { class: "wl-refused" }, "✗ ")] : [];
    this.view.caption.replaceChildren(...refused, ...prose(message));
  }

  /**
   * What is highlighted in a new picture: what broke it, else the same index as before, else an element that shows
   * steps along each axis.
   * @param {Picture} picture
   * @param {Picture | null} before
   * @returns {Target}
   */
  chooseTarget({ positions, cells, bad, shape, shown }, before) {
    if (!positions.length) return { cell: cells[0] };
    if (bad !== null) return { element: bad };
    const { element } = this.board.current;
    const same = before?.shape.length === shape.length && before.positions.length && element !== undefined;
    const index = same ? indexOf(element, before.shown) : shown.map((_, axis) => (axis === shape.length - 1 ? 2 : 1));
    const nearest = index.map((i, axis) => Math.min(i, shown[axis] - 1));
    return { element: numberOf(nearest, shown) };
  }

  /** @param {Target} target */
  highlight(target) {
    const { scene } = this.board;
    scene.highlight(target);
    scene.describe(this.drawn.message, this.equation.show(this.drawn, target, scene.readers));
  }
}

/**
 * Whether a cell of the same memory now holds another number than before.
 * @param {Picture} before
 * @param {Picture} after
 */
function justWritten(before, { base, written, cells, exact }) {
  return (
    written !== null &&
    before.base === base &&
    before.exact[before.cells.indexOf(written)] !== exact[cells.indexOf(written)]
  );
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const view = createView(context, "strides", "Stride explorer");
  new Explorer(view, context.model);
  return view.destroy;
}

export default { render };
