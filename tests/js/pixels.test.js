import assert from "node:assert/strict";
import { test } from "node:test";
import { mount as mountWidget } from "./harness.js";

const SLICE = "wl.PixelTable(index='4:15, 4:22')";
const SMALL = "wl.PixelTable([[0, 51, 255], [102, 0, 1]], name='a', index='0, 1')";

async function mount(expression, options) {
  const view = await mountWidget(expression, options);
  view.caption = () => view.$(".wl-caption").textContent;
  view.grey = (p) => view.$(`.wl-bitmap [data-p="${p}"]`);
  view.number = (p) => view.$(`td[data-p="${p}"]`);
  view.pointer = (target, type, init = {}) =>
    target.dispatchEvent(
      new view.window.PointerEvent(type, { bubbles: true, pointerType: "mouse", button: 0, buttons: 0, ...init }),
    );
  view.texts = () => view.$$("tbody td").map((cell) => cell.textContent);
  view.here = () => view.$$("td.wl-here").map((cell) => Number(cell.dataset.p));
  return view;
}

test("an image stands there twice, as numbers and as greys", async () => {
  const view = await mount(SMALL);
  assert.deepEqual(view.texts(), ["0", "51", "255", "102", "0", "1"]);
  assert.deepEqual(
    view.$$(".wl-bitmap .wl-ink rect").map((rect) => Number(rect.getAttribute("fill-opacity"))),
    [0, 0.2, 1, 0.4, 0, 0.0039],
  );
  assert.equal(view.caption(), "a[0, 1] is 51 (0.2 on the scale 0–1). ");
  assert.deepEqual(view.here(), [1]);
  view.destroy();
});

test("the pointer over either lights up the other, sends nothing, and lets go", async () => {
  const view = await mount(SMALL);
  view.pointer(view.grey(3), "pointerover");
  assert.deepEqual(view.here(), [3]);
  assert.match(view.caption(), /^a\[1, 0\] is 102/);
  view.pointer(view.number(5), "pointerover");
  assert.deepEqual(view.here(), [5]);
  assert.equal(view.$(".wl-pixel").getAttribute("x"), String(2 * 28 - 1));
  view.pointer(view.$("table"), "pointerleave");
  assert.deepEqual(view.here(), [1]);
  assert.deepEqual(view.model.saved, []);
  view.destroy();
});

test("keys walk in the picture and in the table, and stop at their edges", async () => {
  const view = await mount(SMALL);
  for (const place of [".wl-bitmap", "table"]) {
    view.model.receive({ row: 0, column: 1 });
    const seen = ["ArrowRight", "ArrowRight", "ArrowDown", "Home", "PageUp"].map((key) => {
      view.key(view.$(place), key);
      return view.here()[0];
    });
    assert.deepEqual(seen, [2, 2, 5, 3, 0]);
    assert.equal(view.$("table").getAttribute("aria-activedescendant"), view.number(0).id);
  }
  view.destroy();
});

test("with Shift, keys mark a slice from where they began", async () => {
  const view = await mount(SMALL);
  view.key(view.$("table"), "ArrowRight", { shiftKey: true });
  view.key(view.$("table"), "ArrowDown", { shiftKey: true });
  assert.deepEqual(view.model.saved.at(-1), { row: 1, column: 2, mark: "slice", slice: "0:2, 1:3" });
  view.destroy();
});

/** The slices and pixels that are saved as keys are pressed with Shift, before the kernel answers. */
function shifted(view, keys) {
  return keys.map((key) => {
    view.key(view.$("table"), key, { shiftKey: true });
    const { slice, row, column } = view.model.saved.at(-1);
    return `${slice} at ${row}, ${column}`;
  });
}

test("with Shift, keys move the edge of the slice that there is, and move it back", async () => {
  const view = await mount("wl.PixelTable(index='4:15, 4:22', cropped=True)");
  assert.deepEqual([view.model.state.row, view.model.state.column], [9, 13]); // within
  assert.deepEqual(shifted(view, ["ArrowRight", "ArrowRight", "ArrowLeft", "ArrowUp", "ArrowDown", "PageDown"]), [
    "4:15, 4:23 at 9, 22",
    "4:15, 4:24 at 9, 23",
    "4:15, 4:23 at 9, 22",
    "3:15, 4:23 at 3, 22",
    "4:15, 4:23 at 4, 22",
    "14:28, 4:23 at 27, 22",
  ]);
  view.model.receive({ mark: "slice", slice: "4:6, 4:5", row: 4, column: 4 });
  view.model.receive({ selection: { index: "4:6, 4:5", kind: "slice", rows: [4, 5], columns: [4], sentence: "" } });
  view.key(view.$("table"), "ArrowDown");
  assert.deepEqual(view.here(), [5 * 28 + 4]); // it walks inside
  assert.deepEqual(shifted(view, ["ArrowUp", "ArrowUp", "ArrowUp", "ArrowLeft", "Home"]), [
    "4:5, 4:5 at 4, 4",
    "3:5, 4:5 at 3, 4",
    "2:5, 4:5 at 2, 4",
    "2:5, 3:5 at 2, 3",
    "2:5, 0:5 at 2, 0",
  ]); // and gets out of the smallest
  view.destroy();
});

test("with Shift, keys grow a row, start anew outside, and stop at the edges of the image", async () => {
  const view = await mount("wl.PixelTable(index='10')");
  assert.deepEqual(shifted(view, ["ArrowDown"]), ["10:12, 0:28 at 11, 14"]);
  view.model.receive({ row: 0, column: 27 });
  assert.deepEqual(shifted(view, ["ArrowRight", "ArrowUp", "ArrowDown"]), [
    "0:1, 27:28 at 0, 27",
    "0:1, 27:28 at 0, 27",
    "0:2, 27:28 at 1, 27",
  ]);
  view.destroy();
});

test("a drag marks a slice, in the picture and in the table; a click pins a pixel", async () => {
  const view = await mount(SMALL);
  view.pointer(view.grey(5), "pointerdown", { buttons: 1 });
  assert.deepEqual(view.model.saved.at(-1), { row: 1, column: 2 });
  view.pointer(view.grey(1), "pointermove", { buttons: 1 });
  assert.deepEqual(view.model.saved.at(-1), { row: 0, column: 1, mark: "slice", slice: "0:2, 1:3" });
  view.pointer(view.grey(1), "pointerup");
  view.pointer(view.grey(0), "pointermove");
  assert.equal(view.model.saved.at(-1).slice, "0:2, 1:3");

  view.pointer(view.number(0), "pointerdown", { buttons: 1 });
  view.pointer(view.number(4), "pointerover", { buttons: 1 });
  assert.equal(view.model.saved.at(-1).slice, "0:2, 0:2");
  view.destroy();
});

test("what is marked has an outline in the picture and edges in the table", async () => {
  const view = await mount(SLICE);
  const outline = view.$(".wl-outline-slice");
  assert.deepEqual(
    ["x", "y", "width", "height"].map((name) => Number(outline.getAttribute(name)) / 12),
    [4, 4, 18, 11],
  );
  const corner = view.number(4 * 28 + 4).classList;
  assert.ok(corner.contains("wl-edge-top") && corner.contains("wl-edge-left") && !corner.contains("wl-edge-right"));
  assert.equal(view.$$("td[aria-selected=true]").length, 11 * 18);
  assert.equal(view.$(".wl-index").value, "im3[4:15, 4:22]");
  assert.match(view.caption(), /im3\[4:15, 4:22\] takes rows 4 to 14 and columns 4 to 21: 11 × 18 numbers/);
  view.model.receive({ selection: { index: "::9", kind: "slice", rows: [0, 9], columns: [0, 1, 3], sentence: "" } });
  assert.equal(view.$$(".wl-outline").length, 4);
  view.destroy();
});

test("the table of a slice alone: keys stay in it", async () => {
  const view = await mount("wl.PixelTable(index='4:15, 4:22', cropped=True)");
  assert.equal(view.texts().length, 11 * 18);
  view.model.receive({ row: 4, column: 21 });
  view.key(view.$("table"), "ArrowRight");
  assert.deepEqual(view.here(), [4 * 28 + 21]);
  view.key(view.$("table"), "PageDown");
  assert.deepEqual(view.here(), [14 * 28 + 21]);
  view.model.receive({ row: 0, column: 0 });
  view.key(view.$(".wl-bitmap"), "ArrowRight");
  assert.deepEqual(view.here(), [4 * 28 + 4]);
  view.destroy();
});

test("the other scale writes the same pixels anew", async () => {
  const view = await mount(SMALL);
  const [, share] = view.$$('input[type="radio"]').filter(({ value }) => value.startsWith("0"));
  share.checked = true;
  view.fire(share, "change");
  assert.deepEqual(view.model.saved.at(-1), { scale: "0–1" });
  assert.deepEqual(view.texts(), ["0", "0.20", "1", "0.40", "0", "0.00"]);
  assert.equal(view.caption(), "a[0, 1] is 0.2 (51 on the scale 0–255). ");
  view.destroy();
});

test("an index is typed; what was refused stands in the error and not in the field", async () => {
  const view = await mount(SLICE);
  const field = view.$(".wl-index");
  field.value = "im3[99]";
  view.fire(field, "change");
  assert.deepEqual(view.model.sent.at(-1).content, { index: "im3[99]" });
  view.model.receive({ error: "there is no row 99" });
  assert.equal(field.value, "im3[4:15, 4:22]");
  view.destroy();
});
