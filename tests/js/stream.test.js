import assert from "node:assert/strict";
import { test } from "node:test";
import { mount } from "./harness.js";

// Python 2.7's, from the seed it opens on
const DRAWS = [0.7645251082582081, 0.7920889799553945, 0.06912886811267205, 0.9559050644103264];
const text = (view, selector) => view.$(selector).textContent;
const press = (view, key) => view.key(view.$(".wl-player input"), key);
const readout = (view) => text(view, ".wl-readout");
const drawn = (view) => Number(view.$(".wl-result").title);
const place = (node) => node.style.transform.match(/-?[\d.]+/g).map(Number);
const marks = (view) =>
  view.$$(".wl-mark").map((mark) => (mark.getAttribute("visibility") === "hidden" ? null : place(mark)));
const type = (view, input, value) => {
  input.value = value;
  view.fire(input, "change");
};
/** A pointer over the drawing of a field, which is given a box of as many pixels as it has units. */
const point = (view, svg, [x, y], event = "pointermove") => {
  const [, , width, height] = svg.getAttribute("viewBox").split(" ").map(Number);
  svg.getBoundingClientRect = () => ({ left: 0, top: 0, width, height });
  svg.dispatchEvent(new view.window.MouseEvent(event, { clientX: x, clientY: y, bubbles: true }));
};

test("opens on the fourth draw from the seed's state, its arithmetic written out", async () => {
  const view = await mount("wl.RandomStream()");
  assert.equal(view.$(".wl-seed").value, "457428938475");
  assert.deepEqual(
    view.$$(".wl-fields input").map((input) => input.value),
    ["4976", "20238", "499"],
  );
  assert.equal(drawn(view), DRAWS[3]);
  press(view, "Home");
  assert.match(text(view, ".wl-equation"), /Nothing is drawn yet/);
  assert.match(text(view, ".wl-work"), /^x = 4,976/);
  press(view, "ArrowRight");
  // 171·4976 = 850896 = 28·30269 + 3364
  assert.equal(text(view, ".wl-work"), "171 · 4,976 = 850,896mod 30,269 = 3,3643,364 / 30,269 = 0.1111");
  assert.equal(text(view, ".wl-equation"), "0.1111 + 0.8558 + 0.7975 = 1.7645 mod 1 = 0.7645");
  assert.equal(view.$(".wl-equation span[title]").title, String(3364 / 30269));
  const [first, where, bar, other] = readout(view).split(/(?<=\.) (?=[A-Z])/);
  assert.equal(first, "Draw 1 of 50 is 0.7645251082582081.");
  assert.equal(where, "It falls into the bar from 0.7 to 0.8.");
  assert.match(bar, /^So far that bar holds 1; all 50 draws put \d+ there, and an even spread would put 5\.$/);
  assert.match(other, /^Small LCG: 0\.\d+\.$/);
  view.destroy();
});

test("every draw forth and back is the same, without the kernel", async () => {
  const view = await mount("wl.RandomStream()");
  press(view, "Home");
  for (const value of DRAWS) {
    press(view, "ArrowRight");
    assert.equal(drawn(view), value);
  }
  press(view, "End");
  assert.equal(view.$$(".wl-drawn").length, 50);
  const { counts } = view.model.state.picture;
  assert.deepEqual(
    view
      .$$(".wl-bin")
      .map((bar) => Number(bar.getAttribute("aria-label").match(/: so far (\d+); all 50 draws put (\d+) there/)[1])),
    counts,
  );
  for (let at = 49; at > 2; at--) press(view, "ArrowLeft");
  assert.equal(drawn(view), DRAWS[2]);
  assert.equal(view.$$(".wl-drawn").length, 3);
  const empty = view.$$(".wl-bin").filter((bar) => / so far 0;/.test(bar.getAttribute("aria-label")));
  assert.equal(empty.length, 10 - 2); // 0.76 and 0.79 share one
  assert.deepEqual([view.model.saved, view.model.sent], [[], []]);
  view.destroy();
});

test("a hand goes on round its ring and back, and stops at x over m", async () => {
  const view = await mount("wl.RandomStream()");
  const turn = () => Number(view.$(".wl-hand").style.transform.match(/[\d.-]+/)[0]);
  press(view, "Home");
  const start = turn();
  assert.ok(Math.abs(start - 4976 / 30269) < 1e-12);
  press(view, "ArrowRight");
  assert.ok(Math.abs((((turn() - 3364 / 30269) % 1) + 1) % 1) < 1e-9);
  view.destroy();
});

test("the current draw is marked in the plot, its bar, and the pairs and triples of both generators", async () => {
  const view = await mount("wl.RandomStream()");
  assert.equal(marks(view).filter(Boolean).length, 5);
  assert.equal(view.$$(".wl-bin.wl-on").length, 1);
  assert.equal(view.$(".wl-bin.wl-on").dataset.bin, "9");
  press(view, "Home");
  assert.equal(marks(view).filter(Boolean).length, 0);
  assert.equal(view.$$(".wl-bin.wl-on").length, 0);
  press(view, "ArrowRight");
  assert.equal(marks(view).filter(Boolean).length, 1); // one draw makes no pair
  press(view, "ArrowRight");
  assert.equal(marks(view).filter(Boolean).length, 3);
  view.destroy();
});

test("pointing at a dot tells the exact number everywhere; pressing it goes there", async () => {
  const view = await mount("wl.RandomStream()");
  const svg = view.$(".wl-field svg");
  const dots = view.$$(".wl-dot");
  const at = (dot) => [Number(dot.getAttribute("cx")), Number(dot.getAttribute("cy"))];
  point(view, svg, at(dots[1]));
  assert.match(readout(view), /^Draw 2 of 50 is 0\.7920889799553945\./);
  assert.deepEqual(marks(view)[0], at(dots[1]));
  assert.equal(view.$(".wl-player output").textContent, "4 / 50");
  point(view, svg, [0, 0], "pointerleave");
  assert.match(readout(view), /^Draw 4 /);
  point(view, svg, at(dots[19]), "click");
  assert.equal(view.$(".wl-player output").textContent, "20 / 50");
  // in a picture of pairs, a draw that is still to come
  const pairs = view.$(".wl-square svg");
  press(view, "Home");
  press(view, "ArrowRight");
  press(view, "ArrowRight");
  const second = marks(view)[1];
  press(view, "Home");
  point(view, pairs, second);
  assert.match(readout(view), / is 0\.7920889799553945\./);
  view.destroy();
});

test("the bars are reached by keyboard and say how many fell there and how many an even spread has", async () => {
  const view = await mount("wl.RandomStream()");
  const bars = view.$$(".wl-bin");
  assert.deepEqual(view.$$('.wl-bin[tabindex="0"]'), [bars[0]]);
  bars[0].dispatchEvent(new view.window.Event("focusin", { bubbles: true }));
  const all = view.model.state.picture.counts[0];
  assert.equal(
    readout(view),
    `So far the bar from 0 to 0.1 holds 1; all 50 draws put ${all} there, and an even spread would put 5.`,
  );
  view.key(bars[0], "ArrowUp");
  assert.deepEqual(view.$$('.wl-bin[tabindex="0"]'), [bars[1]]);
  bars[0].dispatchEvent(new view.window.Event("focusout", { bubbles: true }));
  assert.match(readout(view), /^Draw 4/);
  view.destroy();
});

test("what is typed goes to the kernel as text, and stays where it is refused", async () => {
  const view = await mount("wl.RandomStream()");
  type(view, view.$(".wl-seed"), "soup");
  assert.deepEqual(view.model.saved, [{ seed: "soup" }]);
  view.model.receive({ error: "a seed is a whole number such as 42" });
  assert.equal(view.$(".wl-seed").value, "soup");
  assert.equal(view.$(".wl-seed").getAttribute("aria-invalid"), "true");
  type(view, view.$$(".wl-fields input")[2], "0");
  assert.deepEqual(view.model.saved.at(-1), { state: ["4976", "20238", "0"] });
  view.model.receive({ error: "component 3 must be from 1 to 30,322, not 0" });
  assert.deepEqual(
    view.$$(".wl-fields [aria-invalid]").map((input) => input.value),
    ["0"],
  );
  view.$("button[aria-label^='Start again']").click();
  assert.deepEqual(
    view.model.sent.map(({ content }) => content),
    [{ restart: true }],
  );
  view.destroy();
});

test("a new picture is drawn once, at the draw that was shown", async () => {
  const view = await mount("wl.RandomStream()");
  const other = (await mount("wl.RandomStream(seed=42, divide_by_period=True)")).model.state;
  press(view, "Home");
  press(view, "ArrowRight");
  let redrawn = 0;
  const watched = view.$(".wl-cards").parentNode;
  const replace = watched.replaceChildren.bind(watched);
  watched.replaceChildren = (...nodes) => {
    redrawn++;
    replace(...nodes);
  };
  const { seed, state, divide_by_period, picture, draws } = other;
  view.model.receive({ seed, state, divide_by_period, picture, draws });
  assert.equal(redrawn, 1);
  assert.equal(drawn(view), 0.25421176102342913);
  press(view, "ArrowRight");
  press(view, "ArrowRight");
  assert.equal(drawn(view), 0.19544471247365425);
  assert.match(text(view, ".wl-work"), / \/ 30,268 = /);
  view.destroy();
});

test("10,000 draws open all made, without a mark for each in the document; playing takes 100 at a time", async (t) => {
  const view = await mount("wl.RandomStream(n=10_000, compare_with='randu')");
  const count = () => view.$(".wl-player output").textContent;
  assert.equal(count(), "10000 / 10000");
  assert.equal(view.$$(".wl-dot").length, 0);
  assert.ok(view.$$("*").length < 700);
  assert.match(text(view, ".wl-portraits"), /they lie on 15 planes/);
  press(view, "ArrowLeft");
  assert.equal(count(), "9999 / 10000");
  press(view, "Home");
  t.mock.timers.enable({ apis: ["setTimeout"] });
  view.$("button[aria-label=play]").click();
  t.mock.timers.tick(700);
  assert.equal(count(), "100 / 10000");
  t.mock.timers.tick(700);
  assert.equal(count(), "200 / 10000");
  view.$("button[aria-label=pause]").click();
  press(view, "ArrowRight");
  assert.equal(count(), "201 / 10000");
  view.destroy();
});

test("one component alone, and none to compare with", async () => {
  const view = await mount("wl.RandomStream(generator='tiny-lcg', compare_with=None, seed=7, n=1)");
  assert.equal(view.$$(".wl-card").length, 1);
  assert.equal(view.$$(".wl-portrait").length, 1);
  assert.equal(text(view, ".wl-work"), "1,229 · 7 + 1 = 8,604mod 2,048 = 412412 / 2,048 = 0.2012");
  assert.equal(view.$("input[type=checkbox]").disabled, true);
  view.destroy();
});

test("the stage of the stream has its arithmetic, its plot and its controls, and no pairs", async () => {
  const view = await mount("wl.RandomStream(show='stream')");
  assert.equal(drawn(view), DRAWS[3]);
  assert.deepEqual([view.$$(".wl-card").length, view.$$(".wl-bin").length, view.$$(".wl-square").length], [3, 10, 0]);
  assert.doesNotMatch(text(view, ".wl-stage") + text(view, ".wl-caption"), /small LCG|Dividing|triples/i);
  const row = [...view.$(".wl-controls").children];
  assert.deepEqual(
    row.map((node) => node.className),
    ["wl-player", "", "wl-more"],
  );
  assert.ok(view.$(".wl-more .wl-fields") && view.$(".wl-more input[type=checkbox]") && !view.$(".wl-more .wl-seed"));
  // the drawing comes before its controls
  const parts = [...view.$(".wl-stream").children].map((node) => node.className);
  assert.ok(parts.indexOf("wl-stage") < parts.indexOf("wl-controls"));
  view.destroy();
});

test("the stage of the pairs fills two squares draw by draw, and tells a dot's two draws", async (t) => {
  const view = await mount("wl.RandomStream(show='pairs', generator='wichmann-hill', compare_with='tiny-lcg')");
  assert.deepEqual([view.$$(".wl-card").length, view.$$(".wl-bin").length, view.$$(".wl-square").length], [0, 0, 2]);
  const words = [...view.$(".wl-square svg").querySelectorAll("text")].map((word) => word.textContent);
  assert.ok(words.includes("xₙ") && words.includes("xₙ₊₁")); // both axes have a name
  assert.equal(view.$(".wl-player output").textContent, "2048 / 2048");
  assert.doesNotMatch(view.$(".wl-stream").textContent, /triples|planes/i);
  press(view, "Home");
  assert.match(readout(view), /Two draws in a row make the first dot/);
  press(view, "ArrowRight");
  press(view, "ArrowRight");
  assert.match(readout(view), /^Draws 1 and 2\. Wichmann–Hill: 0\.7645 then 0\.7921\. Small LCG: /);
  assert.equal(view.$(".wl-readout span[title]").title, String(DRAWS[0]));
  t.mock.timers.enable({ apis: ["setTimeout"] });
  press(view, "Home");
  view.$("button[aria-label=play]").click();
  t.mock.timers.tick(700);
  assert.equal(view.$(".wl-player output").textContent, "52 / 2048");
  view.destroy();
});

test("the stage of the planes turns both cubes by slider and by drag, and keeps where they stand", async () => {
  const view = await mount("wl.RandomStream(show='planes')");
  assert.equal(view.$$(".wl-cube svg").length, 2);
  const label = () => view.$(".wl-cube svg").getAttribute("aria-label");
  assert.equal(text(view, ".wl-portraits"), "RANDUWichmann–Hill"); // what is to be found is not said before
  assert.doesNotMatch(label(), /planes/);
  const edges = () => view.$$(".wl-edges").map((node) => node.getAttribute("d"));
  const slider = view.$(".wl-slider input");
  const before = edges();
  assert.equal(before[0], before[1]);
  slider.value = "88";
  view.fire(slider, "input");
  assert.ok(edges().every((path) => path !== before[0]));
  assert.deepEqual(view.model.saved, []);
  assert.match(text(view, ".wl-portraits"), /RANDU.*lie on 15 parallel planes\..*Wichmann–Hill.*no pattern/);
  assert.match(label(), /planes/);
  view.fire(slider, "change");
  assert.deepEqual(view.model.saved, [{ turn_deg: 88 }]);
  const drag = (event, clientX) =>
    view.$(".wl-cube svg").dispatchEvent(new view.window.MouseEvent(event, { clientX, bubbles: true }));
  drag("pointermove", 500); // without a button pressed
  drag("pointerdown", 100);
  drag("pointermove", 80);
  drag("pointerup", 80);
  assert.deepEqual(view.model.saved.at(-1), { turn_deg: 78 });
  view.model.receive({ turn_deg: 0 });
  assert.deepEqual([slider.value, edges()[1]], ["0", before[1]]);
  view.destroy();
});

test("RANDU's planes are seen edge on at 88 degrees, and from nowhere else as sharply", async () => {
  const { project } = await import("../../widgets_lib/widgets/stream/cube.js");
  // two directions that lie in the planes 9x − 6y + z; seen edge on, they are parallel
  const flat = [
    [6, 9, 0],
    [1, 0, -9],
  ];
  const spread = (degrees) => {
    const origin = project([0, 0, 0], degrees);
    const [a, b] = flat.map((point) => project(point, degrees).map((value, at) => value - origin[at]));
    return Math.abs(a[0] * b[1] - a[1] * b[0]) / Math.hypot(...flat[0]) / Math.hypot(...flat[1]);
  };
  const best = Array.from({ length: 360 }, (_, degrees) => degrees).sort((a, b) => spread(a) - spread(b));
  assert.deepEqual(
    best.slice(0, 2).sort((a, b) => a - b),
    [88, 264],
  );
  assert.ok(spread(88) < 0.01 && spread(0) > 0.5);
});
