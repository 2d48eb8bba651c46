// Links to what a widget shows: what is written comes back, and what is hostile or outdated is answered in words.
import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";
import { Window } from "happy-dom";

import { ROOT } from "./states.js";

const STATIC = `${ROOT}/widgets_lib/app/share/voila/templates/tensor-foundations/static`;
const CELLS = `<p id="told" hidden></p><p id="forgotten" hidden></p><div id="lesson">
  <div class="jp-Cell" id="cell-id=a1"><div class="lm-Widget tf-widget"><section class="wl"></section></div></div>
  <div class="jp-Cell" id="cell-id=b2">
    <div class="lm-Widget tf-widget"><section class="wl"></section></div>
    <div class="lm-Widget tf-widget"><section class="wl"></section></div>
  </div>
  <div class="jp-Cell" id="cell-id=q">
    <div class="lm-Widget"><section class="wl wl-predict"></section></div>
  </div></div>`;

/** Of another realm's object one of this realm. */
const clone = (value) => JSON.parse(JSON.stringify(value));

/** A lesson's page at this fragment, with the page's own scripts. */
async function lesson(fragment = "", kept = null) {
  const window = new Window({
    url: `http://localhost/01_data.html${fragment}`,
    settings: { enableJavaScriptEvaluation: true, suppressInsecureJavaScriptEnvironmentWarning: true },
  });
  window.document.body.innerHTML = CELLS;
  window.ResizeObserver ??= class {};
  const copied = [];
  Object.defineProperty(window.navigator, "clipboard", {
    value: { writeText: async (text) => void copied.push(text) },
    configurable: true,
  });
  if (kept) window.localStorage.setItem("tensor-foundations.progress.1:01.ipynb", JSON.stringify({ widgets: kept }));
  const scripts = ["site.js", "progress.js", "veils.js", "links.js", "keep.js"];
  const text = scripts
    .map((name) => readFileSync(`${STATIC}/${name}`, "utf-8").replace('"use strict";', ""))
    .join("\n");
  window.eval(`${text}
    lessonPath = "01.ipynb";
    document.addEventListener("wl-view", meetView);
    document.addEventListener("wl-inputs", keepInputs);
    document.addEventListener("wl-refused", dropInputs);
    globalThis.page_ = { readLink, stateLink, startLinks, saveInputs, readProgress, aimOf, MAX_LINK_LETTERS };`);
  const restored = [];
  const roots = [...window.document.querySelectorAll(".wl")];
  const dispatch = (root, name, detail) => root.dispatchEvent(new window.CustomEvent(name, { bubbles: true, detail }));
  const meet = (root, inputs = { n: 1 }) =>
    dispatch(root, "wl-view", { inputs, restore: (values) => restored.push(clone(values)), restart: () => {} });
  const told = window.document.getElementById("told");
  return { window, roots, meet, dispatch, restored, copied, told, ...window.page_ };
}

const settled = () => new Promise((resolve) => setTimeout(resolve));

test("a copied link brings the inputs back, in a widget of its own cell and not in another", async () => {
  const { roots, meet, dispatch, copied, told } = await lesson();
  meet(roots[0]);
  dispatch(roots[0], "wl-inputs", { inputs: { text: "ik,kj→ij “ü”", n: [1, null] }, failed: false });
  roots[0].querySelector(".link-row button").click();
  await settled();
  assert.match(told.textContent, /^Copied/);
  const [link] = copied;
  assert.match(link, /^http:\/\/localhost\/01_data\.html#state\.1=a1:[\w-]+$/);
  const there = await lesson(new URL(link).hash);
  there.startLinks();
  there.meet(there.roots[1]);
  there.meet(there.roots[0]);
  there.meet(there.roots[0]);
  assert.deepEqual(there.restored, [{ text: "ik,kj→ij “ü”", n: [1, null] }]);
  assert.equal(there.told.hidden, true);
  assert.equal(there.aimOf(new URL(link).hash).id, "cell-id=a1");
});

test("of a cell with several widgets the link means one", async () => {
  const { roots, meet, copied } = await lesson();
  meet(roots[1]);
  meet(roots[2]);
  roots[2].querySelector(".link-row button").click();
  await settled();
  const there = await lesson(new URL(copied[0]).hash);
  there.meet(there.roots[1]);
  assert.deepEqual(there.restored, []);
  there.meet(there.roots[2]);
  assert.deepEqual(there.restored, [{ n: 1 }]);
});

test("the link means one of several also where the others are drawn later", async () => {
  const { window, roots, meet, copied } = await lesson();
  const cell = roots[0].closest(".jp-Cell");
  cell.innerHTML = `<div class="lm-Widget"><div class="lm-Widget"></div><div class="lm-Widget"></div></div>`;
  const hosts = [...cell.querySelectorAll(".lm-Widget .lm-Widget")];
  const draw = (host) => {
    host.append(Object.assign(window.document.createElement("section"), { className: "wl" }));
    meet(host.firstChild);
    return host.firstChild;
  };
  const second = draw(hosts[1]);
  draw(hosts[0]);
  second.querySelector(".link-row button").click();
  await settled();
  assert.match(copied[0], /#state\.1=a1\/2:/);
});

test("what a link shows is not kept in place of the reader's own", async () => {
  const mine = { "a1/0": { n: 5 }, "b2/0": { n: 6 } };
  const { stateLink } = await lesson();
  const there = await lesson(new URL(stateLink("a1", { n: 2 })).hash, mine);
  for (const root of there.roots.slice(0, 2)) there.meet(root);
  assert.deepEqual(there.restored, [{ n: 2 }, { n: 6 }]);
  for (const root of there.roots.slice(0, 2)) there.dispatch(root, "wl-inputs", { inputs: { n: 3 }, failed: false });
  there.saveInputs();
  assert.deepEqual(clone(there.readProgress("01.ipynb").widgets), { "a1/0": { n: 5 }, "b2/0": { n: 3 } });
});

test("a state that the widget refuses is said in words, and the reader's own is left alone", async () => {
  const { stateLink } = await lesson();
  const there = await lesson(new URL(stateLink("a1", { gone: 2 })).hash, { "a1/0": { n: 5 } });
  there.meet(there.roots[0]);
  there.dispatch(there.roots[0], "wl-refused", {});
  assert.match(there.told.textContent, /doesn’t fit the widget any more/);
  assert.deepEqual(clone(there.readProgress("01.ipynb").widgets), { "a1/0": { n: 5 } });
});

const hostile = {
  "another version": "#state.9=a1:e30",
  "no base64": "#state.1=a1:e30=%00",
  "no text": "#state.1=a1:_____w",
  "no JSON": "#state.1=a1:Zm9v",
  "no object": "#state.1=a1:WzFd",
  null: "#state.1=a1:bnVsbA",
  "a place that is none": "#state.1=<img src=x onerror=alert(1)>:e30",
  "too much": `#state.1=a1:${"A".repeat(7000)}`,
};
for (const [what, fragment] of Object.entries(hostile)) {
  test(`a link with ${what} is answered in words and restores nothing`, async () => {
    const { startLinks, meet, roots, restored, told } = await lesson(fragment);
    startLinks();
    meet(roots[0]);
    assert.deepEqual(restored, []);
    assert.match(told.textContent, /can’t be read/);
    told.querySelector("button").click();
    assert.equal(told.hidden, true);
  });
}

test("a link to a widget that is not there says so; other fragments are none of its business", async () => {
  const { startLinks, told } = await lesson("#state.1=gone:e30");
  startLinks();
  assert.match(told.textContent, /not in this lesson/);
  for (const fragment of ["#%", "#%E0%A4%A", "#The-rule", ""]) {
    const { startLinks, told, aimOf } = await lesson(fragment);
    startLinks();
    assert.deepEqual([told.hidden, aimOf(fragment) ?? null], [true, null]);
  }
});

test("what can't be used, or is too large, gets no link; without a clipboard the link stands there", async () => {
  const { window, roots, meet, dispatch, copied, told } = await lesson();
  meet(roots[0]);
  const click = async () => {
    roots[0].querySelector(".link-row button").click();
    await settled();
    return told.textContent;
  };
  dispatch(roots[0], "wl-inputs", { inputs: { n: 9 }, failed: true });
  assert.match(await click(), /mend it first/);
  dispatch(roots[0], "wl-inputs", { inputs: { n: "9".repeat(6000) }, failed: false });
  assert.match(await click(), /too large/);
  assert.deepEqual(copied, []);
  dispatch(roots[0], "wl-inputs", { inputs: { n: 2 }, failed: false });
  window.navigator.clipboard.writeText = async () => {
    throw new Error("not allowed");
  };
  await click();
  assert.match(told.querySelector("input").value, /#state\.1=a1:/);
});

test("a prediction has no link: it is for its reader to make", async () => {
  const { roots, meet } = await lesson();
  meet(roots[3]);
  assert.equal(roots[3].querySelector(".link-row"), null);
});
