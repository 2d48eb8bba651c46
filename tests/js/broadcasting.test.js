import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, stateOf } from "./harness.js";

const COLUMN = "wl.BroadcastExplorer(preset='column')"; // m + c[:, None]
const CLASH = "wl.BroadcastExplorer(preset='clash')"; // p (3, 2) + c (3,)

const panelsOf = (view) =>
  view.$$("figure").map((figure) => [...figure.querySelectorAll(".wl-cell")].sort((a, b) => a.dataset.p - b.dataset.p));
const texts = (cells) => cells.map((cell) => cell.textContent);
const lit = (cells) => cells.flatMap((cell, p) => (cell.classList.contains("wl-on") ? [p] : []));
const over = (view, cell) => cell.dispatchEvent(new view.window.PointerEvent("pointerover", { bubbles: true }));

test("the shapes are lined up at the right, with a verdict for each axis", async () => {
  const view = await mount("wl.BroadcastExplorer((2, 3, 3), (3,))");
  const rows = view.$$("tbody tr").map((row) => [...row.querySelectorAll(".wl-size")].map((cell) => cell.textContent));
  assert.deepEqual(rows, [
    ["2", "3", "3"],
    ["1 → 2", "1 → 3", "3"],
  ]);
  assert.deepEqual([...view.$(".wl-verdicts").children].map((cell) => cell.textContent).filter(Boolean), [
    "+ padded",
    "+ padded",
    "= equal",
  ]);
  assert.deepEqual(
    view.$$(".wl-rules li .wl-mono").map((axis) => axis.textContent),
    ["axis −1", "axis −2", "axis −3"],
  );
  assert.equal(view.$(".wl-result th").textContent, "a + b(2, 3, 3)");
  view.destroy();
});

test("stretched operands are real cells and ghosts, with an arrow along the axis", async () => {
  const view = await mount(COLUMN);
  const [m, c, result] = panelsOf(view);
  assert.deepEqual(texts(c), ["10", "10", "10", "20", "20", "20", "30", "30", "30"]);
  assert.deepEqual(
    c.map((cell) => cell.classList.contains("wl-ghost")),
    [false, true, true, false, true, true, false, true, true],
  );
  assert.ok(!m.some((cell) => cell.classList.contains("wl-ghost")));
  assert.deepEqual(texts(result), ["11", "12", "13", "24", "25", "26", "37", "38", "39"]);
  assert.deepEqual(
    view.$$(".wl-arrow").map((arrow) => arrow.getAttribute("class")),
    ["wl-arrow wl-j"],
  );
  view.destroy();
});

test("a result cell lights what made it and writes the equation, without kernel or redrawing", async () => {
  const view = await mount(COLUMN);
  const [m, c, result] = panelsOf(view);
  over(view, result[5]);
  assert.deepEqual([lit(m), lit(c), lit(result)], [[5], [3, 5], [5]]);
  assert.equal(view.$(".wl-caption").textContent, "(m + c[:, None])[1, 2] = m[1, 2] + c[1] = 6 + 20 = 26");
  assert.equal(view.$(".wl-caption .wl-i").textContent, "1"); // rows in the colour of i
  assert.deepEqual(
    [...view.$$("text.wl-at")].map((label) => label.textContent),
    ["2", "1", "2", "1", "2", "1"],
  );
  assert.ok(
    panelsOf(view)
      .flat()
      .every((cell, at) => cell === [m, c, result].flat()[at]),
  );
  assert.deepEqual([view.model.sent, view.model.saved], [[], []]);
  view.$$("figure")[2].dispatchEvent(new view.window.PointerEvent("pointerleave", {}));
  assert.deepEqual(lit([...m, ...c, ...result]), []);
  assert.match(view.$(".wl-caption").textContent, /is stretched/);
  view.destroy();
});

test("an operand's cell lights the one number it is, all its ghosts, and every result it takes part in", async () => {
  const view = await mount(COLUMN);
  const [m, c, result] = panelsOf(view);
  over(view, c[7]);
  assert.deepEqual([lit(m), lit(c), lit(result)], [[], [6, 7, 8], [6, 7, 8]]);
  assert.ok(c[6].classList.contains("wl-source"));
  assert.equal(view.$(".wl-caption").textContent, "c[2] is 30, one number in memory; it takes part in 3 results.");
  view.destroy();
});

test("comparisons and scalars are put in words", async () => {
  const view = await mount("wl.BroadcastExplorer(preset='scalar')");
  const [, , result] = panelsOf(view);
  over(view, result[2]);
  assert.equal(view.$(".wl-caption").textContent, "(a > 0)[2] is a[2] > 0: (−4) > 0 is False.");
  assert.deepEqual(
    result.map((cell) => cell.classList.contains("wl-true")),
    [true, true, false],
  );
  view.destroy();
});

test("arrow keys walk the cells of a panel: one tab stop each, the name moves along", async () => {
  const view = await mount(COLUMN);
  const [, , result] = panelsOf(view);
  const stops = () => view.$$("figure [tabindex='0']");
  assert.equal(stops().length, 3);
  result[0].focus();
  view.key(result[0], "ArrowDown");
  view.key(result[3], "ArrowRight");
  view.key(result[4], "ArrowRight");
  view.key(result[5], "ArrowRight"); // the edge
  assert.equal(view.window.document.activeElement.dataset.p, "5");
  assert.equal(stops().length, 3);
  assert.equal(result[5].getAttribute("aria-label"), "(m + c[:, None])[1, 2] = m[1, 2] + c[1] = 6 + 20 = 26");
  assert.equal(view.$(".wl-caption").textContent, result[5].getAttribute("aria-label"));
  view.destroy();
});

test("arrow keys cross from facet to facet", async () => {
  const view = await mount("wl.BroadcastExplorer((2, 2, 2), (2,))");
  const [, , result] = panelsOf(view);
  result[0].focus();
  const walk = ["ArrowRight", "ArrowRight", "ArrowDown", "ArrowLeft"].map((key) => {
    view.key(view.window.document.activeElement, key);
    return view.window.document.activeElement.dataset.p;
  });
  assert.deepEqual(walk, ["1", "4", "6", "3"]);
  view.destroy();
});

test("a clash marks its column, shows what is missing, and offers repairs as buttons", async () => {
  const view = await mount(CLASH);
  assert.deepEqual(
    view.$$("tbody td.wl-clash").map((cell) => cell.textContent),
    ["2", "3"],
  );
  assert.equal(view.$(".wl-verdicts .wl-clash").textContent, "✗ clash");
  const [p] = panelsOf(view);
  assert.equal(p.filter((cell) => cell.classList.contains("wl-hole")).length, 3);
  over(view, p[2]);
  assert.equal(view.$(".wl-caption").textContent, "p has no element here: its shape is (3, 2).");
  const repairs = view.$$(".wl-repairs button");
  assert.deepEqual(
    repairs.map((button) => button.textContent),
    ["c[:, None]", "p.t()"],
  );
  repairs[1].click();
  assert.deepEqual(
    view.model.sent.map(({ content }) => content),
    [{ repair: 1 }],
  );
  view.destroy();
});

test("a typed shape is sent with the others; what could not be read stays in its field", async () => {
  const view = await mount(COLUMN);
  const [, field] = view.$$("tbody input");
  field.value = "3,,x";
  view.fire(field, "change");
  assert.deepEqual(view.model.saved, [{ shapes: ["3, 3", "3,,x"] }]);
  view.model.receive({ invalid_operands: [1], error: "c: a size is missing" });
  assert.equal(field.value, "3,,x");
  assert.equal(field.getAttribute("aria-invalid"), "true");
  assert.deepEqual(texts(panelsOf(view)[2])[0], "11");
  view.destroy();
});

test("a new picture keeps the fields and their focus", async () => {
  const view = await mount(COLUMN);
  const [, field] = view.$$("tbody input");
  field.focus();
  const { picture, shapes } = stateOf(CLASH);
  view.model.receive({ shapes, picture });
  assert.equal(view.window.document.activeElement, field);
  assert.equal(field.value, "3");
  assert.equal(view.$$("tbody tr").length, 2);
  const three = stateOf("wl.BroadcastExplorer((3,), (3,), (3, 1))");
  view.model.receive({ shapes: three.shapes, picture: three.picture });
  assert.equal(view.$$("tbody tr").length, 3);
  assert.deepEqual(
    view.$$(".wl-end button").map((button) => button.hidden),
    [false, false, false],
  );
  view.$$(".wl-end button")[2].click();
  assert.deepEqual(view.model.sent.at(-1).content, { remove: 2 });
  view.destroy();
});

test("a button that is greyed or goes away hands its focus on", async () => {
  const view = await mount("wl.BroadcastExplorer((3,), (3,), (3,))");
  const focused = () => view.window.document.activeElement;
  const add = view.$(".wl-lined-up > button");
  view.$$(".wl-end button")[2].focus();
  const { picture, shapes } = stateOf(COLUMN);
  view.model.receive({ shapes, picture }); // the row is removed
  assert.equal(focused(), add);
  const four = stateOf("wl.BroadcastExplorer((3,), (3,), (3,), (3,))");
  view.model.receive({ shapes: four.shapes, picture: four.picture }); // no room for a fifth
  assert.ok(add.disabled);
  assert.equal(focused(), view.$$("tbody input")[0]);
  view.destroy();
});

test("operators, examples and starting again are sent; the view shows what the kernel answers", async () => {
  const view = await mount(COLUMN);
  view.$("input[value='*']").click();
  assert.deepEqual(view.model.saved.at(-1), { operator: "*" });
  const select = view.$("select");
  select.value = "outer";
  view.fire(select, "change");
  assert.deepEqual(view.model.saved.at(-1), { preset: "outer" });
  view.$("[aria-label='start again']").click();
  assert.deepEqual(view.model.sent.at(-1).content, { restart: true });
  view.model.receive({ preset: "", operator: "<" });
  assert.equal(select.value, "");
  assert.equal(view.$("input[value='<']").checked, true);
  view.destroy();
});

test("large arrays are drawn in part, with true indices and dots", async () => {
  const view = await mount("wl.BroadcastExplorer((784, 1), (784, 10))");
  const labels = [...view.$$("figure")[2].querySelectorAll("text.wl-i")].map((label) => label.textContent);
  assert.deepEqual(labels, ["0", "1", "2", "3", "783"]);
  assert.ok(view.el.textContent.includes("⋮"));
  assert.ok(view.$(".wl-caption").textContent.includes("5 of 784 rows"));
  view.destroy();
});

// ---- pictures ----

const IMAGE = "wl.BroadcastExplorer(preset='image')"; // image (256, 256, 3) times scale (3,)

test("a picture is drawn as a picture, and three numbers are sliders whose result comes from the kernel", async () => {
  const view = await mount(IMAGE);
  assert.equal(view.$$(".wl-cell").length, 0);
  const [image, result] = view.$$("img");
  assert.match(image.src, /^data:image\/png/);
  assert.equal(result.src, view.model.state.result_image);
  const sliders = view.$$(".wl-levels input");
  assert.deepEqual(
    sliders.map((slider) => slider.getAttribute("aria-label")),
    ["scale: red", "scale: green", "scale: blue"],
  );
  const move = (slider, at) => {
    slider.value = String(at);
    view.fire(slider, "input");
  };
  move(sliders[0], 0);
  move(sliders[2], 40);
  assert.deepEqual(view.model.saved, [{ levels: { scale: [0, 0.5, 0.25] } }, { levels: { scale: [0, 0.5, 1] } }]);
  view.model.receive({ result_image: "data:image/png;base64,AAAA", at_pixel: "Row 1, column 2: `0` = `0`." });
  assert.equal(result.src, "data:image/png;base64,AAAA");
  assert.match(view.$(".wl-caption").textContent, /^Row 1, column 2: 0 = 0\. scale is stretched/);
  assert.equal(view.$$(".wl-levels input")[0], sliders[0], "nothing is drawn anew under the hand");
  view.destroy();
});

test("a pixel is looked at by arrow keys, and marked in every picture", async () => {
  const view = await mount(IMAGE);
  const place = view.$("[role=application]");
  assert.match(place.getAttribute("aria-label"), /^image \* scale\. Row 128, column 85: /);
  const marks = () => view.$$(".wl-pixel").map((mark) => mark.style.top);
  assert.equal(new Set(marks()).size, 1);
  view.key(place, "ArrowDown");
  assert.deepEqual(view.model.saved.at(-1), { pixel: [136, 85] });
  for (let press = 0; press < 40; press++) view.key(place, "ArrowLeft");
  assert.deepEqual(view.model.saved.at(-1), { pixel: [136, 0] });
  assert.deepEqual(marks(), Array(2).fill(`${(100 * 136.5) / 256}%`));
  view.destroy();
});

test("a clash of pictures shows no result and no pixel, its repairs stand with the drawing", async () => {
  const view = await mount("wl.BroadcastExplorer((256, 256, 3), (256,), operator='*')");
  assert.equal(view.$(".wl-none").textContent, "✗ no result");
  assert.ok(view.$$(".wl-pixel").every((mark) => mark.hidden));
  assert.ok(view.$(".wl-stage .wl-repairs"));
  view.$(".wl-repairs button").click();
  assert.deepEqual(view.model.sent.at(-1).content, { repair: 0 });
  const repaired = stateOf("wl.BroadcastExplorer((256, 256, 3), (256, 1), operator='*')");
  view.model.receive({ picture: repaired.picture, result_image: repaired.result_image, at_pixel: repaired.at_pixel });
  assert.equal(view.$$(".wl-stretched").length, 1);
  assert.equal(view.$("[role=application] img").src, repaired.result_image);
  view.destroy();
});
