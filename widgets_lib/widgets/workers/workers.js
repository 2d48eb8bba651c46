// A round of a data loader: a batch from every worker, its pictures before and after what that worker drew for them.
import { button, createMore, dropdown, keepFocus, slider } from "../shared/controls.js";
import { h, hasModifier, prose, s, set } from "../shared/dom.js";
import {
  createRecipe,
  createReseedings,
  equalClass,
  letter,
  showGenerators,
  showOrRefuse,
} from "../shared/fork-options.js";
import { clamp, range } from "../shared/format.js";
import { createView } from "../shared/view.js";

const LEVELS = 31; // of grey that are drawn: a path for each

/**
 * @typedef {{ turn_deg: number, shift_rows: number, shift_columns: number }} Move
 * @typedef {Move & { turn: string, shift: string, group: number | null }} Change  a move, and how it is written
 * @typedef {{ name: string, worker: string, changes: Change[] }} Batch
 *
 * @typedef {object} Pictures  those of all rounds, one after the other
 * @property {Uint8Array} before
 * @property {Uint8Array} after
 * @property {[number, number]} shape  rows and columns of a picture
 */

/** A picture of uint8 pixels, as one path for each level of grey: ink on paper, in either theme. */
function drawPixels(pixels, rows, columns) {
  const runs = new Map();
  const levelAt = (row, column) => Math.round(((pixels[row * columns + column] ?? 0) / 255) * LEVELS);
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; ) {
      const level = levelAt(row, column);
      const start = column;
      while (column < columns && levelAt(row, column) === level) column++;
      if (level) runs.set(level, `${runs.get(level) ?? ""}M${start} ${row}h${column - start}v1h${start - column}z`);
    }
  }
  return [...runs].map(([level, d]) => s("path", { d, "fill-opacity": (level / LEVELS).toFixed(3) }));
}

function createPicture(pixels, [rows, columns], label, ...overlay) {
  const side = Math.max(rows, columns);
  return s(
    "svg",
    {
      viewBox: `0 0 ${columns} ${rows}`,
      style: `width:${(5.6 * columns) / side}em;height:${(5.6 * rows) / side}em`,
      class: "wl-picture",
      role: "img",
      "aria-label": label,
    },
    ...drawPixels(pixels, rows, columns),
    ...overlay,
  );
}

/**
 * A frame with a mark at its top, turned and shifted as the picture was: the change is seen without the digit.
 * @param {[number, number]} shape
 * @param {Move} move
 */
function createFrame([rows, columns], { turn_deg, shift_rows, shift_columns }) {
  const inset = 0.14 * Math.min(rows, columns);
  const [middle, top, bottom] = [columns / 2, inset, rows - inset];
  return s("path", {
    class: "wl-frame",
    transform: `translate(${shift_columns} ${shift_rows}) rotate(${turn_deg} ${columns / 2} ${rows / 2})`,
    d: `M${inset} ${top}H${columns - inset}V${bottom}H${inset}ZM${middle} ${top}V${top - inset / 2}`,
  });
}

/**
 * One picture before and after its change.
 * @param {Change} change
 * @param {string} name
 * @param {Pictures} pictures
 * @param {number} at  the number of the picture among all
 */
function createChange(change, name, { before, after, shape }, at) {
  const { turn, shift, group } = change;
  const size = shape[0] * shape[1];
  const pixels = (all) => all.subarray(at * size, (at + 1) * size);
  const moved = `turned ${turn}, ${shift === "no shift" ? "not shifted" : `shifted ${shift}`}`;
  const equal = h("b", { class: "wl-letter", title: "equal changes carry the same letter" }, letter(group ?? 0));
  return h(
    "li",
    { class: `wl-changed ${equalClass(group)}` },
    h(
      "span",
      { class: "wl-pair" },
      createPicture(pixels(before), shape, name),
      h("span", { class: "wl-quiet", "aria-hidden": "true" }, "→"),
      createPicture(pixels(after), shape, `${name}, ${moved}`, createFrame(shape, change)),
    ),
    h("span", { class: "wl-change" }, group !== null && equal, h("span", {}, turn), h("span", {}, shift)),
  );
}

/**
 * A batch as a card; its first picture is number `first` among all.
 * @param {Batch} batch
 * @param {Pictures} pictures
 * @param {number} first
 */
function createBatch({ name, worker, changes }, pictures, first) {
  const items = changes.map((change, at) => createChange(change, `${name}, picture ${at + 1}`, pictures, first + at));
  return h(
    "li",
    { class: "wl-batch" },
    h("span", { class: "wl-name" }, h("b", {}, name), h("span", { class: "wl-quiet" }, `made by ${worker}`)),
    h("ol", { "aria-label": `the pictures of ${name}` }, ...items),
  );
}

/**
 * All batches of a round; every round has as many of the same size.
 * @param {number} round
 * @param {Batch[]} batches
 * @param {Pictures} pictures
 */
function createRound(round, batches, pictures) {
  const size = batches[0].changes.length;
  const cards = batches.map((batch, at) => createBatch(batch, pictures, (round * batches.length + at) * size));
  return h("ol", { class: "wl-loader", "aria-label": `round ${round + 1}: one batch from each worker` }, ...cards);
}

/** The controls of the settings: { nodes, rare, reasons, show() }, `rare` being those that few need. */
function createSettings(get, save, onrestart) {
  const generator = dropdown("generator", [], "", (chosen) => save({ generator: chosen }));
  const workers = slider({
    label: "workers",
    name: "workers",
    values: range(1, get("max_workers") + 1),
    value: get("workers"),
    oninput: (count) => save({ workers: count }),
  });
  const again = button("Start again", onrestart, { "aria-label": "Start again with the first settings" });
  const reseedings = createReseedings(
    "reseeding: what each worker does before it draws",
    get("reseedings"),
    (reseeding) => save({ reseeding }),
  );
  return {
    nodes: [reseedings.node, generator.node],
    rare: [workers.node, again],
    reasons: reseedings.reasons,
    show() {
      showGenerators(generator.select, get("generators"), get("generator"));
      reseedings.show(get("reseedings"), get("reseeding"));
      workers.show(get("workers"));
    },
  };
}

/** @param {import("../shared/view.js").RenderContext} context */
function render(context) {
  const { model } = context;
  const get = (name) => model.get(name);
  const view = createView(context, "workers", "Data-loader workers");
  let round = 0;

  const settings = createSettings(get, view.save, () => {
    model.send({ restart: true });
    seek(0);
  });
  const back = button("Back", () => seek(round - 1));
  const next = button("Next round", () => seek(round + 1), { class: "wl-primary" });
  const count = h("output", {});
  const rounds = h("div", { class: "wl-rounds", role: "group", "aria-label": "rounds" }, back, next, count);
  view.controls.append(rounds, ...settings.nodes, createMore(...settings.rare));
  const recipe = createRecipe("each worker, a child of the loader, before it draws:");
  const note = h("p", { class: "wl-note wl-quiet" });
  view.caption.after(note, settings.reasons, recipe.node);

  function seek(wanted) {
    const last = Math.max(0, (get("timeline").rounds?.length ?? 0) - 1);
    round = clamp(wanted, 0, last);
    const greyOut = () => {
      back.disabled = round === 0;
      next.disabled = round === last;
    };
    keepFocus(rounds, greyOut, [back, next]);
    draw();
  }
  const pictures = () => ({ before: bytes(get("before")), after: bytes(get("after")), shape: get("shape") });
  function draw() {
    const timeline = get("timeline");
    const shown = timeline.rounds?.[round];
    recipe.show(timeline.code ?? "");
    note.replaceChildren(...prose(timeline.note ?? ""));
    count.textContent = shown ? `round ${round + 1} of ${timeline.rounds.length}` : "";
    view.caption.textContent = shown?.message ?? "";
    const drawing = shown ? createRound(round, shown.batches, pictures()) : null;
    showOrRefuse(view.stage, drawing, timeline.unavailable);
  }
  function drawSettings() {
    settings.show();
  }

  set(view.root, {
    onkeydown: (event) => {
      if (event.target.closest?.("select, input") || hasModifier(event)) return;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      seek(round + step);
    },
  });
  view.listen(["timeline", "shape", "before", "after"], () => seek(round));
  view.listen(["generator", "generators", "reseeding", "reseedings", "workers", "max_workers", "error"], drawSettings);
  drawSettings();
  seek(0);
  return view.destroy;
}

/** The bytes of a trait, whichever kind of view of its buffer the host hands out. */
const bytes = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export default { render };
