import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

const SUMS = "wl.Variants({'add': 'x = 1\\nx + 2', 'fail': 'x = 1\\nx / 0'}, notes={'fail': 'No number.'})";
const ROWS = "wl.Variants({'two': '[[0, 1], [2, 0]]', 'three': '[[0, 1, 2], [0]]'}, picture=True)";

/** The lines of the variant that is seen, those it changes marked. */
function listing(view) {
  return [...view.$(".wl-listing.wl-chosen").children].map(
    (line) => `${line.classList.contains("wl-changed") ? "+" : " "} ${line.textContent.replace("changed: ", "")}`,
  );
}

test("the code and what came out stand beside each other; the page sends the name of a variant, no code", async () => {
  const view = await mount(SUMS);
  assert.deepEqual(listing(view), ["  x = 1", "  x + 2"]);
  assert.equal(view.$(".wl-output").textContent, "3");
  const [add, fail] = view.$$("input[type=radio]");
  assert.ok(add.checked);
  fail.checked = true;
  view.fire(fail, "change");
  assert.deepEqual(view.model.saved.at(-1), { chosen: "fail", error: "" });
  assert.deepEqual(
    view.model.sent.map(({ content }) => content),
    [{ view: 1 }],
  );
  view.destroy();
});

test("a changed line is lit and named, and a failure shows its line", async () => {
  const view = await mount(SUMS);
  view.model.receive({ chosen: "fail", result: { text: "ZeroDivisionError: no", failed: true, line: 2 } });
  assert.deepEqual(listing(view), ["  x = 1", "+ x / 0"]);
  const lit = view.$(".wl-chosen .wl-changed");
  assert.equal(lit.querySelector(".wl-visually-hidden").textContent, "changed: ");
  assert.ok(lit.classList.contains("wl-failed") && view.$(".wl-output").classList.contains("wl-is-failure"));
  assert.equal(view.$(".wl-caption").textContent, "No number.");
  view.model.receive({ chosen: "add", result: { text: "3", failed: false, line: 0 } });
  assert.equal(view.$(".wl-failed"), null);
  assert.equal(view.$(".wl-caption").textContent, "");
  view.destroy();
});

test("while a variant runs it says so, and what is said later stands below the result", async () => {
  const view = await mount(SUMS);
  view.model.receive({ progress: { message: "running" } });
  assert.equal(view.$(".wl-busy").textContent, "running");
  view.model.receive({ progress: {}, said: "✓ right · 45 µs" });
  assert.equal(view.$(".wl-busy").textContent, "");
  assert.equal(view.$(".wl-said").textContent, "✓ right · 45 µs");
  view.destroy();
});

test("rows are drawn, and a value keeps its mark when they are cut elsewhere", async () => {
  const view = await mount(ROWS);
  const svg = view.$(".wl-result svg");
  assert.equal(svg.getAttribute("aria-label"), "2 rows of 2");
  const [one, two] = view.$$(".wl-ink rect");
  assert.equal(two.style.transform, "translate(0px, 140px) scale(140)"); // row 1, column 0
  assert.ok(view.$(".wl-output").hidden);
  const description = "1 row of 3, and a last one of 1";
  view.model.receive({
    result: { text: "", failed: false, line: 0, lengths: [3, 1], shades: [0, 127, 255, 0], description },
  });
  assert.deepEqual(view.$$(".wl-ink rect"), [one, two]);
  assert.match(two.style.transform, /^translate\(186\.6\d*px, 0px\)/); // row 0, column 2
  assert.equal(svg.getAttribute("aria-label"), description);
  assert.deepEqual(
    view.$$(".wl-sheet rect").map((row) => Math.round(Number(row.getAttribute("width")))),
    [280, 93],
  );
  assert.equal(view.$$(".wl-edge rect").length, 2);
  view.model.receive({ result: { text: "'no rows'", failed: false, line: 0 } });
  assert.ok(svg.hasAttribute("hidden") && !view.$(".wl-output").hidden);
  view.destroy();
});

test("before the first has run there is its code and no result", async () => {
  const view = await mount("wl.Variants({'a': '1', 'b': '2'}, run_first=False)");
  assert.deepEqual(listing(view), ["  1"]);
  assert.ok(view.$(".wl-output").hidden);
  assert.equal(view.$(".wl-result").textContent, "");
  view.destroy();
});

test("run again is there where it makes a difference, and start again always", async () => {
  const plain = await mount(SUMS);
  const [again, restart] = plain.$$("button");
  assert.ok(again.hidden && !restart.hidden);
  restart.click();
  assert.deepEqual(plain.model.sent.at(-1).content, { restart: true });
  plain.destroy();
  const view = await mount("wl.Variants({'a': '1', 'b': '2'}, repeat=True)");
  const [repeat] = view.$$("button");
  assert.equal(repeat.hidden, false);
  repeat.click();
  assert.deepEqual(view.model.sent.at(-1).content, { again: true });
  view.destroy();
});
