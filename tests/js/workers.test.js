import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, stateOf } from "./harness.js";

const button = (view, text) => view.$$("button").find((one) => one.textContent === text);
const press = (view, text) => view.fire(button(view, text), "click");
const texts = (view, selector) => view.$$(selector).map((node) => node.textContent);
const DOT = "wl.LoaderWorkers(np.pad([[1.0, 0.2]], 3))"; // (7, 8): two pixels in row 3

test("it opens on a round of four batches, each whole from one worker, equal changes under equal letters", async () => {
  const view = await mount("wl.LoaderWorkers()");
  assert.deepEqual(texts(view, ".wl-name b"), ["batch 0", "batch 1", "batch 2", "batch 3"]);
  assert.deepEqual(
    texts(view, ".wl-name span"),
    [0, 1, 2, 3].map((worker) => `made by worker ${worker}`),
  );
  assert.deepEqual(texts(view, ".wl-letter"), ["A", "B", "A", "B", "A", "B", "A", "B"]);
  assert.deepEqual(
    [0, 1].map((tone) => view.$$(`.wl-equal.wl-tone-${tone}`).length),
    [4, 4],
  );
  assert.equal(new Set(texts(view, ".wl-change")).size, 2);
  assert.match(view.$(".wl-caption").textContent, /^All 4 workers drew the same numbers/);
  assert.equal(view.$(".wl-note code").textContent, "DataLoader(pictures, batch_size=2, num_workers=4)");
});

test("pixels are drawn where they are, as dark as they are", async () => {
  const view = await mount(DOT);
  const [before] = view.$$(".wl-picture");
  assert.equal(before.getAttribute("viewBox"), "0 0 8 7");
  assert.deepEqual(
    [...before.querySelectorAll("path")].map((path) => [
      path.getAttribute("d"),
      Number(path.getAttribute("fill-opacity")),
    ]),
    [
      ["M3 3h1v1h-1z", 1],
      ["M4 3h1v1h-1z", 0.194],
    ],
  );
});

test("the frame is turned and shifted as the picture was, and the picture is named in words", async () => {
  const view = await mount(DOT);
  const { turn_deg, shift_rows, shift_columns, turn, shift } =
    view.model.state.timeline.rounds[0].batches[0].changes[0];
  assert.equal(
    view.$(".wl-frame").getAttribute("transform"),
    `translate(${shift_columns} ${shift_rows}) rotate(${turn_deg} 4 3.5)`,
  );
  const names = view.$$(".wl-picture").map((node) => node.getAttribute("aria-label"));
  assert.equal(names[0], "batch 0, picture 1");
  assert.equal(names[1], `batch 0, picture 1, turned ${turn}, shifted ${shift}`);
  assert.equal(names[6], "batch 1, picture 2");
  assert.equal(view.$(".wl-loader").getAttribute("aria-label"), "round 1: one batch from each worker");
});

test("every picture stands in the batch that the kernel put it in", async () => {
  // picture n has one dot, at n
  const view = await mount("wl.LoaderWorkers(np.eye(256, dtype=np.uint8).reshape(256, 16, 16) * 255, workers=3)");
  const dots = () => view.$$(".wl-picture").map((node) => node.querySelector("path[fill-opacity]")?.getAttribute("d"));
  press(view, "Next round");
  const round = [6, 7, 8, 9, 10, 11].map((column) => `M${column} 0h1v1h-1z`);
  assert.deepEqual(
    dots().filter((_, index) => index % 2 === 0),
    round,
  );
  assert.deepEqual(texts(view, ".wl-name b"), ["batch 3", "batch 4", "batch 5"]);
});

test("pictures that come before their timeline do not hang the view", async () => {
  const view = await mount("wl.LoaderWorkers()");
  view.model.receive({ before: new DataView(new ArrayBuffer(3)), after: new DataView(new ArrayBuffer(0)) });
  assert.equal(texts(view, ".wl-letter").length, 8);
  view.destroy();
});

test("rounds go on and back by button and arrow key, without the kernel, and stop at both ends", async () => {
  const view = await mount("wl.LoaderWorkers()");
  const first = texts(view, ".wl-change");
  const sent = view.model.sent.length;
  assert.equal(button(view, "Back").disabled, true);
  press(view, "Next round");
  assert.equal(view.$(".wl-rounds output").textContent, "round 2 of 4");
  assert.notDeepEqual(texts(view, ".wl-change"), first);
  view.key(button(view, "Next round"), "ArrowLeft");
  assert.deepEqual(texts(view, ".wl-change"), first);
  button(view, "Next round").focus();
  for (let n = 0; n < 9; n++) view.key(view.$("section"), "ArrowRight");
  assert.equal(view.$(".wl-rounds output").textContent, "round 4 of 4");
  assert.equal(button(view, "Next round").disabled, true);
  assert.equal(view.window.document.activeElement, button(view, "Back")); // the focus is not lost with the button
  assert.equal(view.model.sent.length, sent);
});

test("with reseeding the changes differ, carry no letter, and the code is shown", async () => {
  const view = await mount("wl.LoaderWorkers()");
  const reseeding = view.$("select[aria-label^=reseeding]");
  reseeding.value = "spawn";
  view.fire(reseeding, "change");
  assert.deepEqual(view.model.saved.at(-1), { reseeding: "spawn" });
  view.model.receive({ reseeding: "spawn", timeline: stateOf("wl.LoaderWorkers(reseeding='spawn')").timeline });
  assert.deepEqual([view.$$(".wl-equal").length, view.$$(".wl-letter").length], [0, 0]);
  assert.equal(new Set(texts(view, ".wl-change")).size, 8);
  assert.match(view.$(".wl-recipe code").textContent, /SeedSequence/);
});

test("what can't be done is explained in the place of the pictures", async () => {
  const view = await mount("wl.LoaderWorkers(generator='python', reseeding='jump')");
  assert.match(view.$(".wl-refused").textContent, /^✗ Python’s random has had no jumpahead/);
});

test("workers, and start again, are asked of the kernel", async () => {
  const view = await mount("wl.LoaderWorkers()");
  const slider = view.$("input[type=range]");
  slider.value = 7;
  view.fire(slider, "input");
  assert.deepEqual(view.model.saved.at(-1), { workers: 8 });
  press(view, "Next round");
  press(view, "Start again");
  assert.deepEqual(view.model.sent.at(-1).content, { restart: true });
  assert.equal(view.$(".wl-rounds output").textContent, "round 1 of 4");
});
