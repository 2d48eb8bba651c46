import assert from "node:assert/strict";
import { test } from "node:test";
import { mount as mountWidget } from "./harness.js";

async function mount(expression, options) {
  const view = await mountWidget(expression, options);
  view.caption = () => view.$(".wl-caption").textContent;
  view.words = () => view.$$("figcaption").map((each) => each.textContent);
  view.ink = (at) =>
    [...view.$$("figure")[at].querySelectorAll(".wl-ink rect")].map((rect) => rect.getAttribute("fill-opacity"));
  return view;
}
const TEN = "wl.MeanDigit(count=10)";

test("shows the newest image and the mean, and counts", async () => {
  const view = await mount(TEN);
  assert.deepEqual(view.words().slice(0, 2), ["number 10 joins", "mean of 10 threes"]);
  assert.match(
    view.caption(),
    /^The mean of 10 threes, pixel by pixel\. Row 14, column 12: ink in \d+ of 10, mean 0\.\d{3}\.$/,
  );
  assert.equal(view.$$("figure")[2].hidden, true);
  view.destroy();
});

test("of one image the mean is the image; steps go through the counts and are kept", async () => {
  const view = await mount(TEN);
  view.key(view.$("section"), "Home");
  assert.deepEqual(view.model.saved.at(-1), { step: 0 });
  assert.match(view.caption(), /One image of a 3: the mean is the image itself/);
  assert.deepEqual(view.words().slice(0, 2), ["number 1 joins", "mean of 1 image"]);
  const close = view.ink(0).every((ink, p) => Math.abs(ink - view.ink(1)[p]) <= 0.001);
  assert.ok(close && view.ink(1).some((ink) => ink > 0.9));
  view.key(view.$("section"), "End");
  assert.deepEqual(view.model.saved.at(-1), { step: 12 });
  assert.equal(view.words()[1], "mean of 6,131 threes");
  assert.ok(view.$(".wl-joins"));
  view.destroy();
});

test("a pixel is looked at in both pictures; arrow keys in a picture do not step", async () => {
  const view = await mount(TEN);
  const [newest, mean] = view.$$(".wl-bitmap");
  view.fire(mean.querySelector('[data-p="0"]'), "pointerover");
  assert.match(view.caption(), /Row 0, column 0: ink in 0 of 10, mean 0\.000\.$/);
  assert.equal(newest.querySelector(".wl-pixel").getAttribute("x"), "-1");
  view.fire(mean, "pointerleave");
  assert.match(view.caption(), /Row 14, column 12/);
  view.key(mean, "ArrowRight");
  assert.deepEqual(view.model.saved.at(-1), { row: 14, column: 13 });
  assert.match(view.caption(), /Row 14, column 13/);
  assert.equal(view.words()[1], "mean of 10 threes");
  view.destroy();
});

test("what the kernel sets is followed and not sent back, and playing goes on", async () => {
  const view = await mount(TEN);
  const { stack, newest, means, spreads, inked } = view.model.state;
  view.model.receive({ step: 12 });
  assert.equal(view.words()[1], "mean of 6,131 threes");
  view.model.receive({ stack: { ...stack }, newest, means, spreads, inked, step: 0 });
  assert.equal(view.words()[1], "mean of 1 image");
  assert.deepEqual(view.model.saved, []);
  view.$('[aria-label="play"]').click();
  view.model.receive({ step: 0 }); // as it is
  assert.ok(view.$('[aria-label="pause"]'));
  view.destroy();
});

test("the spread is a second picture, behind more", async () => {
  const view = await mount(TEN);
  const box = view.$(".wl-more input");
  box.checked = true;
  view.fire(box, "change");
  assert.deepEqual(view.model.saved.at(-1), { spread: true });
  assert.equal(view.$$("figure")[2].hidden, false);
  assert.match(view.caption(), /, spread 0\.\d{3}\.$/);
  view.destroy();
});

test("another digit comes in parts, and is drawn when all are there", async () => {
  const view = await mount(TEN);
  const other = await mount("wl.MeanDigit(digit=7, count=10)");
  const { digit, stack, newest, means, spreads, inked } = other.model.state;
  view.model.receive({ digit });
  assert.equal(view.$("select").value, "7");
  view.model.receive({ newest: { byteLength: 0 } });
  assert.equal(view.words()[1], "mean of 10 threes");
  view.model.receive({ stack, newest, means, spreads, inked });
  assert.equal(view.words()[1], "mean of 10 sevens");
  assert.deepEqual(view.ink(1), other.ink(1));
  view.destroy();
  other.destroy();
});
