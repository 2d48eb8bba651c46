// What holds for every widget: a trait read is a trait listened to, a view that goes leaves no listener, two views
// work.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, threadUpdatedTraits, widgetExpressions } from "./harness.js";

// Every widget there is, and states in which one looks different.
const EXPRESSIONS = [...Object.values(widgetExpressions()), "wl.BroadcastExplorer(preset='clash')"];

for (const expression of EXPRESSIONS) {
  test(`${expression}: every trait read has a change: listener, and removal leaves none`, async () => {
    const view = await mount(expression);
    const unlistened = [...view.model.read].filter((name) => !view.model.listeners.has(`change:${name}`));
    assert.deepEqual(unlistened, []);
    assert.ok(view.model.listenerCount() > 0);
    view.destroy();
    assert.equal(view.model.listenerCount(), 0);
  });

  test(`${expression}: asks for what a thread set before the page was there`, async () => {
    const view = await mount(expression);
    const asks = view.model.sent.filter(({ content }) => content.view === 1).length;
    assert.equal(asks, threadUpdatedTraits(expression).length ? 1 : 0);
    view.destroy();
  });

  test(`${expression}: is named, shows an error in words, and keeps a second view`, async () => {
    const first = await mount(expression);
    const second = await mount(expression, { model: first.model });
    assert.ok(first.$("section").getAttribute("aria-label"));
    first.destroy();
    second.model.receive({ error: "the value 7 is too large: at most 5" });
    assert.equal(second.$("[role=alert]").textContent, "the value 7 is too large: at most 5");
    assert.equal(second.$("[role=alert]").hidden, false);
    second.destroy();
  });

  test(`${expression}: tells the page of its inputs, and what the page kept goes to the kernel`, async () => {
    const heard = [];
    const prepare = ({ document }) => {
      for (const name of ["wl-view", "wl-inputs", "wl-refused"])
        document.addEventListener(name, ({ type, detail }) => heard.push({ type, ...detail }));
    };
    const view = await mount(expression, { prepare });
    const names = view.model.state.input_names;
    const [first] = heard;
    assert.deepEqual([first.type, Object.keys(first.inputs)], ["wl-view", names]);
    assert.deepEqual(JSON.parse(JSON.stringify(first.inputs)), first.inputs);
    first.restore({ x: 1 });
    first.restart();
    assert.deepEqual(
      view.model.sent.slice(-2).map(({ content }) => content),
      [{ restore: { x: 1 } }, { restart: true }],
    );
    const same = view.model.state[names[0]];
    view.model.receive({ [names[0]]: same });
    assert.deepEqual(
      [heard.at(-1).type, heard.at(-1).failed, heard.at(-1).inputs[names[0]]],
      ["wl-inputs", false, same],
    );
    view.model.receive({ error: "no" });
    assert.equal(heard.at(-1).failed, true);
    view.model.emit("msg:custom", { restored: true });
    assert.equal(heard.at(-1).type, "wl-inputs");
    view.model.emit("msg:custom", { restored: false });
    assert.equal(heard.at(-1).type, "wl-refused");
    view.destroy();
  });

  test(`${expression}: every control has a name and keeps its keys from the host`, async () => {
    const view = await mount(expression);
    for (const control of view.$$("button, input, select, [tabindex]")) {
      const name =
        control.getAttribute("aria-label") ??
        (control.textContent.trim() || control.closest("label")?.textContent.trim());
      assert.ok(name, `unnamed: ${control.outerHTML}`);
      assert.equal(control.getAttribute("data-lm-suppress-shortcuts"), "true", control.outerHTML);
    }
    view.destroy();
  });

  test(`${expression}: what is drawn anew keeps the focus`, async () => {
    const view = await mount(expression);
    const files = ["_view", "_assets"]; // another view
    const traits = [...view.model.listeners.keys()].map((event) => event.replace("change:", ""));
    const again = Object.fromEntries(
      traits
        .filter((trait) => trait in view.model.state && !files.includes(trait))
        .map((trait) => [trait, structuredClone(view.model.state[trait])]),
    );
    const stops = () => view.$$("button, input, select, textarea, summary, [tabindex]");
    const active = () => view.window.document.activeElement;
    for (const at of stops().keys()) {
      stops()[at]?.focus();
      const focused = active();
      if (focused.disabled || focused.closest("[hidden]") || !view.el.contains(focused)) continue;
      view.model.receive(again);
      assert.ok(view.el.contains(active()), `lost: ${focused.outerHTML.slice(0, 200)}`);
    }
    view.destroy();
  });
}
