import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

// A machine and times of the test's own: what is drawn must not depend on the machine that runs it.
const COMPUTE = "widgets_lib.compute.roofline";
const ROOFS = 'roofline.Roof(1, 1e11, 2e10, "x"), roofline.Roof(4, 4e11, 4e10, "x")';
const roofline = (records) =>
  `(lambda machines, results, roofline: (
    setattr(machines, "_machine", roofline.Machine(${ROOFS}, "CPU", 2**25, 2**27, 1.0)),
    [results.record(
      {"backend": key, "m": m, "k": k, "n": n},
      {"event": "result", "seconds": seconds, "threads": 4, "extrapolated": estimated,
       "at_least": estimated, "at_most": seconds < 1e-5}
     ) for key, m, k, n, seconds, estimated in ${records}],
    wl.Roofline())[-1])(
    __import__("importlib").import_module("${COMPUTE}.machines"),
    __import__("importlib").import_module("widgets_lib.widgets.ladder.results"),
    __import__("importlib").import_module("${COMPUTE}"))`.replaceAll("\n", " ");

const TITLES = Array.from({ length: 14 }, (_, at) => `rung number ${at}`);
// fourteen over six decades, most of them crowded at the top
const SECONDS = [5e-3, 5.1e-3, 5.2e-3, 8e-3, 8e-3, 1.5e-2, 1.6e-2, 0.3, 0.31, 2, 36, 3600, 3900, 5000];
const FOURTEEN = JSON.stringify(TITLES.map((title, at) => [title, 50_000, 784, 10, SECONDS[at], 0]));
const THREE = `[
  ["matmul", 50000, 784, 10, 0.0155, False],
  ["python", 50000, 784, 10, 3600.0, True],
  ["numpy", 5, 784, 10, 8e-6, False]]`;

const points = (view) => view.$$(".wl-mark");
const named = (view, text) => points(view).find((mark) => mark.getAttribute("aria-label").startsWith(text));
const number = (node, name) => Number(node.getAttribute(name));

test("an unmeasured machine: the view asks for it once, and says what is missing", async () => {
  const view = await mount("wl.Roofline()", { state: {} });
  assert.deepEqual(
    view.model.sent.map(({ content }) => content),
    [{ view: 1 }, { measure: "first" }],
  );
  assert.equal(view.$(".wl-roof"), null);
  assert.match(view.$(".wl-plot").textContent, /not measured yet/);
  assert.match(view.$(".wl-said-product").textContent, /press Measure/);
  view.destroy();
});

test("a machine that is measured is not asked for again when its drawing comes into sight", async () => {
  const view = await mount(roofline(THREE), { state: {} });
  assert.deepEqual(
    view.model.sent.map(({ content }) => content),
    [{ view: 1 }],
  );
  view.destroy();
});

test("the roof rises to the ridge and is flat from there, one core below all", async () => {
  const view = await mount(roofline("[]"));
  const [lower, upper] = view.$$(".wl-roof").map((path) =>
    path
      .getAttribute("d")
      .match(/[\d.]+/g)
      .map(Number),
  );
  for (const [left, start, ridge, level, right] of [lower, upper]) {
    assert.ok(left < ridge && ridge < right);
    assert.ok(start > level); // up is less
  }
  assert.ok(upper[3] < lower[3] && upper[1] < lower[1]);
  const lines = view.$$(".wl-grid").map((path) => path.getAttribute("d"));
  // the ridge of all, 10 FLOP per byte, stands on a line of the grid
  assert.ok(lines.some((d) => d.startsWith(`M${upper[2]} `)));
  assert.equal(view.$(".wl-ridge").getAttribute("d").split(" ")[0], `M${upper[2]}`);
  view.destroy();
});

test("the best time is written where the ridge crosses no letter of it", async () => {
  const view = await mount(roofline("[]"));
  const { picture } = view.model.state;
  const { bandwidth, peak } = picture.roofs.at(-1);
  for (const width of [280, 360, 600, 900])
    for (let intensity = 0.25; intensity < 400; intensity *= 1.1) {
      const attainable = Math.min(peak, bandwidth * intensity);
      const product = { ...picture.product, intensity, attainable };
      view.model.receive({ picture: { ...picture, width, product } });
      const best = view.$(".wl-product .wl-word");
      const length = 7.3 * best.textContent.length;
      const from = number(best, "x") - (best.getAttribute("text-anchor") === "end" ? length : 0);
      const pieces = view.$(".wl-ridge").getAttribute("d").split("M").slice(1);
      const ridge = Number.parseFloat(pieces[0]);
      if (ridge < from || from + length < ridge) continue;
      const y = number(best, "y");
      const [above, below] = pieces.map((piece) => piece.match(/[\d.]+/g).map(Number));
      assert.ok(above[2] <= y - 12 && y + 3 <= below[1], `${intensity} at ${width}`);
    }
  view.destroy();
});

test("the legend says what an arrow up means where there is one", async () => {
  const least = (view) => view.$(".wl-key-least");
  const none = await mount(roofline("[]"));
  assert.ok(least(none).hidden);
  none.destroy();
  const one = await mount(roofline(THREE));
  assert.ok(!least(one).hidden);
  assert.equal(least(one).textContent, "at least this fast");
  one.destroy();
});

test("points stand at their intensity and speed, and say what they are", async () => {
  const view = await mount(roofline(THREE));
  assert.equal(points(view).length, 3);
  const torch = named(view, "torch @, 50,000 × 784 × 10: 50.6 GFLOP/s, 26 % of the roof");
  const python = named(view, "three loops over tensors");
  const other = named(view, "numpy @, 5 × 784 × 10: ≥ 9.80 GFLOP/s");
  assert.ok(torch && other && python.matches(".wl-most.wl-estimated") && python.querySelector(".wl-arrow"));
  assert.ok(other.matches(".wl-other") && !torch.matches(".wl-other"));
  const arrows = [torch, python, other].map((mark) => mark.querySelector(".wl-arrow")?.getAttribute("d") ?? "none");
  const kinds = arrows.map((d) => (d === "none" ? d : d.includes("v9") ? "down" : "up"));
  assert.deepEqual(kinds, ["none", "down", "up"]); // measured, at most this fast, at least this fast
  const at = (mark) => mark.querySelector(".wl-dot");
  assert.equal(number(at(torch), "cx"), number(at(python), "cx"));
  assert.ok(number(at(other), "cx") < number(at(torch), "cx"));
  assert.ok(number(at(torch), "cy") < number(at(python), "cy"));
  assert.equal(view.$$(".wl-labels text").length, 2); // the other size has none
  view.destroy();
});

test("fourteen names over six decades stand apart, in the order of their points, inside the drawing", async () => {
  const view = await mount(roofline(FOURTEEN));
  const labels = view.$$(".wl-labels text");
  assert.equal(labels.length, 14);
  const heights = labels.map((label) => number(label, "y"));
  const dots = points(view).map((mark) => number(mark.querySelector(".wl-dot"), "cy"));
  const order = heights.map((_, at) => at).sort((a, b) => heights[a] - heights[b]);
  for (let at = 1; at < 14; at++) {
    assert.ok(heights[order[at]] - heights[order[at - 1]] >= 16.9, "no name over another");
    assert.ok(dots[order[at]] >= dots[order[at - 1]], "a name lower than another belongs to a lower point");
  }
  assert.ok(Math.min(...heights) > 48 && Math.max(...heights) < 384);
  view.destroy();
});

test("a slider saves a size; what the kernel answers is drawn, and a preset sets all three", async () => {
  const view = await mount(roofline(THREE));
  const slider = view.$('[aria-label^="n:"]');
  slider.value = String(Number(slider.value) + 1);
  view.fire(slider, "input");
  assert.deepEqual(view.model.saved.at(-1), { n: 11 });
  const { picture } = view.model.state;
  view.model.receive({ picture: { ...picture, product: { ...picture.product, text: "5.40", intensity: 5.4 } } });
  assert.match(view.$(".wl-product").textContent, /5\.40/);
  view
    .$$("button")
    .find((button) => button.textContent === "1,024³")
    .click();
  assert.deepEqual(view.model.saved.at(-1), { m: 1024, k: 1024, n: 1024 });
  view.destroy();
});

test("the keyboard goes along the points, shows what each is, and chooses", async () => {
  const view = await mount(roofline(THREE));
  const torch = named(view, "torch @");
  assert.equal(torch.getAttribute("tabindex"), "0");
  torch.focus();
  assert.match(view.$(".wl-said-verdict").textContent, /^torch @\. It takes 15\.5 ms/);
  view.key(torch, "ArrowDown");
  assert.match(view.$(".wl-said-verdict").textContent, /^three loops over tensors\. It takes at least 60 minutes/);
  const python = named(view, "three loops over tensors");
  view.key(python, "ArrowLeft");
  assert.match(view.$(".wl-said-verdict").textContent, /^numpy @, 5 × 784 × 10\. It takes/);
  view.key(named(view, "numpy @"), "Enter");
  assert.deepEqual(view.model.saved.at(-1), { m: 5, k: 784, n: 10, rung: "numpy" });
  // a new picture keeps the focus where it was
  view.model.receive({ picture: { ...view.model.state.picture } });
  assert.equal(view.window.document.activeElement.getAttribute("aria-label").slice(0, 7), "numpy @");
  view.destroy();
});

test("a press chooses; leaving brings back what was said before", async () => {
  const view = await mount(roofline(THREE));
  const python = named(view, "three loops over tensors");
  view.fire(python, "pointerover");
  assert.ok(python.matches(".wl-pointed"));
  assert.match(view.$(".wl-said-verdict").textContent, /^three loops/);
  view.fire(python.closest(".wl-plot > div"), "pointerleave");
  assert.match(view.$(".wl-said-verdict").textContent, /^The fastest here: torch @\. It takes/);
  view.fire(python, "click");
  assert.deepEqual(view.model.saved.at(-1), { m: 50_000, k: 784, n: 10, rung: "python" });
  view.destroy();
});

test("work in progress shows, can be cancelled, and greys out what would start more", async () => {
  const view = await mount(roofline(THREE));
  const button = (text) => view.$$("button").find((each) => each.textContent === text);
  assert.equal(button("Cancel").hidden, true);
  button("Time torch @").click();
  assert.deepEqual(view.model.sent.at(-1).content, { time: true });
  view.model.receive({ progress: { message: "Measuring this machine: reading memory", fraction: 0.25 } });
  assert.equal(view.$("progress").hidden, false);
  assert.equal(button("Cancel").hidden, false);
  assert.equal(view.$("[role=status]").textContent, "Measuring this machine: reading memory");
  assert.ok(button("Time torch @").disabled && button("Measure again").disabled);
  button("Cancel").click();
  assert.deepEqual(view.model.sent.at(-1).content, { cancel: true });
  view.model.receive({ progress: {} });
  assert.ok(view.$("progress").hidden && !button("Time torch @").disabled);
  button("Measure again").click();
  assert.deepEqual(view.model.sent.at(-1).content, { measure: "again" });
  button("Start again").click();
  assert.deepEqual(view.model.sent.at(-1).content, { restart: true });
  view.destroy();
});

test("the table holds every point, those of the chosen product first, the fastest on top", async () => {
  const view = await mount(roofline(THREE));
  const rows = view.$$("tbody tr").map((row) => [...row.children].map((cell) => cell.textContent));
  assert.deepEqual(
    rows.map(([title, product]) => [title, product]),
    [
      ["torch @", "50,000 × 784 × 10"],
      ["three loops over tensors", "50,000 × 784 × 10"],
      ["numpy @", "5 × 784 × 10"],
    ],
  );
  assert.deepEqual(rows.find(([title]) => title === "torch @").slice(2), ["15.5 ms", "50.6 GFLOP/s", "26 %"]);
  view.destroy();
});

test("the drawing has a text alternative with the roof, the product and how many points there are", async () => {
  const view = await mount(roofline(THREE));
  const label = view.$(".wl-plot svg").getAttribute("aria-label");
  assert.match(label, /^Roofline of 4 cores: 40\.0 GB\/s up to the ridge 10\.0 FLOP per byte, then 400 GFLOP\/s; /);
  assert.match(label, /50,000 × 784 × 10 at 4\.94 FLOP per byte, at best 3\.97 ms; 3 measured points$/);
  view.destroy();
});
