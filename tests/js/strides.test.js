import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, stateOf } from "./harness.js";

const classes = (view, name) =>
  view
    .$$(`.wl-${name}[data-e]`)
    .map((node) => Number(node.dataset.e))
    .sort((a, b) => a - b);
const element = (view, e) => view.$(`[data-e="${e}"]`);
const cell = (view, p) => view.$(`[data-p="${p}"]`);
const point = (view, node) => view.fire(node.querySelector("rect"), "pointerover");
const equation = (view) => view.$(".wl-equation").textContent;
const asked = (view) => view.model.sent.map(({ content }) => content);
const answer = (view, changes = {}) => {
  view.model.receive(changes);
  view.model.emit("msg:custom", { done: asked(view).at(-1).number });
};
const press = (view, text) =>
  view.fire(
    view.$$(".wl-moves button").find((one) => one.textContent === text),
    "click",
  );
const dial = (view, name) => view.$(`input[aria-label="${name}"]`);
const dials = (view) => view.$$(".wl-dial input").map((input) => Number(input.value));

test("it opens on an element whose walk through the storage is written out", async () => {
  const view = await mount("wl.StrideExplorer()");
  const lines = view.$$(".wl-together").map((each) => each.textContent); // a sign stays with what follows it
  assert.deepEqual(lines, ["+1·0i·stride[0]", "+2·1j·stride[1]", "=2position→30.0holds"]);
  assert.equal(equation(view), "x[1, 2]elementreads0offset+1·0i·stride[0]+2·1j·stride[1]=2position→30.0holds");
  assert.equal(view.$$(".wl-hop").length, 3); // one step of 0 along i, two of 1 along j
  assert.match(view.$(".wl-walk").getAttribute("aria-label"), /x\[1, 2\]/);
  assert.match(view.$("svg").getAttribute("aria-label"), /12 bytes × 3 = 36 bytes, but only 12 are allocated/);
});

test("pointing at an element lights its cell and marks the others that read it; leaving goes back", async () => {
  const view = await mount("wl.StrideExplorer()");
  point(view, element(view, 3)); // (1, 0)
  assert.deepEqual(classes(view, "on"), [3]);
  assert.deepEqual(classes(view, "related"), [0, 6]);
  assert.ok(cell(view, 0).classList.contains("wl-on"));
  assert.ok(!cell(view, 2).classList.contains("wl-on"));
  view.fire(view.$(".wl-board"), "pointerleave");
  assert.deepEqual(classes(view, "on"), [5]);
});

test("pointing at a storage cell lights every element that reads it and names them", async () => {
  const view = await mount("wl.StrideExplorer()");
  point(view, cell(view, 1));
  assert.deepEqual(classes(view, "on"), [1, 4, 7]);
  assert.match(equation(view), /^1cell→20\.0holdsread byx\[0, 1\]x\[1, 1\]x\[2, 1\]$/);
});

test("looking redraws nothing and asks the kernel nothing", async () => {
  const view = await mount("wl.StrideExplorer(np.arange(144).reshape(12, 12))");
  const svg = view.$("svg");
  const count = svg.querySelectorAll(".wl-cell").length;
  for (let e = 0; e < 144; e++) point(view, element(view, e));
  for (let p = 0; p < 144; p++) point(view, cell(view, p));
  assert.equal(view.$("svg"), svg);
  assert.equal(svg.querySelectorAll(".wl-cell").length, count);
  assert.deepEqual(view.model.sent, []);
});

test("ghosts, cells that are not there and cells that no element reads are marked", async () => {
  const ghosts = await mount("wl.StrideExplorer()");
  assert.deepEqual(classes(ghosts, "ghost"), [3, 4, 5, 6, 7, 8]);
  const bad = await mount("(lambda w: (setattr(w, 'stride', (2, 1)), w)[1])(wl.StrideExplorer())");
  assert.deepEqual(classes(bad, "is-bad"), [4, 5, 6, 7, 8]);
  assert.ok(cell(bad, 3).classList.contains("wl-is-bad"));
  assert.deepEqual(classes(bad, "on"), [4]); // the first that leaves the storage
  assert.match(equation(bad), /✗there is no such cell$/);
  const step = await mount("wl.StrideExplorer(np.arange(5)[::2])");
  assert.deepEqual(
    step.$$(".wl-not-read").map((node) => node.dataset.p),
    ["1", "3"],
  );
});

test("every shape is drawn: no axis, four axes, no elements, a part of a large one", async () => {
  const none = await mount("wl.StrideExplorer(np.array(7))");
  assert.match(equation(none), /^x\[\]elementreads0offset=0position→7holds$/);
  const four = await mount("wl.StrideExplorer(np.arange(48).reshape(2, 2, 3, 4))");
  assert.equal(four.$$("[data-e]").length, 48);
  assert.ok(four.$$("text").some((text) => text.textContent === "q = 1, p = 1"));
  const empty = await mount("wl.StrideExplorer(np.empty((2, 0, 3)))");
  assert.match(empty.$(".wl-board").textContent, /no elements.*no cells/);
  const large = await mount("wl.StrideExplorer(np.zeros((1000, 1000), 'u1'))");
  assert.equal(large.$$("[data-e]").length, 144);
  assert.match(large.$(".wl-caption").textContent, /first 12 × 12 of 1,000 × 1,000/);
});

test("a turned dial asks for all dials, one question at a time, the last one winning", async () => {
  const view = await mount("wl.StrideExplorer()");
  const turn = (value) => {
    const input = dial(view, "stride of axis 0");
    input.value = value;
    view.fire(input, "input");
  };
  turn("1");
  turn("2");
  turn("3");
  assert.deepEqual(asked(view), [{ dials: { shape: [3, 3], stride: [1, 1], storage_offset: 0 }, number: 1 }]);
  answer(view);
  assert.deepEqual(asked(view).at(-1), { dials: { shape: [3, 3], stride: [3, 1], storage_offset: 0 }, number: 2 });
  assert.equal(dial(view, "stride of axis 0").value, "3"); // an answer to an older question does not turn it back
  const picture = stateOf("(lambda w: (setattr(w, 'stride', (3, 1)), w)[1])(wl.StrideExplorer())").picture;
  answer(view, { picture });
  assert.deepEqual(dials(view), [3, 3, 3, 1, 0]);
  assert.match(view.$(".wl-caption").textContent, /✗ Element \(1, 0\) reads position 3/);
});

test("the buttons of a dial step it, and a size stops at 0", async () => {
  const view = await mount("wl.StrideExplorer(np.arange(2))");
  const [less, more] = view.$(".wl-dial").querySelectorAll("button");
  view.fire(more, "click");
  assert.deepEqual(asked(view)[0].dials.shape, [3]);
  for (let n = 0; n < 5; n++) view.fire(less, "click");
  answer(view);
  assert.deepEqual(asked(view)[1].dials.shape, [0]);
});

test("a value that is not a whole number is explained and not sent", async () => {
  const view = await mount("wl.StrideExplorer()");
  for (const value of ["", "1.5", "1e30"]) {
    const input = dial(view, "storage offset");
    input.value = value;
    view.fire(input, "input");
  }
  assert.deepEqual(asked(view), []);
  assert.match(view.$("[role=alert]").textContent, /whole numbers/);
  assert.equal(view.$("[role=alert]").hidden, false);
});

test("a move is drawn before the kernel has answered, and then the answer", async () => {
  const view = await mount("wl.StrideExplorer()");
  press(view, "x.t()");
  assert.deepEqual(classes(view, "ghost"), [1, 2, 4, 5, 7, 8]);
  assert.deepEqual(dials(view), [3, 3, 1, 0, 0]);
  assert.deepEqual(asked(view), [{ move: "transpose", number: 1 }]);
  press(view, "x.t()"); // waits for its turn
  assert.equal(asked(view).length, 1);
  const after = stateOf("(lambda w: (w.apply('transpose'), w)[1])(wl.StrideExplorer())");
  answer(view, { picture: after.picture, moves: after.moves });
  assert.deepEqual(asked(view).at(-1), { move: "transpose", number: 2 });
  assert.match(view.$(".wl-facts").textContent, /made byx\.t\(\)/);
});

test("what a move takes elsewhere travels there from where it was, unless motion is not wanted", async (t) => {
  let time = 0;
  const frames = [];
  t.mock.method(performance, "now", () => time);
  globalThis.requestAnimationFrame = (frame) => frames.push(frame);
  globalThis.cancelAnimationFrame = () => {};
  t.after(() => delete globalThis.requestAnimationFrame);
  const place = (view, e) => element(view, e).getAttribute("transform");
  for (const still of [false, true]) {
    const view = await mount("wl.StrideExplorer(np.arange(6).reshape(2, 3))");
    globalThis.matchMedia = () => ({ matches: still });
    const [before, after] = [place(view, 1), place(view, 3)]; // (0, 1) and, two rows of three on, (1, 0)
    time += 1000;
    press(view, "x.T");
    const moved = element(view, 2); // of (3, 2): it holds what (0, 1) held
    assert.equal(moved.textContent, "1");
    assert.equal(moved.getAttribute("transform"), still ? after : before);
    for (const now of [0, 120, 300]) frames.splice(0).forEach((frame) => frame(now));
    assert.equal(moved.getAttribute("transform"), after);
    view.destroy();
  }
  globalThis.matchMedia = () => ({ matches: false });
  const view = await mount("wl.StrideExplorer()");
  const ghost = place(view, 7); // (2, 1), a ghost too
  time += 1000;
  press(view, "x.t()");
  assert.equal(place(view, 5), ghost); // each copy that looks like one comes from one of its own
});

test("a move that does not apply says why", async () => {
  const view = await mount("wl.StrideExplorer(np.arange(3))");
  const found = view.$$(".wl-moves button").find((one) => one.textContent === "x.T");
  assert.equal(found.getAttribute("aria-disabled"), "true");
  assert.match(found.title, /in torch: x\.t\(\)/);
  view.fire(found, "click");
  assert.match(view.$(".wl-caption").textContent, /only one axis/);
  assert.deepEqual(asked(view), []);
});

test("arrows move in the view and in the storage, over the edge of a facet too; each has one tab stop", async () => {
  const view = await mount("wl.StrideExplorer(np.arange(12).reshape(2, 2, 3))");
  element(view, 2).focus(); // (0, 0, 2)
  view.key(element(view, 2), "ArrowRight");
  assert.equal(document.activeElement, element(view, 6)); // (1, 0, 0)
  view.key(element(view, 6), "ArrowDown");
  assert.equal(document.activeElement, element(view, 9));
  assert.match(equation(view), /^x\[1, 1, 0\]/);
  view.key(element(view, 9), "End");
  assert.equal(document.activeElement, element(view, 11));
  assert.deepEqual(
    view.$$('svg [tabindex="0"]').map((node) => node.dataset.e ?? node.dataset.p),
    ["11", "11"],
  );
  cell(view, 4).focus();
  view.key(cell(view, 4), "ArrowLeft");
  assert.equal(document.activeElement, cell(view, 3));
  assert.deepEqual(classes(view, "on"), [3]);
});

test("typing into a cell writes it; Escape does not; what changed is drawn again with the focus kept", async () => {
  const view = await mount("wl.StrideExplorer()");
  cell(view, 1).focus();
  view.key(cell(view, 1), "9");
  let input = view.$(".wl-edit");
  assert.equal(input.value, "9");
  input.value = "99";
  view.key(input, "Enter");
  assert.equal(view.$(".wl-edit"), null);
  assert.deepEqual(asked(view), [{ write: 1, text: "99", number: 1 }]);
  const after = stateOf("(lambda w: (w.write(1, '99'), w)[1])(wl.StrideExplorer())");
  answer(view, { picture: after.picture });
  assert.deepEqual(
    [1, 4, 7].map((e) => element(view, e).textContent),
    ["99", "99", "99"],
  );
  assert.equal(document.activeElement, cell(view, 1));
  assert.match(view.$(".wl-caption").textContent, /3 elements changed/);
  view.key(cell(view, 1), "Enter");
  input = view.$(".wl-edit");
  assert.equal(input.value, "99.0");
  input.value = "5";
  view.key(input, "Escape");
  assert.equal(asked(view).length, 1);
});

test("start again asks for it", async () => {
  const view = await mount("wl.StrideExplorer()");
  view.$("[aria-label='Start again']").click();
  assert.deepEqual(asked(view), [{ restart: true, number: 1 }]);
});

test("a view that goes leaves no listener, not even for messages", async () => {
  const view = await mount("wl.StrideExplorer()");
  view.destroy();
  assert.equal(view.model.listenerCount(), 0);
});
