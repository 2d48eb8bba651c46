import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

/** The expression, once the kernel was followed: on a slow machine a thread may be at it. */
const followed = (expression) => `(lambda w: (w.wait(60), w)[1])(${expression})`;
const FIRST = followed("wl.KernelTrace()");
const TILED = followed("wl.KernelTrace(preset='tiled')");
const RACE = followed("wl.KernelTrace(preset='race')");
const GUARD = followed("wl.KernelTrace(challenge='guard')");

const sent = (view) => view.model.sent.map(({ content }) => content).filter((content) => !("view" in content));
const caption = (view) => view.$(".wl-caption").textContent;
const at = (view) => view.$(".wl-player output").textContent;
const now = (view) => view.$(".wl-line.wl-now")?.textContent ?? "";
const array = (view, name) =>
  view.$$(".wl-array").find((one) => one.querySelector(".wl-title code").textContent === name);
const cells = (view, name, kind = "") => [...array(view, name).querySelectorAll(`.wl-cell${kind}`)];
const press = (view, key) => view.key(view.$("section"), key);

test("opens in the middle of the work: a line, a warp and the cells it reads", async () => {
  const view = await mount(TILED);
  assert.equal(at(view), "18 / 46");
  assert.match(now(view), /total \+= tile_a\[x, k\] \* tile_b\[k, y\]/);
  assert.match(caption(view), /^Warp 1, line 18: 32 lanes read tile_a \(2 passes\) and tile_b\./);
  assert.match(caption(view), /reads so far: 128 global, 832 shared/);
  assert.equal(view.$$(".wl-threads .wl-cell.wl-on").length, 32);
  assert.equal(cells(view, "tile_a", ".wl-read").length, 8, "one column");
  assert.equal(cells(view, "tile_b", ".wl-read").length, 4, "and a part of a row");
  view.destroy();
});

test("the threads have axes, as many as the launch", async () => {
  const titles = (view) => [...view.$$(".wl-threads svg text")].map((text) => text.textContent);
  const plane = await mount(TILED);
  assert.deepEqual(titles(plane), ["x →", "y ↓", "warp 0", "warp 1"]);
  plane.destroy();
  const row = await mount(RACE);
  assert.deepEqual(titles(row).slice(0, 2), ["x →", ""]);
  row.destroy();
});

test("the numbers of columns stand apart", async () => {
  const view = await mount(TILED);
  for (const name of ["a", "b", "c", "tile_a"]) {
    const numbers = [...array(view, name).querySelectorAll("svg > text:not([text-anchor=end])")];
    const ends = numbers.map((text) => [Number(text.getAttribute("x")), 7 * text.textContent.length]);
    for (const [at, [x, wide]] of ends.entries())
      if (at)
        assert.ok(ends[at - 1][0] + ends[at - 1][1] / 2 + 4 <= x - wide / 2, `${name}: ${numbers[at].textContent}`);
  }
  view.destroy();
});

test("tiles fill cell by cell, and grow stale once they were used", async () => {
  const view = await mount(TILED);
  const filled = () => ["tile_a", "tile_b"].map((name) => cells(view, name, ".wl-filled, .wl-write").length);
  const ghosts = () => cells(view, "tile_a").filter((cell) => cell.classList.contains("wl-ghost")).length;
  press(view, "Home");
  assert.equal(ghosts(), 64);
  press(view, "ArrowRight");
  assert.equal(cells(view, "tile_a", ".wl-write").length, 32);
  assert.equal(ghosts(), 32);
  for (let step = 0; step < 3; step++) press(view, "ArrowRight");
  assert.deepEqual(filled(), [64 - 0, 32 + 32]);
  press(view, "ArrowRight");
  assert.match(caption(view), /^Barrier on line 16/);
  press(view, "End");
  assert.equal(cells(view, "tile_a").filter((cell) => cell.classList.contains("wl-stale")).length, 64);
  press(view, "Home");
  assert.equal(ghosts(), 64, "and back");
  view.destroy();
});

test("each warp's mark stands at the line it came to, and a barrier gathers them", async () => {
  const view = await mount(TILED);
  const rows = () => view.$$(".wl-warp").map((chip) => chip.style.transform.match(/, ([\d.]+)em/)[1]);
  press(view, "Home");
  press(view, "ArrowRight");
  press(view, "ArrowRight");
  press(view, "ArrowRight");
  assert.equal(new Set(rows()).size, 2, "the second warp is one line behind");
  press(view, "ArrowRight");
  press(view, "ArrowRight");
  assert.equal(new Set(rows()).size, 1);
  view.destroy();
});

test("a step moves what is there: no line, no cell is made again", async () => {
  const view = await mount(TILED);
  const before = view.$$(".wl-bench *");
  for (const key of ["Home", "ArrowRight", "ArrowRight", "ArrowLeft", "End"]) press(view, key);
  const after = new Set(view.$$(".wl-bench *"));
  assert.ok(before.length > 500 && before.every((node) => after.has(node)));
  assert.deepEqual(sent(view), []);
  view.destroy();
});

test("faults are pins: on their lines, beside the cell, and in a list with what mends them", async () => {
  const view = await mount(RACE);
  assert.deepEqual(
    view.$$(".wl-line .wl-pin").map((pin) => [pin.textContent, pin.getAttribute("aria-label")]),
    [
      ["1", "fault 1, on line 4"],
      ["1", "fault 1, on line 6"],
      ["2", "fault 2, on line 6"],
    ],
  );
  assert.deepEqual(
    [...array(view, "out").querySelectorAll(".wl-pinned")].map((pin) => pin.textContent),
    ["1,2"],
  );
  assert.match(view.$(".wl-faults").textContent, /Threads 0 and 1 of block 0 both write out\[0\]/);
  assert.match(view.$(".wl-outcome").textContent, /^✗ 2 faults found\./);
  view.$(".wl-faults button").click();
  assert.deepEqual(sent(view), [{ choose: { fault: 0 } }]);
  view.destroy();
});

test("a fault in another block is shown there", async () => {
  const view = await mount(GUARD);
  const other = view.model.state.picture.faults.findIndex((fault) => fault.block !== view.model.state.picture.block);
  assert.ok(other > 0, "the second one is in another block");
  const { block } = view.model.state.picture.faults[other];
  view.$$(".wl-faults button")[other].click();
  assert.deepEqual(sent(view), [{ block }]);
  view.model.receive({ picture: { ...view.model.state.picture, block } });
  assert.deepEqual(sent(view).at(-1), { choose: { fault: other } });
  view.destroy();
});

test("a line, a thread and a cell are asked about by click and by key; once more lets go", async () => {
  const view = await mount(TILED);
  const line = view.$(".wl-touches");
  line.click();
  view.key(view.$(".wl-threads [data-at='3'] rect"), "Enter");
  cells(view, "c")[17]
    .querySelector("rect")
    .dispatchEvent(new view.window.Event("click", { bubbles: true }));
  assert.deepEqual(sent(view), [
    { choose: { row: 8 } },
    { choose: { thread: 3 } },
    { choose: { array: "c", place: 17 } },
  ]);
  view.model.receive({
    answer: { title: "c[1, 7]", sentences: ["So it is."], rows: [8], threads: [3], reads: [], writes: [[2, [17]]] },
  });
  assert.equal(view.$(".wl-answer").textContent, "c[1, 7]So it is.");
  assert.ok(cells(view, "c")[17].classList.contains("wl-picked") && line.getAttribute("aria-pressed") === "true");
  assert.equal(view.$$(".wl-threads .wl-picked").length, 1);
  view.key(view.$("section"), "Escape");
  assert.deepEqual(sent(view).at(-1), { choose: {} });
  view.destroy();
});

test("arrow keys move among lines, threads and cells, each one Tab stop, and do not step", async () => {
  const view = await mount(TILED);
  const stops = view.$$(".wl-bench [tabindex='0']").filter((node) => node.localName === "g");
  assert.equal(stops.length, 1 + 5, "the threads, and five arrays");
  const [thread] = stops;
  thread.focus();
  view.key(thread, "ArrowDown");
  const next = view.window.document.activeElement;
  assert.equal(next.dataset.at, "8");
  assert.equal(next.getAttribute("aria-label"), "thread (0, 1), warp 0");
  assert.equal(at(view), "18 / 46");
  const lines = view.$$(".wl-touches");
  lines[0].focus();
  view.key(lines[0], "ArrowDown");
  assert.equal(view.window.document.activeElement, lines[1]);
  view.destroy();
});

test("the thread under the pointer shows the cells that are its own at this step", async () => {
  const view = await mount(FIRST);
  view.fire(view.$(".wl-threads [data-at='9'] rect"), "pointerover");
  const mine = (name) => cells(view, name, ".wl-mine").map((cell) => cell.dataset.at);
  const { steps } = view.model.state.picture;
  const [a, b] = steps[6].marks.map(([, , , places]) => String(places[9]));
  assert.deepEqual([mine("a"), mine("b")], [[a], [b]]);
  view.destroy();
});

test("the page sends names and numbers: a kernel, a block", async () => {
  const view = await mount(FIRST);
  const [kernels, blocks] = view.$$(".wl-controls > label select");
  kernels.value = "tiled";
  view.fire(kernels, "change");
  blocks.value = "2";
  view.fire(blocks, "change");
  assert.deepEqual(sent(view), [{ kernel: "tiled" }, { block: 2 }]);
  view.destroy();
});

test("a broken kernel is mended by choosing a place, and what should stand there", async () => {
  const view = await mount(GUARD);
  assert.deepEqual(
    view.$$(".wl-place").map((button) => button.getAttribute("aria-label")),
    ["change line 2", "change line 4", "change line 6"],
  );
  assert.ok(view.$(".wl-places").hidden);
  view.$$(".wl-place")[2].click();
  const radios = view.$$(".wl-places input");
  assert.equal(radios.length, 3);
  assert.equal(view.window.document.activeElement, radios[0], "what stands there now");
  radios[1].checked = true;
  view.fire(radios[1], "change");
  assert.deepEqual(sent(view), [{ edit: { place: 2, alternative: 0 } }]);
  view.$$(".wl-places button").at(-1).click();
  assert.ok(view.$(".wl-places").hidden);
  assert.ok(view.el.contains(view.window.document.activeElement));
  view.destroy();
});

test("an edited line is marked, and the choice stays open when the kernel's answer comes", async () => {
  const edited = "(lambda w: (w.edit(0, 0), w.wait(60), w)[-1])(wl.KernelTrace(challenge='guard'))";
  const view = await mount(GUARD);
  view.$(".wl-place").click();
  const radio = view.$$(".wl-places input")[1];
  radio.focus();
  const after = (await mount(edited)).model.state;
  view.model.receive({ picture: after.picture, challenge: after.challenge, solved: after.solved });
  assert.equal(view.$$(".wl-line.wl-edited").length, 3);
  assert.equal(view.$(".wl-place").textContent, "changed");
  assert.match(view.$(".wl-verdict").textContent, /^✓ Solved/);
  assert.ok(radio.isConnected && radio.checked);
  view.destroy();
});

test("while a kernel is followed, how far it is and Cancel are there", async () => {
  const view = await mount(FIRST);
  const cancel = view.$$("button").find((button) => button.textContent === "Cancel");
  assert.ok(cancel.hidden);
  view.model.receive({ progress: { message: "Following mine: about 3 s left", fraction: 0.4 } });
  assert.equal(view.$("[role=status]").textContent, "Following mine: about 3 s left …");
  cancel.click();
  assert.deepEqual(sent(view), [{ cancel: true }]);
  view.destroy();
});

test("a kernel that can't be followed keeps its text, with the reason at its line", async () => {
  const view = await mount(FIRST);
  const { picture } = view.model.state;
  const fault = {
    number: 1,
    kind: "error",
    message: "line 6: no.",
    block: -1,
    threads: [],
    rows: [5],
    row: 5,
    cell: [],
    step: -1,
  };
  view.model.receive({
    picture: {
      ...picture,
      steps: [],
      arrays: [],
      blocks: [],
      threads: {},
      faults: [fault],
      opening: 0,
      verdict: { good: false, text: "It can’t be followed." },
    },
  });
  assert.match(view.$(".wl-faults").textContent, /line 6: no\./);
  assert.equal(view.$$(".wl-line").length, picture.code.length);
  assert.ok(view.$(".wl-threads").hidden);
  view.destroy();
});

test("what no trace can know is said, under more", async () => {
  const view = await mount(FIRST);
  assert.match(view.$("details").textContent, /Not known from a trace: how long the kernel takes/);
  view.destroy();
});

test("what was solved once and stands wrong now has no tick", async () => {
  const view = await mount(GUARD);
  const { challenge } = view.model.state;
  view.model.receive({ challenge: { ...challenge, solved: true, now: false, message: "Thread 1 reads a[12]." } });
  assert.match(view.$(".wl-verdict").textContent, /^○ Thread 1/);
  view.model.receive({ challenge: { ...challenge, solved: true, now: true, message: "Solved." } });
  assert.match(view.$(".wl-verdict").textContent, /^✓ Solved/);
  view.destroy();
});

test("Escape closes the choices first, and then lets go of what is asked about", async () => {
  const view = await mount(GUARD);
  view.$(".wl-place").click();
  view.key(view.window.document.activeElement, "Escape");
  assert.ok(view.$(".wl-places").hidden);
  assert.deepEqual(sent(view), []);
  press(view, "Escape");
  assert.deepEqual(sent(view), [{ choose: {} }]);
  view.destroy();
});

test("start again goes to the first moment, whatever kernel comes back", async () => {
  const view = await mount(TILED);
  const restart = view.$$(".wl-player button")[0];
  restart.click();
  assert.equal(at(view), "0 / 46");
  assert.deepEqual(sent(view), [{ restart: true }]);
  const { picture } = (await mount(GUARD)).model.state;
  view.model.receive({ picture });
  assert.match(at(view), /^0 \//);
  view.destroy();
});
