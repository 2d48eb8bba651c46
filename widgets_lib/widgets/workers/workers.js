// A round of a data loader: a batch from every worker, its pictures before and after what that worker drew for them.
import { button, dropdown, slider } from "../shared/controls.js";
import { createReseedings, createRecipe, equalClass, letter, showGenerators } from "../shared/fork-options.js";
import { h, prose, s, set } from "../shared/dom.js";
import { createView } from "../shared/view.js";

const LEVELS = 31; // of grey that are told apart: a path for each

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

function picture(pixels, [rows, columns], label, ...over) {
  const side = Math.max(rows, columns);
  const node = s(
    "svg",
    {
      viewBox: `0 0 ${columns} ${rows}`,
      style: `width:${(5.6 * columns) / side}em;height:${(5.6 * rows) / side}em`,
      class: "wl-picture",
      role: "img",
      "aria-label": label,
    },
    ...drawPixels(pixels, rows, columns),
    ...over,
  );
  return node;
}

/** A frame and a mark at its top, turned and shifted as the picture was: what was done can be seen without the digit. */
function frame([rows, columns], { turn_deg, shift_rows, shift_columns }) {
  const inset = 0.14 * Math.min(rows, columns);
  const [middle, top, bottom] = [columns / 2, inset, rows - inset];
  return s("path", {
    class: "wl-frame",
    transform: `translate(${shift_columns} ${shift_rows}) rotate(${turn_deg} ${columns / 2} ${rows / 2})`,
    d: `M${inset} ${top}H${columns - inset}V${bottom}H${inset}ZM${middle} ${top}V${top - inset / 2}`,
  });
}

function render(context) {
  const { model } = context;
  const get = (name) => model.get(name);
  const view = createView(context, "workers", "Data-loader workers");
  let round = 0;

  // ---- controls ----
  const choose = dropdown("generator", [], "", (generator) => view.save({ generator }));
  const most = get("max_workers");
  const workers = slider({
    label: "workers",
    name: "workers",
    values: Array.from({ length: most }, (_, index) => index + 1),
    value: get("workers"),
    oninput: (count) => view.save({ workers: count }),
  });
  const again = button(
    "Start again",
    () => {
      model.send({ restart: true });
      seek(0);
    },
    { "aria-label": "Start again with the first settings" },
  );
  const reseedings = createReseedings("reseeding: what each worker does before it draws", (reseeding) =>
    view.save({ reseeding }),
  );
  const back = button("Back", () => seek(round - 1));
  const next = button("Next round", () => seek(round + 1), { class: "wl-primary" });
  const count = h("output", {});
  view.controls.append(
    h("div", { class: "wl-row" }, choose.node, workers.node, again),
    reseedings.node,
    h("div", { class: "wl-row wl-rounds" }, back, next, count),
  );

  const recipe = createRecipe("each worker, a child of the loader, before it draws:");
  const busy = h("p", { class: "wl-busy wl-quiet", role: "status" });
  const note = h("p", { class: "wl-note wl-quiet" });
  view.caption.after(note, recipe.node, busy);

  function seek(wanted) {
    const last = Math.max(0, (get("timeline").rounds?.length ?? 0) - 1);
    round = Math.max(0, Math.min(last, wanted));
    back.disabled = round === 0;
    next.disabled = round === last;
    // A button that greys out drops the focus.
    if (document.activeElement === back && back.disabled) next.focus();
    if (document.activeElement === next && next.disabled) back.focus();
    draw();
  }

  function draw() {
    const { rounds = [], code: lines = "", note: about = "", unavailable = "" } = get("timeline");
    recipe.show(lines);
    note.replaceChildren(...prose(about));
    count.textContent = rounds.length ? `round ${round + 1} of ${rounds.length}` : "";
    const shown = rounds[round];
    view.caption.textContent = shown?.message ?? "";
    if (!shown) {
      view.stage.replaceChildren(
        h("p", { class: "wl-refused" }, unavailable ? `✗ ${unavailable} Choose another reseeding or generator.` : ""),
      );
      return;
    }
    const [before, after] = ["before", "after"].map((name) => bytes(get(name)));
    const shape = get("shape");
    const size = shape[0] * shape[1];
    let start = round * shown.batches.length * shown.batches[0].changes.length * size;
    const change = (batch, { turn, shift, group, ...moved }, index) => {
      const pixels = (all) => all.subarray(start, start + size);
      const [name, said] = [
        `${batch.name}, picture ${index + 1}`,
        `turned ${turn}, ${shift === "no shift" ? "not shifted" : `shifted ${shift}`}`,
      ];
      const item = h(
        "li",
        { class: `wl-changed ${equalClass(group)}` },
        h(
          "span",
          { class: "wl-pair" },
          picture(pixels(before), shape, name),
          h("span", { class: "wl-quiet", "aria-hidden": "true" }, "→"),
          picture(pixels(after), shape, `${name}, ${said}`, frame(shape, moved)),
        ),
        h(
          "span",
          { class: "wl-change" },
          group === null
            ? null
            : h("b", { class: "wl-letter", title: "equal changes carry the same letter" }, letter(group)),
          h("span", {}, turn),
          h("span", {}, shift),
        ),
      );
      start += size;
      return item;
    };
    const cards = shown.batches.map((batch) =>
      h(
        "li",
        { class: "wl-batch" },
        h(
          "span",
          { class: "wl-name" },
          h("b", {}, batch.name),
          h("span", { class: "wl-quiet" }, `whole from ${batch.worker}`),
        ),
        h(
          "ol",
          { "aria-label": `the pictures of ${batch.name}` },
          ...batch.changes.map((one, index) => change(batch, one, index)),
        ),
      ),
    );
    view.stage.replaceChildren(
      h("ol", { class: "wl-loader", "aria-label": `round ${round + 1}: one batch from each worker` }, ...cards),
    );
  }

  function drawChoices() {
    showGenerators(choose.select, get("generators"), get("generator"));
    reseedings.show(get("reseedings"), get("reseeding"));
    workers.show(get("workers"));
    busy.textContent = get("progress").message ?? "";
    busy.hidden = !busy.textContent;
  }

  set(view.root, {
    onkeydown: (event) => {
      if (event.target.closest?.("select, input") || event.ctrlKey || event.metaKey || event.altKey) return;
      const step = { ArrowLeft: -1, ArrowRight: 1 }[event.key];
      if (!step) return;
      event.preventDefault();
      seek(round + step);
    },
  });
  view.listen(["timeline", "shape", "before", "after"], () => seek(round));
  view.listen(
    ["generator", "generators", "reseeding", "reseedings", "workers", "max_workers", "progress", "error"],
    drawChoices,
  );
  drawChoices();
  seek(0);
  model.send({ view: 1 });
  return view.destroy;
}

/** The bytes of a trait, whichever kind of view of its buffer the host hands out. */
const bytes = (data) => new Uint8Array(data.buffer, data.byteOffset, data.byteLength);

export default { render };
