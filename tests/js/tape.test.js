import assert from "node:assert/strict";
import { test } from "node:test";
import { drawTape } from "../../widgets_lib/widgets/tape/cells.js";
import { fitting, layOut, measures, windowOn } from "../../widgets_lib/widgets/tape/layout.js";
import { mount as mountWidget } from "./harness.js";

const TEN = "wl.IteratorTape()";
const ONE = `(lambda w: (w.set_trait("presses", [("islice", "it", 5)]), w)[1])(wl.IteratorTape())`;
const PRESSES = [
  ["islice", "it", 5],
  ["same", "same", "it"],
  ["islice", "same", 5],
  ["islice", "it", 5],
  ["iter", "other"],
  ["next", "other"],
];
const PRESSED = `(lambda w: (w.set_trait("presses", ${JSON.stringify(PRESSES)}), w)[1])(wl.IteratorTape())`;
const DIGIT = `wl.IteratorTape(__import__("widgets_lib.compute.mnist").compute.mnist.load().x_train[0], take=28)`;
const RUN = `(lambda w: (w.set_trait("presses", [("until", "it", 28)]), w)[1])(${DIGIT})`;

/** Where the dashed frame on the tape begins and ends. */
function previewed(view) {
  const corners = view
    .$("path.wl-preview")
    ?.getAttribute("d")
    .match(/^M([\d.]+) \S+H([\d.]+)/);
  return corners ? [Number(corners[1]), Number(corners[2])] : null;
}

/** Mounts with a stand-in for Element.animate, which happy-dom lacks; `animations` are those started. */
async function mount(expression, options) {
  const view = await mountWidget(expression, options);
  view.animations = [];
  view.window.Element.prototype.animate = function (frames, timing) {
    const animation = { element: this, frames, timing, cancel: () => (animation.cancelled = true) };
    view.animations.push(animation);
    return animation;
  };
  view.step = (key) => view.key(view.$(".wl-player input"), key);
  view.rows = () =>
    view.$$(".wl-taken").map((row) => [...row.querySelectorAll("text")].map((text) => text.textContent).join(" "));
  view.heads = () => view.$$("g.wl-head text").map((text) => text.textContent);
  view.now = () => view.$(".wl-now").textContent;
  view.presses = () => view.$$(".wl-press").map((button) => button.textContent);
  view.button = (code) => view.$$("button").find((button) => button.textContent === code);
  return view;
}

test("opens at the first value, nothing taken: ten values, and a dashed frame around the next take", async () => {
  const view = await mount(TEN);
  assert.equal(view.now(), ">>> it = iter(values)");
  assert.deepEqual(
    view.$$("svg > .wl-cell text").map((text) => text.textContent),
    [..."0123456789"],
  );
  assert.deepEqual(view.rows(), []);
  assert.ok(
    [...view.$$(".wl-player button, .wl-player input")].every((control) => control.closest("fieldset").disabled),
    "nothing to step through",
  );
  assert.deepEqual(previewed(view), [32.5, 211.5], "cells 0 … 4 of 36");
  view.destroy();
});

test("the frame follows the number typed and the name chosen, and is gone at the end of the tape", async () => {
  const view = await mount(PRESSED);
  assert.deepEqual(previewed(view), null, "it stands at the end");
  view.$("input[value=other]").click();
  assert.deepEqual(previewed(view), [68.5, 247.5], "other has given one");
  const field = view.$("[aria-label='how many to take']");
  for (const [typed, frame] of [
    ["2", [68.5, 139.5]],
    ["2x", null],
    ["0", null],
    ["99", [68.5, 391.5]],
  ]) {
    field.value = typed;
    view.fire(field, "input");
    assert.deepEqual(previewed(view), frame, typed);
  }
  view.step("Home");
  assert.deepEqual(previewed(view), [32.5, 391.5], "other is not there yet, so it is it's");
  view.destroy();
});

test("784 values open with numbers where there is no ink, all ink on the whole tape, and takes", async () => {
  const view = await mount(DIGIT);
  const { grey } = view.model.state.picture;
  const window = view.$$("svg > g > .wl-ink").length;
  assert.ok(window >= 28 && grey.slice(0, window).every((share) => share === 0));
  assert.ok(
    view
      .$$("svg > g > text")
      .slice(0, window)
      .every((text) => text.textContent === "0"),
  );
  assert.equal(view.$$("svg > .wl-ink").length, grey.filter((share) => share).length);
  assert.equal(view.$$("rect.wl-preview").length, 28);
  const { picture } = view.model.state;
  const digits = (room) => {
    const drawn = drawTape(picture, picture.moments[0], layOut(picture, 0, measures(picture, room, 28), room, null));
    return drawn.flatMap((node) => [...node.querySelectorAll("text")]).length;
  };
  assert.ok(digits(640) >= 28);
  assert.equal(digits(336), 0); // on a phone they would touch
  assert.match(view.$(".wl-caption").textContent, /784 values: 0\.0 is paper, 0\.99609375 is ink/);
  view.destroy();
});

test("a press: its values lit on the tape and taken to a row, its code and result in the transcript", async () => {
  const view = await mount(ONE);
  assert.equal(view.now(), ">>> list(islice(it, 5))[0, 1, 2, 3, 4]");
  assert.deepEqual(view.rows(), ["0 1 2 3 4"]);
  assert.equal(view.$$("svg > .wl-cell.wl-on").length, 5);
  assert.deepEqual(view.heads(), ["it"]);
  assert.match(view.$(".wl-board svg").getAttribute("aria-label"), /it: bookmark at 5/);
  assert.equal(view.$(".wl-caption").textContent, "The next 5; the bookmark moves on by 5. Taken so far: 1 row of 5.");
  view.destroy();
});

test("every press is stepped through there and back, without the kernel", async () => {
  const view = await mount(PRESSED);
  const moments = [
    [[], ["it"]],
    [["0 1 2 3 4"], ["it"]],
    [["0 1 2 3 4"], ["it, same"]],
    [["0 1 2 3 4", "5 6 7 8 9"], ["it, same"]],
    [["0 1 2 3 4", "5 6 7 8 9", "[ ]"], ["it, same"]],
    [
      ["0 1 2 3 4", "5 6 7 8 9", "[ ]"],
      ["it, same", "other"],
    ],
    [
      ["0 1 2 3 4", "5 6 7 8 9", "[ ]", "0"],
      ["it, same", "other"],
    ],
  ];
  for (let at = 6; at >= 0; at--, view.step("ArrowLeft"))
    assert.deepEqual([view.rows(), view.heads()], moments[at], `back at ${at}`);
  view.step("Home");
  for (let at = 0; at <= 6; at++, view.step("ArrowRight"))
    assert.deepEqual([view.rows(), view.heads()], moments[at], `press ${at}`);
  assert.deepEqual(view.model.sent, []);
  assert.equal(view.$$(".wl-later").length, 0);
  view.destroy();
});

test("buttons are the code they run, through the name and for the number that are chosen", async () => {
  const view = await mount(PRESSED);
  assert.deepEqual(view.presses(), [
    "next(it)",
    "list(islice(it, 5))",
    "list(iter(lambda: list(islice(it, 5)), []))",
    "same = it",
    "other = iter(values)",
  ]);
  view.$("input[value=same]").click();
  const field = view.$("[aria-label='how many to take']");
  field.value = "3";
  view.fire(field, "input");
  for (const code of [
    "next(same)",
    "list(islice(same, 3))",
    "list(iter(lambda: list(islice(same, 3)), []))",
    "same = it",
    "other = iter(values)",
  ])
    view.button(code).click();
  assert.deepEqual(
    view.model.sent.map(({ content }) => content),
    [
      { press: ["next", "same"] },
      { press: ["islice", "same", "3"] },
      { press: ["until", "same", "3"] },
      { press: ["same", "same", "it"] },
      { press: ["iter", "other"] },
    ],
  );
  view.$("input[value=other]").click();
  assert.equal(view.presses()[3], "same = other");
  view.step("Home");
  assert.equal(view.presses()[0], "next(it)", "other is not there yet");
  assert.equal(view.$("input[value=other]").disabled, true);
  view.destroy();
});

test("a press after stepping back says from where; the next does not, even before the kernel answers", async () => {
  const view = await mount(PRESSED);
  view.step("Home");
  view.step("ArrowRight");
  view.button("next(it)").click();
  view.button("next(it)").click();
  assert.deepEqual(
    view.model.sent.map(({ content }) => content.after),
    [1, undefined],
  );
  view.model.receive({ error: "no" });
  view.button("next(it)").click();
  assert.equal(view.model.sent.at(-1).content.after, 1, "the one before was refused");
  view.destroy();
});

test("what was pressed is shown at once, and its values travel from the tape to their row", async () => {
  const view = await mount(ONE);
  const { picture } = view.model.state;
  const press = {
    ...picture.moments[1],
    spans: [[5, 10]],
    result: "[5, 6, 7, 8, 9]",
    heads: [{ number: 0, position: 10, names: ["it"] }],
  };
  view.model.receive({ picture: { ...picture, moments: [...picture.moments, press] } });
  assert.equal(view.now(), ">>> list(islice(it, 5))[5, 6, 7, 8, 9]");
  assert.deepEqual(view.rows(), ["0 1 2 3 4", "5 6 7 8 9"]);
  const [row, head] = view.animations;
  assert.equal(row.element, view.$$(".wl-taken")[1]);
  assert.match(row.frames[0].transform, /^translate\(212px, \d+px\)$/, "cell 5 stands at 32 + 5·36");
  assert.ok(head.element.classList.contains("wl-head"));
  view.step("ArrowLeft");
  assert.ok(view.animations.every((animation) => animation.cancelled));
  assert.equal(view.animations.length, 2, "nothing travels on the way back");
  globalThis.matchMedia = () => ({ matches: true });
  view.step("ArrowRight");
  assert.equal(view.animations.length, 2, "nor where reduced motion was asked for");
  view.destroy();
});

test("a run to the sentinel takes every row, the last one empty; 784 values become the digit", async () => {
  const view = await mount(RUN);
  const rows = view.$$(".wl-taken");
  assert.equal(rows.length, 29);
  const pixels = rows.flatMap((row) =>
    [...row.querySelectorAll(".wl-ink")].map((pixel) => Number(pixel.getAttribute("fill-opacity"))),
  );
  assert.deepEqual(pixels, view.model.state.picture.grey);
  assert.equal(rows.at(-1).textContent, "[ ]");
  assert.equal(view.$$(".wl-read").length, 28);
  assert.match(view.$$(".wl-ink title").at(-1).textContent, /^values\[783\] = 0\.0$/);
  view.destroy();
});

test("next at the end raises: StopIteration in the transcript, and no row", async () => {
  const view = await mount(
    `(lambda w: (w.set_trait("presses", [("islice", "it", 5), ("next", "it")]), w)[1])(wl.IteratorTape([]))`,
  );
  view.step("ArrowLeft");
  assert.deepEqual(view.rows(), ["[ ]"]);
  view.step("ArrowRight");
  assert.equal(view.$(".wl-raised").textContent, "StopIteration");
  assert.deepEqual(view.rows(), ["[ ]"]);
  view.destroy();
});

test("what is typed is sent, what was refused is taken back by Start again", async () => {
  const view = await mount(ONE);
  const field = view.$("[aria-label='how many to take']");
  field.value = "abc";
  view.fire(field, "change");
  assert.deepEqual(view.model.sent.at(-1).content, { take: "abc" });
  view.$("[aria-label='Start again']").click();
  assert.deepEqual(view.model.sent.at(-1).content, { restart: true });
  assert.equal(field.value, "5");
  assert.equal(view.$(".wl-player output").textContent, "0 / 1", "where the answer will be");
  view.model.receive({ take: 7 });
  assert.equal(field.value, "7");
  view.destroy();
});

test("two strips are explained until something is pressed, and one needs no words", async () => {
  const caption = (view) => view.$(".wl-caption").textContent;
  const long = await mount("wl.IteratorTape(list(range(784)), take=28)");
  assert.match(caption(long), / Above is the part around the bookmark, below the whole tape\.$/);
  long.destroy();
  const short = await mount("wl.IteratorTape([1, 2, 3], take=2)");
  assert.equal(
    caption(short),
    "The iterator stands at the first value, and nothing has been taken yet. " +
      "The dashed frame is what the next take will bring.",
  );
  short.destroy();
});

test("the window keeps still while it shows what was read, and follows the head", () => {
  assert.equal(fitting(464, 36, 10), 10, "no more than there are");
  assert.equal(fitting(264, 36, 10), 5);
  assert.equal(windowOn(null, 0, 5, 10, 10), 0);
  assert.equal(windowOn(0, 28, 40, 45, 784), 0);
  const at = windowOn(0, 28, 56, 45, 784);
  assert.ok(at <= 28 && 56 <= at + 45);
  assert.equal(windowOn(at, 784, 784, 45, 784), 784 - 45);
  assert.equal(windowOn(0, 0, 100, 45, 784), 55, "a longer stretch: its end");
});

test("cells shrink where that shows the whole tape, or else the longest row; never under their text", () => {
  const of = (text, count, width, { take = 0, row = 0, grey = null } = {}) =>
    measures({ texts: Array(count).fill(text), grey, moments: [{ spans: [[0, row]] }] }, width, take).wide;
  assert.deepEqual(
    [of("0.988", 10, 1000), of("0.988", 10, 550), of("0.988", 10, 500)],
    [52, 48, 44],
    "ten, ten, and no room for ten",
  );
  assert.deepEqual(
    [of("0.988", 10, 312, { take: 5 }), of("0.988", 10, 312, { row: 5 }), of("0.988", 10, 312, { take: 9, row: 5 })],
    [49, 49, 49],
  );
  assert.deepEqual([of("0.988", 10, 312, { take: 9 }), of("0", 10, 312)], [44, 24]);
  const pixels = (row, width) => of("0", 784, width, { row, take: row, grey: [] });
  assert.deepEqual([pixels(28, 1000), pixels(28, 312), pixels(500, 312)], [12, 8, 6]);
});
