// What a widget does when its kernel is restarted or ends, with the model and the signal of ipywidgets played.
import assert from "node:assert/strict";
import { test } from "node:test";
import { watchKernel } from "../../widgets_lib/widgets/shared/kernel-watch.js";
import { FakeModel, mount, openWindow } from "./harness.js";

/** The Assets model as ipywidgets makes it: setting `comm_live` tells its listeners. */
class FakeAssets extends FakeModel {
  live = true;
  get comm_live() {
    return this.live;
  }
  set comm_live(value) {
    this.live = value;
    this.emit("comm_live_update");
  }
}

/** A kernel whose `statusChanged` and `disposed` are signals as Lumino makes them. */
function fakeKernel() {
  const slots = new Set();
  const ends = new Set();
  const signal = (set) => ({ connect: (slot) => set.add(slot), disconnect: (slot) => set.delete(slot) });
  return {
    statusChanged: signal(slots),
    disposed: signal(ends),
    listeners: () => slots.size + ends.size,
    become: (status) => [...slots].forEach((slot) => slot(null, status)),
    dispose: () => [...ends].forEach((slot) => slot(null)),
  };
}

async function watched({ assets = new FakeAssets({}), kernel = fakeKernel() } = {}) {
  const window = openWindow();
  globalThis.window = window;
  const root = window.document.createElement("section");
  root.innerHTML = "<div class=controls></div><p class=own inert></p>";
  const model = new FakeModel({ _assets: "IPY_MODEL_a1" });
  model.widget_manager = { get_model: async (id) => (id === "a1" ? assets : null), kernel };
  const life = new AbortController();
  await watchKernel(model, root, life.signal);
  const note = () => root.querySelector(".wl-gone")?.textContent ?? null;
  const covered = () => root.querySelector(".controls").hasAttribute("inert");
  return { window, root, assets, kernel, life, note, covered };
}

test("a restart is said, and the widget is out of reach", async () => {
  const { root, assets, note, covered } = await watched();
  assert.equal(note(), null);
  assert.ok(!covered());
  assets.comm_live = false;
  assert.equal(note(), "Python was restarted: run this cell again.");
  assert.ok(covered() && root.classList.contains("wl-is-gone"));
  assert.ok(!root.querySelector(".wl-gone").hasAttribute("inert"));
});

test("a kernel that comes back gives back the widget, and only what was taken", async () => {
  const { root, assets, note, covered } = await watched();
  assets.comm_live = false;
  assets.comm_live = true;
  assert.equal(note(), null);
  assert.ok(!covered() && !root.classList.contains("wl-is-gone"));
  assert.ok(root.querySelector(".own").hasAttribute("inert"));
});

for (const [status, words] of [
  ["restarting", /was restarted: run this cell again/],
  ["autorestarting", /was restarted: run this cell again/],
  ["dead", /has stopped: start it again/],
  ["terminating", /has stopped: start it again/],
]) {
  test(`a kernel that is ${status} is said in every widget, and in views made later`, async () => {
    const assets = new FakeAssets({});
    const kernel = fakeKernel();
    const views = [await watched({ assets, kernel }), await watched({ assets, kernel })];
    kernel.become(status);
    views.push(await watched({ assets, kernel }));
    for (const { note, covered } of views) {
      assert.match(note(), words);
      assert.ok(covered());
    }
  });
}

test("a kernel that was shut down or changed from the menu is said too", async () => {
  const { kernel, note, covered } = await watched();
  kernel.dispose();
  assert.equal(note(), "This widget’s Python is gone: run this cell again.");
  assert.ok(covered());
});

test("a busy, idle or starting kernel, or a lost connection, is no news", async () => {
  const { kernel, note } = await watched();
  for (const status of ["busy", "idle", "starting", "unknown", "connected"]) kernel.become(status);
  assert.equal(note(), null);
});

test("on a lesson page, which has a banner, the widget greys without a note", async () => {
  const { window, note, covered } = await watched();
  window.document.documentElement.dataset.lesson = "stopped";
  window.dispatchEvent(new window.Event("wl-python-stopped"));
  assert.ok(covered());
  assert.equal(note(), null);
  const other = await watched();
  other.window.document.documentElement.dataset.lesson = "ready";
  other.kernel.become("dead");
  assert.ok(other.covered());
  assert.equal(other.note(), null);
});

test("a view that goes listens no longer", async () => {
  const { window, assets, kernel, life, covered } = await watched();
  life.abort();
  assert.equal(assets.listenerCount() + kernel.listeners(), 0);
  window.dispatchEvent(new window.Event("wl-python-stopped"));
  assert.ok(!covered());
});

test("hosts without a manager, a kernel or such models draw the widget all the same", async () => {
  const { note } = await watched({ kernel: undefined, assets: { get() {} } });
  assert.equal(note(), null);
  const root = openWindow().document.createElement("section");
  await watchKernel(new FakeModel({}), root, new AbortController().signal);
  assert.equal(root.className, "");
});

test("every widget's frame keeps watch", async () => {
  const assets = new FakeAssets({});
  const { el, model, destroy } = await mount("wl.LoopStepper()");
  const found = await model.widget_manager.get_model();
  destroy();
  Object.assign(assets, { get: found.get });
  model.widget_manager = { get_model: async () => assets };
  const view = await mount("wl.LoopStepper()", { model });
  await new Promise((resolve) => setTimeout(resolve));
  assets.comm_live = false;
  assert.match(view.el.textContent, /^Python was restarted/);
  assert.ok(!el.textContent.includes("Python was restarted"));
  view.destroy();
});
