import assert from "node:assert/strict";
import { test } from "node:test";
import { mount as mountWidget } from "./harness.js";

/** Mounts with a strip of 784 pixels' width, one for each pixel of a digit. */
async function mount(expression, options) {
  const view = await mountWidget(expression, options);
  view.$(".wl-strip svg").getBoundingClientRect = () => ({ left: 100, width: 784 });
  view.caption = () => view.$(".wl-caption").textContent;
  view.hover = (p) => view.fire(view.$(`[data-p="${p}"]`), "pointerover");
  view.overStrip = (type, x) =>
    view.$(".wl-strip").dispatchEvent(new view.window.MouseEvent(type, { clientX: x, bubbles: true }));
  view.facts = () =>
    view
      .$$(".wl-facts .wl-mono")
      .filter((fact) => !fact.hidden)
      .map((fact) => fact.textContent);
  return view;
}
const FIVE = "wl.DigitViewer()";

test("opens at row 20, column 15, the pixel lit in the picture and in the strip", async () => {
  const view = await mount(FIVE);
  assert.equal(view.caption(), "Row 20, column 15: image[20][15] and flat[575] are the same number, 0.98828125.");
  assert.deepEqual(view.facts(), ["0.98828125", "5", "20", "15", "28·20 + 15 = 575"]);
  assert.deepEqual(
    view.$$(".wl-bitmap .wl-at").map((text) => text.textContent),
    ["20", "15"],
  );
  assert.equal(view.$(".wl-place").textContent, "575");
  assert.equal(view.$(".wl-segment").getAttribute("x"), "560");
  assert.equal(view.$(".wl-segment").getAttribute("width"), "28");
  view.destroy();
});

test("a pixel's ink is as strong as its grey, in the picture and in the strip", async () => {
  const view = await mount(FIVE);
  const { grey } = view.model.state.picture;
  assert.deepEqual(
    view.$$(".wl-bitmap [data-p]").map((pixel) => Number(pixel.getAttribute("fill-opacity"))),
    grey,
  );
  const strip = Array(784).fill(0);
  for (const tick of view.$$(".wl-strip .wl-ink rect"))
    strip[Number(tick.getAttribute("x"))] = Number(tick.getAttribute("fill-opacity"));
  assert.deepEqual(strip, grey);
  view.destroy();
});

test("hovering links picture and strip both ways, sends nothing, and ends when the pointer leaves", async () => {
  const view = await mount(FIVE);
  view.hover(28 * 7 + 9);
  assert.match(view.caption(), /^Row 7, column 9: .*flat\[205\] are the same number, 0\.98828125/);
  assert.equal(view.$(".wl-place").textContent, "205");
  view.overStrip("pointermove", 100 + 203.5);
  assert.match(view.caption(), /^Row 7, column 7: .*flat\[203\] are the same number, 0\.19140625/);
  assert.equal(view.$(".wl-pixel").getAttribute("x"), String(7 * 16 - 1));
  view.overStrip("pointermove", 5000);
  assert.match(view.caption(), /flat\[783\]/);
  assert.deepEqual(view.model.saved, []);
  view.fire(view.$(".wl-strip"), "pointerleave");
  assert.match(view.caption(), /flat\[575\]/);
  view.destroy();
});

test("a click pins the pixel, for every view", async () => {
  const view = await mount(FIVE);
  const other = await mount("", { model: view.model });
  view.fire(view.$('[data-p="30"]'), "click");
  assert.deepEqual(view.model.saved.at(-1), { row: 1, column: 2 });
  assert.match(other.caption(), /flat\[30\]/);
  view.overStrip("click", 100);
  assert.match(other.caption(), /flat\[0\]/);
  view.destroy();
  other.destroy();
});

test("the picture is one tab stop; arrows stay inside it, in the strip they cross from row to row", async () => {
  const view = await mount("wl.DigitViewer([[1, 2, 3], [4, 5, 6]], row=0, column=2)");
  const at = () => Number(view.$(".wl-place").textContent);
  const press = (part, keys) =>
    keys.map((key) => {
      view.key(view.$(part), key);
      return at();
    });
  assert.equal(view.$$(".wl-bitmap[tabindex], .wl-bitmap [tabindex]").length, 1);
  assert.deepEqual(
    press(".wl-bitmap", [
      "ArrowRight",
      "ArrowUp",
      "ArrowDown",
      "ArrowDown",
      "Home",
      "ArrowLeft",
      "End",
      "PageUp",
      "PageDown",
    ]),
    [2, 2, 5, 5, 3, 3, 5, 2, 5],
  );
  assert.deepEqual(
    press(".wl-strip", ["Home", "ArrowLeft", "End", "ArrowRight", "ArrowUp", "ArrowRight", "PageUp", "ArrowDown"]),
    [0, 0, 5, 5, 2, 3, 0, 3],
  );
  assert.equal(view.$(".wl-strip").getAttribute("aria-valuetext"), "3: 4, row 1, column 0");
  view.destroy();
});

test("numbers come into the cells; where there is no room, into a close-up around the pixel", async () => {
  const view = await mount(FIVE);
  const box = view.$("[type=checkbox]");
  box.click();
  assert.deepEqual(view.model.saved.at(-1), { numbers: true });
  assert.deepEqual(
    view.$$(".wl-numbers text").map((text) => text.textContent),
    view.model.state.picture.short,
  );
  assert.match(view.$(".wl-caption").textContent, /hundredths.*98 for 0\.98828125/);
  assert.equal(view.$(".wl-closely"), null);
  box.click();
  assert.equal(view.$$(".wl-numbers text").length, 0);
  view.destroy();
  const wide = await mount("wl.DigitViewer(np.arange(64.0 * 64).reshape(64, 64) / 4096, numbers=True)");
  assert.equal(wide.$$(".wl-numbers text").length, 0);
  assert.equal(wide.$$(".wl-closely .wl-close .wl-cell").length, 49);
  const { short } = wide.model.state.picture;
  wide.key(wide.$(".wl-bitmap"), "PageUp");
  assert.equal(wide.$(".wl-close .wl-on").textContent, short[15]);
  assert.deepEqual(
    wide.$$(".wl-close .wl-at").map((text) => text.textContent),
    ["15", "0"],
  );
  wide.destroy();
});

test("pictures are chosen by button, number and slider; the picture follows from the kernel", async () => {
  const view = await mount("wl.DigitViewer(np.arange(12.0).reshape(3, 2, 2), labels=['a', 'b', 'c'])");
  view.$("[aria-label='next picture']").click();
  assert.deepEqual(view.model.saved.at(-1), { index: 1 });
  assert.equal(view.$("[type=range]").value, "1", "the slider does not wait for the kernel");
  const { picture } = view.model.state;
  view.model.receive({ picture: { ...picture, index: 1, label: "b", texts: ["4", "5", "6", "7"] } });
  assert.deepEqual(view.facts(), ["7", "b", "1", "1", "2·1 + 1 = 3"]);
  const field = view.$("[aria-label='number of the picture']");
  assert.equal(field.value, "1");
  const type = (text) => {
    field.value = text;
    view.fire(field, "change");
    return field.value;
  };
  for (const text of ["7", "1.5", "", "two", "-1", "1"]) {
    assert.equal(type(text), "1", `${text}: the picture that is shown`);
    assert.deepEqual(view.model.sent.at(-1).content, { index: text }, "the kernel says what is wrong with it");
  }
  assert.deepEqual(view.model.saved.at(-1), { index: 1 });
  assert.equal(type(" 2"), "2", "no waiting for the kernel");
  assert.deepEqual(view.model.saved.at(-1), { index: 2 });
  view.model.receive({ error: "there is no picture" });
  assert.equal(view.$(".wl-controls + [role=alert]").textContent, "there is no picture", "under the field");
  view.destroy();
  const one = await mount(FIVE);
  assert.equal(one.$(".wl-chooser").hidden, true);
  one.destroy();
});

test("Start again asks the kernel", async () => {
  const view = await mount(FIVE);
  view
    .$$("button")
    .find((one) => one.textContent === "Start again")
    .click();
  assert.deepEqual(view.model.sent.at(-1).content, { restart: true });
  view.destroy();
});
