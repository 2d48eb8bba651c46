import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, stateOf } from "./harness.js";

const said = (view) => view.$(".wl-message").textContent;
const draws = (view, lane) => view.$$(".wl-lane")[lane].querySelectorAll(".wl-draw");
const drawn = (view, lane) =>
  [...draws(view, lane)]
    .filter((node) => !node.classList.contains("wl-undrawn"))
    .map((node) => node.querySelector(".wl-number").textContent);
const card = (view, lane) => view.$$(".wl-lane")[lane].querySelector(".wl-card").textContent;
const forked = (view) => view.$(".wl-timeline").classList.contains("wl-forked");
const go = (view, key) => view.key(view.$(".wl-player input"), key);
const press = (view, text) =>
  view.fire(
    view.$$("button").find((one) => one.textContent === text),
    "click",
  );
const option = (view, reseeding) => view.$(`select[aria-label^=reseeding] option[value=${reseeding}]`);

test("it opens at the end of the timeline, equal numbers under the same letter and tone", async () => {
  const view = await mount("wl.ForkSimulator()");
  assert.equal(said(view), "12 draws after the fork, only 4 different: every child repeats its parent.");
  for (const lane of [0, 1, 2]) {
    assert.deepEqual(
      [...draws(view, lane)].map((node) => node.querySelector("b").textContent),
      ["A", "B", "C", "D"],
    );
    assert.deepEqual(
      [...draws(view, lane)].map((node) => node.className.match(/wl-tone-\d/)[0]),
      ["wl-tone-0", "wl-tone-1", "wl-tone-2", "wl-tone-3"],
    );
  }
});

test("it is said that a box holds the state after the draws beside it", async () => {
  const view = await mount("wl.ForkSimulator()");
  const headings = view.$$(".wl-heading");
  assert.deepEqual(
    headings.map((one) => one.textContent),
    ["state now", "draws"],
  );
  assert.ok(headings.every((one) => one.closest(".wl-parent")));
  view.destroy();
});

test("a choice of reseeding does not repeat the word beside it", async () => {
  const view = await mount("wl.ForkSimulator()");
  assert.equal(view.$("select[aria-label^=reseeding]").closest("label").firstChild.textContent, "reseeding");
  const options = [...view.$$("select[aria-label^=reseeding] option")].map((entry) => entry.textContent);
  assert.deepEqual(options, ["none", "by process id", "from os.urandom", "SeedSequence.spawn", "jump ahead"]);
  view.destroy();
});

test("the timeline: seed, draws, the fork that copies the state, draws by every process", async () => {
  const view = await mount("wl.ForkSimulator(seed=457428938475, draws_before=1, draws_after=2)");
  const start = () => view.$(".wl-start .wl-card").textContent;
  go(view, "Home");
  assert.equal(start(), "(4976, 20238, 499)");
  assert.equal(forked(view), false);
  go(view, "ArrowRight");
  assert.equal(start(), "(3364, 25938, 24184)");
  assert.equal(forked(view), false);
  go(view, "ArrowRight");
  assert.equal(forked(view), true);
  assert.deepEqual(
    [0, 1, 2].map((lane) => card(view, lane)),
    Array(3).fill("(3364, 25938, 24184)"),
  );
  assert.deepEqual(drawn(view, 1), []);
  go(view, "ArrowRight");
  assert.deepEqual(
    [0, 1, 2].map((lane) => drawn(view, lane)),
    Array(3).fill(["0.7921"]),
  );
  assert.equal(said(view), "3 draws after the fork, only 1 different: every child repeats its parent.");
  go(view, "ArrowLeft");
  assert.deepEqual(drawn(view, 0), []);
  assert.deepEqual(view.model.sent.slice(1), []); // all of it without the kernel
});

test("reseeding is a moment of its own: the children's cards change, the parent's stays", async () => {
  const view = await mount("wl.ForkSimulator(reseeding='jump', draws_before=0, draws_after=1)");
  go(view, "Home");
  go(view, "ArrowRight");
  const copied = card(view, 0);
  assert.equal(card(view, 2), copied);
  go(view, "ArrowRight");
  assert.equal(card(view, 0), copied);
  assert.equal(new Set([0, 1, 2].map((lane) => card(view, lane))).size, 3);
  assert.ok(view.$(".wl-recipe").classList.contains("wl-now"));
  assert.match(
    view.$(".wl-recipe code").textContent,
    /^# child: 0 in the first child.*\nrng\.jumpahead\(1_000_000_000 \* \(child \+ 1\)\)$/,
  );
  assert.match(said(view), /jumps ahead/);
});

test("a step forward moves what it makes from where it comes; not with reduced motion", async (t) => {
  let now = 0;
  t.mock.method(performance, "now", () => (now += 1000)); // a faster reader is shown no motion
  const moved = async (still) => {
    const view = await mount("wl.ForkSimulator(draws_before=1)");
    globalThis.matchMedia = () => ({ matches: still });
    const names = [];
    view.window.HTMLElement.prototype.animate = function (_frames, { duration }) {
      assert.ok(duration >= 150 && duration <= 250);
      names.push(this.className.split(" ")[0]);
      return { cancel() {} };
    };
    const step = (key) => {
      names.length = 0;
      go(view, key);
      return [...names];
    };
    go(view, "Home");
    return ["ArrowRight", "ArrowRight", "ArrowRight", "ArrowLeft"].map(step);
  };
  assert.deepEqual(await moved(false), [["wl-draw"], Array(3).fill("wl-card"), Array(3).fill("wl-draw"), []]);
  assert.deepEqual(await moved(true), [[], [], [], []]);
});

test("an impossible reseeding is greyed with its reason; if it is chosen, that replaces the drawing", async () => {
  const view = await mount("wl.ForkSimulator('python')");
  assert.equal(option(view, "jump").disabled, true);
  assert.equal(option(view, "spawn").disabled, false);
  assert.match(view.$(".wl-reason").textContent, /^jump ahead: Python’s random has had no jumpahead/);
  const state = stateOf("wl.ForkSimulator('python', reseeding='jump')");
  view.model.receive({ reseeding: "jump", reseedings: state.reseedings, timeline: state.timeline });
  assert.equal(option(view, "jump").disabled, false); // it is chosen
  assert.match(view.$(".wl-refused").textContent, /^✗ Python’s random has had no jumpahead/);
  assert.equal(view.$(".wl-timeline"), null);
  assert.equal(view.$$("button").find((one) => one.textContent === "Do it for real").disabled, true);
});

test("controls save what is chosen; a seed goes as it was typed, and stays while it is refused", async () => {
  const view = await mount("wl.ForkSimulator()");
  const seed = view.$(".wl-seed input");
  seed.focus();
  seed.value = " 457428938475123456789 ";
  view.fire(seed, "change");
  assert.deepEqual(view.model.saved.at(-1), { seed: "457428938475123456789" });
  seed.value = "nan";
  view.fire(seed, "change");
  view.model.receive({ error: "a seed is a whole number" });
  assert.equal(seed.value, "nan");
  option(view, "pid").parentNode.value = "pid";
  view.fire(option(view, "pid").parentNode, "change");
  assert.deepEqual(view.model.saved.at(-1), { reseeding: "pid" });
  const children = view.$("input[aria-label=children]");
  children.value = 7;
  view.fire(children, "input");
  assert.deepEqual(view.model.saved.at(-1), { children: 8 });
  press(view, "Start again");
  assert.deepEqual(view.model.sent.at(-1).content, { restart: true });
});

test("what was done to a seed is said under it, and what was typed stays in its field", async () => {
  const view = await mount("wl.ForkSimulator('numpy-legacy', seed=457428938475)");
  assert.match(view.$(".wl-seed-note").textContent, /takes only seeds below 4,294,967,296.*2,162,405,099/);
  assert.equal(view.$(".wl-seed input").value, "457428938475");
  view.model.receive({ timeline: stateOf("wl.ForkSimulator()").timeline });
  assert.equal(view.$(".wl-seed-note").hidden, true);
});

test("where there is no number, no sentence asks to point at one", async () => {
  const view = await mount("wl.ForkSimulator(draws_before=0, draws_after=0)");
  assert.equal(view.$(".wl-readout").textContent, "");
  assert.equal(view.$(".wl-player output").textContent, "1 / 1");
});

test("the real fork: asked for, under way, cancelled, laid over", async () => {
  const view = await mount("wl.ForkSimulator('python')");
  press(view, "Do it for real");
  assert.deepEqual(view.model.sent.at(-1).content, {
    run: { generator: "python", children: 2, draws_before: 2, draws_after: 4, reseeding: "none", seed: "42" },
  });
  view.model.receive({ progress: { message: "a fresh process starts", cancel: true } });
  assert.equal(view.$("[role=status]").textContent, "a fresh process starts");
  press(view, "Cancel");
  assert.deepEqual(view.model.sent.at(-1).content, { cancel: true });
  go(view, "Home");
  const lane = (pid, verdict, same) => ({
    pid,
    verdict,
    draws: Array.from({ length: 4 }, () => ({ text: "0.5", exact: "0.5000001", same })),
  });
  view.model.receive({
    progress: {},
    real: {
      message: "Forked for real.",
      before: Array(2).fill({ text: "0.1", exact: "0.1", same: true }),
      lanes: [
        lane("process 5", "✓ as predicted", true),
        lane("process 6", "can’t be predicted", null),
        lane("process 7", "✗ different numbers", false),
      ],
    },
  });
  const really = (index) => draws(view, index)[0].querySelector(".wl-really").textContent;
  assert.deepEqual([0, 1, 2].map(really), ["✓", "0.5", "✗ 0.5"]);
  assert.match(view.$$(".wl-lane")[1].textContent, /process 6.*can’t be predicted/);
  assert.equal(view.$(".wl-conclusion").textContent, "Forked for real.");
  assert.equal(view.$(".wl-player output").textContent, "8 / 8");
  view.model.receive({ real: {} });
  assert.deepEqual([0, 1, 2].map(really), ["", "", ""]);
  assert.match(view.$$(".wl-lane")[1].textContent, /stand-ins/);
  assert.equal(view.$(".wl-conclusion").hidden, true);
});

test("where there is no fork the button is greyed and says why", async () => {
  const view = await mount("wl.ForkSimulator()", {
    state: { cannot_fork: "There is no fork on this system (win32)." },
  });
  assert.equal(view.$$("button").find((one) => one.textContent === "Do it for real").disabled, true);
  assert.equal(view.$("[role=status]").textContent, "There is no fork on this system (win32).");
});

test("the highlighted number shows all its digits and who drew it; arrows walk over lanes and the fork", async () => {
  const view = await mount("wl.ForkSimulator()");
  const first = view.$(".wl-start .wl-draw");
  first.focus();
  for (const key of ["ArrowRight", "ArrowRight", "ArrowDown"]) view.key(view.window.document.activeElement, key);
  assert.equal(view.window.document.activeElement, draws(view, 1)[0]);
  assert.match(
    view.$(".wl-readout").textContent,
    /^child 1, draw 1: 0.1954, equal numbers A. Exactly 0.1954\d+, drawn by parent, child 1 and child 2\.$/,
  );
  assert.equal(view.$$(".wl-related").length, 3);
  assert.equal(view.$$(".wl-draw[tabindex='0']").length, 1);
  assert.equal(view.$(".wl-player output").textContent, "7 / 7"); // the player did not step
});

test("another setting keeps the reader's place in the timeline, and the end stays the end", async () => {
  const view = await mount("wl.ForkSimulator()");
  view.model.receive({ timeline: stateOf("wl.ForkSimulator(draws_after=9)").timeline });
  assert.equal(view.$(".wl-player output").textContent, "12 / 12");
  go(view, "Home");
  go(view, "ArrowRight");
  view.model.receive({ timeline: stateOf("wl.ForkSimulator()").timeline });
  assert.equal(view.$(".wl-player output").textContent, "1 / 7");
});

test("eight children with sixteen draws each are drawn, the last letter a P", async () => {
  const view = await mount("wl.ForkSimulator(children=8, draws_before=16, draws_after=16)");
  assert.equal(view.$$(".wl-draw").length, 16 + 9 * 16);
  assert.equal([...draws(view, 8)].at(-1).querySelector("b").textContent, "P");
});
