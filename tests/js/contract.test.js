// What holds for every widget: a trait read is a trait listened to, a view that goes leaves no listener, two views
// work.
import assert from "node:assert/strict";
import { test } from "node:test";
import { mount, widgetExpressions } from "./harness.js";

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
}
