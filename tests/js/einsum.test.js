import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, stateOf } from "./harness.js";

const MATMUL = "wl.EinsumExplorer()"; // ik,kj->ij on (3, 4) and (4, 2)

const panelsOf = (view) => view.$$("figure").map((figure) => [...figure.querySelectorAll(".wl-cell")]);
const lit = (cells, name) => cells.flatMap((cell, p) => (cell.classList.contains(`wl-${name}`) ? [p] : []));
const over = (view, cell) => cell.dispatchEvent(new view.window.PointerEvent("pointerover", { bubbles: true }));
const caption = (view) => view.$(".wl-caption").textContent;
const tile = (view, group, letter) => view.$(`${group} .wl-tile[data-letter=${letter}]`);
const field = (view, pane) => view.$(`.wl-pane-${pane} textarea`);
const type = (view, pane, text) => {
  field(view, pane).value = text;
  view.fire(field(view, pane), "input");
};
const messages = (view) => view.model.sent.map(({ content }) => content);
const pause = (ms) => new Promise((done) => setTimeout(done, ms));

test("operands and result have letters on their axes, in their colours", async () => {
  const view = await mount(MATMUL);
  const axes = view
    .$$("figure")
    .map((figure) =>
      [...figure.querySelectorAll(".wl-axis")].map((axis) => [axis.textContent, axis.parentNode.getAttribute("class")]),
    );
  assert.deepEqual(axes, [
    [
      ["k", "wl-k"],
      ["i", "wl-i"],
    ],
    [
      ["j", "wl-j"],
      ["k", "wl-k"],
    ],
    [
      ["j", "wl-j"],
      ["i", "wl-i"],
    ],
  ]);
  assert.deepEqual(
    view.$$(".wl-controls .wl-tile").map((each) => each.textContent),
    ["i→ kept", "j→ kept", "k∑ summed"],
  );
  view.destroy();
});

test("a cell of the result lights what makes it and is written out, without the kernel", async () => {
  const view = await mount(MATMUL);
  const [a, b, c] = panelsOf(view);
  assert.deepEqual([lit(a, "on-k"), lit(b, "on-k"), lit(c, "on")], [[0, 1, 2, 3], [1, 3, 5, 7], [1]]); // at first
  over(view, c[4]);
  assert.deepEqual([lit(a, "on-k"), lit(b, "on-k"), lit(c, "on")], [[8, 9, 10, 11], [0, 2, 4, 6], [4]]);
  assert.equal(
    caption(view),
    "c[2, 0] = a[2, 0]·b[0, 0] + a[2, 1]·b[1, 0] + a[2, 2]·b[2, 0] + a[2, 3]·b[3, 0] = 9·4 + 1·9 + 2·5 + 3·1 = 58",
  );
  over(view, a[5]);
  assert.deepEqual([lit(a, "on"), lit(b, "on"), lit(c, "on")], [[5], [], [2, 3]]);
  assert.equal(caption(view), "a[1, 1] is 6; it takes part in 2 cells of the result.");
  assert.deepEqual([view.model.sent, view.model.saved], [[], []]);
  view.destroy();
});

test("a long sum says how many products are not written out", async () => {
  const view = await mount("wl.EinsumExplorer('ik,k->i', (2, 784), (784,))");
  assert.match(caption(view), /a\[1, 783\]·b\[783\] \+ … and 779 more = .* \+ … and 779 more = \d+$/);
  view.destroy();
});

test("the diagonal is read, the rest is pale and says so", async () => {
  const view = await mount("wl.EinsumExplorer('ii->')");
  const [a] = panelsOf(view);
  assert.deepEqual(lit(a, "on-k"), [0, 4, 8]);
  assert.deepEqual(lit(a, "unread"), [1, 2, 3, 5, 6, 7]);
  over(view, a[1]);
  assert.equal(caption(view), "a[0, 1] is 2; it is not read: only the diagonal is.");
  view.destroy();
});

test("steps go cell by cell, term by term, with the sum so far", async () => {
  const view = await mount(MATMUL);
  const [a, b, c] = panelsOf(view);
  const player = view.$(".wl-player");
  view.key(player, "ArrowRight");
  view.key(player, "ArrowRight");
  assert.equal(caption(view), "i = 0, j = 0, k = 1: c[0, 0] += a[0, 1]·b[1, 0] = 2·9 = 18, now 22.");
  assert.deepEqual([lit(a, "now"), lit(b, "now"), lit(c, "on")], [[1], [2], [0]]);
  assert.deepEqual(
    c.map((cell) => cell.textContent),
    ["22", "0", "0", "0", "0", "0"],
  );
  assert.deepEqual(
    view.$$(".wl-pane-loops .wl-tile").map((each) => each.textContent),
    ["i= 0", "j= 0", "k= 1"],
  );
  view.key(player, "End");
  assert.deepEqual(
    c.map((cell) => cell.textContent),
    view.model.state.picture.result.texts,
  );
  await pause(300);
  assert.deepEqual(view.model.saved, [{ step: 24 }]); // once, after the last
  view.model.receive({ step: 0 });
  assert.equal(view.$(".wl-player output").textContent, "0 / 24");
  view.destroy();
});

test("another order of the loops is stepped through in that order", async () => {
  const view = await mount("wl.EinsumExplorer('ik,kj->ij', (3, 4), (4, 2), order='kij')");
  const player = view.$(".wl-player");
  view.key(player, "ArrowRight");
  view.key(player, "ArrowRight");
  assert.match(caption(view), /^k = 0, i = 0, j = 1: c\[0, 1\] \+= /);
  view.destroy();
});

test("a letter is pressed to sum or keep it, and moved by arrow keys", async () => {
  const view = await mount(MATMUL);
  tile(view, ".wl-controls", "k").click();
  tile(view, ".wl-controls", "i").click();
  view.key(tile(view, ".wl-controls", "i"), "ArrowRight");
  view.key(tile(view, ".wl-controls", "i"), "ArrowLeft"); // is the first already
  view.key(tile(view, ".wl-pane-loops", "k"), "ArrowLeft");
  assert.deepEqual(messages(view), [{ output: "ijk" }, { output: "j" }, { output: "ji" }, { order: "ikj" }]);
  assert.equal(view.$(".wl-player output").textContent, "0 / 24"); // the arrows were not the player's
  assert.match(tile(view, ".wl-controls", "i").getAttribute("aria-label"), /^i: kept, axis 0 of the result$/);
  view.destroy();
});

test("the letter of an axis in the drawing does the same", async () => {
  const view = await mount(MATMUL);
  view.fire(view.$("figure .wl-axis[data-letter=k]"), "click");
  assert.deepEqual(messages(view), [{ output: "ijk" }]);
  view.destroy();
});

test("a moved letter keeps the focus", async () => {
  const view = await mount(MATMUL);
  tile(view, ".wl-controls", "i").focus();
  const after = stateOf("wl.EinsumExplorer('ik,kj->ji', (3, 4), (4, 2))");
  view.model.receive({ picture: after.picture });
  assert.deepEqual(
    view.$$(".wl-controls .wl-tile").map((each) => each.dataset.letter),
    ["j", "i", "k"],
  );
  assert.equal(view.window.document.activeElement.dataset.letter, "i");
  view.destroy();
});

test("what looks as before stays in the drawing, with the focus, and has its new numbers", async () => {
  const view = await mount(MATMUL);
  const before = panelsOf(view);
  const [a] = before;
  view.fire(a[0], "pointerdown");
  view.key(a[0], "ArrowRight");
  assert.equal(view.window.document.activeElement, a[1]);
  const ones = "np.ones((3, 4), int) * 7, np.ones((4, 2), int)";
  const { picture } = stateOf(`wl.EinsumExplorer('ik,kj->ij', ${ones})`);
  view.model.receive({ picture });
  assert.deepEqual(panelsOf(view), before);
  assert.deepEqual(
    before.map((cells) => cells.map((cell) => cell.textContent)),
    [Array(12).fill("7"), Array(8).fill("1"), Array(6).fill("28")],
  );
  assert.equal(view.window.document.activeElement, a[1]);
  assert.match(a[1].getAttribute("aria-label"), /^a\[0, 1\] is 7; /);
  assert.equal(caption(view), a[1].getAttribute("aria-label")); // it is still looked at
  view.destroy();
});

test("a panel that is drawn anew under the focus has it afterwards", async () => {
  const view = await mount(MATMUL);
  const [, , c] = panelsOf(view);
  view.fire(c[0], "pointerdown");
  const { picture } = stateOf("wl.EinsumExplorer('ik,kj->i', (3, 4), (4, 2))");
  view.model.receive({ picture });
  const [, , sums] = panelsOf(view);
  assert.equal(sums.length, 3);
  assert.equal(view.window.document.activeElement, sums[0]);
  assert.match(caption(view), /^c\[0\] = /);
  view.destroy();
});

test("what is typed is sent at once, then in pauses, and is not overwritten", async () => {
  const view = await mount(MATMUL);
  type(view, "equation", "ik,kj->j");
  type(view, "equation", "ik,kj->");
  type(view, "equation", "ik,kj->i");
  assert.deepEqual(view.model.saved, [{ pane: "equation", text: "ik,kj->j", step: 0 }]);
  view.model.receive({ panes: { ...view.model.state.panes, equation: "ik,kj->j" } }); // the answer to the first
  assert.equal(field(view, "equation").value, "ik,kj->i");
  await pause(120);
  assert.deepEqual(view.model.saved.at(-1), { pane: "equation", text: "ik,kj->i", step: 0 });
  view.destroy();
});

test("what is wrong is underlined, the others are stale, and repairs are pressed", async () => {
  const view = await mount(MATMUL);
  const problem = {
    pane: "equation",
    text: "ik,kj->iz",
    message: "“z” stands in the output and in no input",
    spans: { equation: [[8, 9]] },
    repairs: [{ pane: "equation", text: "ik,kj->ij", message: "Names `j`." }],
    differences: [],
    follow: true,
  };
  type(view, "equation", problem.text);
  view.model.receive({ problem });
  assert.deepEqual(
    view.$$(".wl-under u").map((wrong) => wrong.textContent),
    ["z"],
  );
  assert.equal(field(view, "equation").getAttribute("aria-invalid"), "true");
  assert.deepEqual(
    view.$$(".wl-stale").map((pane) => pane.className.match(/wl-pane-\w+/)[0]),
    ["wl-pane-shapes", "wl-pane-loops", "wl-pane-broadcast"],
  );
  assert.match(view.$(".wl-problem").textContent, /^✗ equation: “z” stands/);
  for (const button of view.$$(".wl-problem button")) button.click();
  assert.deepEqual(messages(view), [{ repair: 0 }, { follow: true }]);
  view.model.receive({ problem: {} });
  assert.equal(view.$$(".wl-stale, .wl-wrong").length, 0);
  view.destroy();
});

test("Space and arrows in a text are the text's", async () => {
  const view = await mount(MATMUL);
  for (const key of [" ", "ArrowRight", "End"]) view.key(field(view, "loops"), key);
  assert.equal(view.$(".wl-player output").textContent, "0 / 24");
  view.destroy();
});

test("the name of a cell does not break", async () => {
  const view = await mount(MATMUL);
  const names = [...view.$$(".wl-caption .wl-element")].map((name) => name.textContent);
  assert.deepEqual(names.slice(0, 3), ["c[0, 1]", "a[0, 0]", "b[0, 1]"]);
  view.destroy();
});

test("a challenge shows its task, hints on demand, the wanted picture, and that it is solved", async () => {
  const view = await mount("wl.EinsumExplorer(challenge='picture')");
  assert.equal(view.$(".wl-task").textContent, "Which equation gives the result marked “wanted”?");
  const { target } = view.model.state;
  assert.deepEqual(
    [...view.$$(".wl-target .wl-cell")].map((cell) => cell.textContent),
    target.texts,
  );
  view.$(".wl-challenge button").click();
  assert.deepEqual(messages(view), [{ hint: true }]);
  const challenge = view.model.state.challenge;
  view.model.receive({
    challenge: { ...challenge, hints: ["Count the cells."], more: false, solved: true, now: true },
  });
  assert.equal(view.$(".wl-hints").textContent, "Count the cells.");
  assert.equal(view.$(".wl-challenge button").disabled, true);
  assert.match(view.$(".wl-verdict").textContent, /^✓ /);
  view.destroy();
  const plain = await mount(MATMUL);
  assert.equal(plain.$(".wl-challenge").hidden, true);
  plain.destroy();
});

test("presets, library, sizes and start again go to the kernel", async () => {
  const view = await mount(MATMUL);
  const choose = (select, value) => {
    select.value = value;
    view.fire(select, "change");
  };
  choose(view.$(".wl-controls select"), "trace");
  choose(view.$(".wl-more select"), "torch");
  const size = view.$("[aria-label='size of k']");
  size.value = "6"; // its place among 1, 2, …
  view.fire(size, "input");
  view.$("[aria-label='start again']").click();
  assert.deepEqual(messages(view), [
    { preset: "trace" },
    { library: "torch" },
    { size: { letter: "k", size: 7 } },
    { restart: true },
  ]);
  view.destroy();
});

test("own arrays have no sizes to choose", async () => {
  const view = await mount("wl.EinsumExplorer('ij->ji', np.eye(3))");
  assert.equal(view.$(".wl-sizes").hidden, true);
  view.destroy();
});
