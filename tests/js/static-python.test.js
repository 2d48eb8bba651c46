// The page's side of Python with a worker that is played: what waits, what is woken, ended and brought back.
import assert from "node:assert/strict";
import { mock, test } from "node:test";
import { BUSY_MS, CANCEL_MS, decode, encode, Python, STARTING_MS } from "../../static_edition/browser/python.js";
import { Model } from "../../widgets_lib/app/share/voila/templates/tensor-foundations/static/live/model.js";

class FakeWorker {
  messages = [];
  ended = false;
  postMessage(message) {
    this.messages.push(structuredClone(message));
  }
  terminate() {
    this.ended = true;
  }
  say(data) {
    this.onmessage({ data });
  }
  /** What waits for an answer: [id, message]. */
  get asked() {
    const { id, text } = this.messages.at(-1);
    return [id, JSON.parse(text)];
  }
  answer(state, kept) {
    const { id, number } = this.messages.at(-1);
    if (state) this.say({ id, text: JSON.stringify({ state }), buffers: [], inPlace: 0 });
    this.say({ done: number, kept });
  }
}

function page({ states = { a: { n: 1, out: 1 }, b: { n: 1, out: 1 } }, createWorker } = {}) {
  const workers = [];
  const said = [];
  const note =
    (name) =>
    (...values) =>
      said.push([name, ...values]);
  const names = ["starting", "busy", "quiet", "broken", "stopped", "fetched", "fetching"];
  const models = new Map();
  const python = new Python({
    models,
    inputs: { a: ["n"], b: ["n"] },
    parts: { archive: "python.zip" },
    createWorker: () => {
      createWorker?.();
      workers.push(new FakeWorker());
      return workers.at(-1);
    },
    words: Object.fromEntries(names.map((name) => [name, note(name)])),
  });
  for (const [id, state] of Object.entries(states)) models.set(id, new Model(id, state, (m) => python.tell(m)));
  const set = (id, values) => {
    models.get(id).set(values);
    models.get(id).save_changes();
  };
  const saidOf = (name) => said.filter(([each]) => each === name);
  return { python, workers, models, set, said, saidOf, worker: () => workers.at(-1) };
}

test("a view that comes wakes nobody and is told when its widget is first spoken to", () => {
  const { python, workers, models, set, worker } = page();
  models.get("a").send({ view: 1 });
  models.get("a").send({ view: 1 });
  models.get("b").send({ view: 1 });
  models.get("b").send({ view: -1 });
  assert.equal(workers.length, 0);
  set("a", { n: 2 });
  assert.deepEqual(worker().messages, [{ start: { archive: "python.zip", states: {} } }]);
  worker().say({ ready: true });
  assert.deepEqual(worker().asked, ["a", { custom: { view: 2 } }]);
  worker().answer();
  assert.deepEqual(worker().asked, ["a", { state: { n: 2 } }]);
  worker().answer();
  models.get("a").send({ view: 1 });
  assert.deepEqual(worker().asked, ["a", { custom: { view: 1 } }]);
  python.wake();
  assert.equal(workers.length, 1);
});

test("of what waits of one widget's traits only the newest is sent, and messages keep their place", () => {
  const { set, models, worker } = page();
  set("a", { n: 2 });
  set("b", { n: 7 });
  set("a", { n: 3 });
  models.get("a").send({ step: 1 });
  set("a", { n: 4 });
  worker().say({ ready: true });
  const asked = [];
  for (let at = 0; at < 4; at++) {
    asked.push(worker().asked);
    worker().answer();
  }
  assert.deepEqual(asked, [
    ["a", { state: { n: 3 } }],
    ["b", { state: { n: 7 } }],
    ["a", { custom: { step: 1 } }],
    ["a", { state: { n: 4 } }],
  ]);
  assert.equal(worker().messages.length, 5); // and the start
});

test("a setting of other traits waits for those before it: they may give it another meaning", () => {
  const { set, worker } = page();
  set("a", { n: 2 });
  set("a", { given: 1 });
  set("a", { n: 3 });
  set("a", { n: 4 });
  set("a", { n: 5, m: 1 });
  worker().say({ ready: true });
  const asked = [];
  for (let at = 0; at < 3; at++) {
    asked.push(worker().asked[1].state);
    worker().answer();
  }
  assert.deepEqual(asked, [{ n: 2 }, { given: 1 }, { n: 5, m: 1 }]);
});

test("a late answer does not set back what the page has set since", () => {
  const { set, models, worker } = page();
  set("a", { n: 2 });
  worker().say({ ready: true });
  set("a", { n: 3 });
  worker().answer({ n: 2, out: 20 });
  assert.deepEqual([models.get("a").get("n"), models.get("a").get("out")], [3, 20]);
  worker().answer({ n: 4 }); // nothing waits: Python knows better
  assert.equal(models.get("a").get("n"), 4);
});

test("that Python starts is said to who has waited, and not to who only wakes it", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { python, set, saidOf, worker } = page();
  python.wake();
  mock.timers.tick(STARTING_MS);
  assert.equal(saidOf("starting").length, 0);
  set("a", { n: 2 });
  mock.timers.tick(STARTING_MS - 1);
  assert.equal(saidOf("starting").length, 0);
  mock.timers.tick(1);
  assert.equal(saidOf("starting").length, 1);
  worker().say({ ready: true });
  assert.ok(saidOf("quiet").length);
  mock.timers.reset();
});

test("who waits long may stop it: the widget is as it was, and the others are made again as they are", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { set, models, saidOf, workers, worker } = page();
  set("b", { n: 5 });
  worker().say({ ready: true });
  worker().answer({ out: 50 }, '{"measured": 1}');
  set("a", { n: 1_000_000 });
  set("a", { n: 1_000_001 });
  mock.timers.tick(BUSY_MS);
  const [[, stop]] = saidOf("busy");
  stop();
  assert.ok(workers[0].ended);
  assert.deepEqual(saidOf("stopped"), [["stopped", "asked", "a"]]);
  assert.equal(models.get("a").get("n"), 1);
  const { states } = worker().messages[0].start;
  assert.deepEqual(states, { a: { inputs: { n: 1 } }, b: { inputs: { n: 5 }, kept: '{"measured": 1}' } });
  worker().say({ ready: true });
  assert.deepEqual(worker().asked, ["a", { custom: { view: 1 } }]);
  worker().answer();
  assert.deepEqual(worker().asked, ["b", { custom: { view: 1 } }]);
  worker().answer();
  set("a", { n: 2 });
  assert.deepEqual(worker().asked, ["a", { state: { n: 2 } }]);
  mock.timers.reset();
});

test("what the ended worker still says is not heard", () => {
  const { python, set, models, workers } = page();
  set("a", { n: 2 });
  workers[0].say({ ready: true });
  python.restart();
  workers[0].answer({ out: 99 });
  assert.equal(models.get("a").get("out"), 1);
});

test("what a widget keeps that goes on by itself is brought back too", () => {
  const { python, set, worker } = page();
  set("a", { n: 2 });
  worker().say({ ready: true });
  worker().answer({}, '{"epoch": 1}');
  worker().say({ id: "a", kept: '{"epoch": 2}' });
  python.restart();
  assert.deepEqual(worker().messages[0].start.states, { a: { inputs: { n: 2 }, kept: '{"epoch": 2}' } });
});

test("a worker that dies once is started again; one that does not start, or dies twice, is said to be broken", () => {
  const { set, saidOf, workers, worker, models } = page();
  set("a", { n: 2 });
  worker().say({ ready: true });
  worker().onerror({ message: "out of memory" });
  assert.deepEqual(
    [workers.length, saidOf("stopped"), models.get("a").get("n")],
    [2, [["stopped", "crashed", "a"]], 1],
  );
  worker().onerror({ message: "no such file" });
  assert.deepEqual(saidOf("broken"), [["broken", "no such file"]]);
  set("a", { n: 3 });
  assert.equal(workers.length, 2); // nobody asks it again
});

test("Python that fails to start says so once, whether the worker says it or can't be made", () => {
  const { set, saidOf, worker } = page();
  set("a", { n: 2 });
  worker().say({ failed: "python.zip: 404" });
  assert.deepEqual(saidOf("broken"), [["broken", "python.zip: 404"]]);
  const other = page({
    createWorker: () => {
      throw new Error("no workers here");
    },
  });
  other.set("a", { n: 2 });
  assert.deepEqual(other.saidOf("broken"), [["broken", "Error: no workers here"]]);
});

test("bytes in traits stand beside the text, both ways", () => {
  const pixels = new DataView(new Uint8Array([1, 2, 3]).buffer);
  const { text, buffers } = encode({ id: "a", state: { drawn: { pixels }, n: 1 } });
  assert.deepEqual([JSON.parse(text), buffers], [{ state: { drawn: { pixels: { $buffer: 0 } }, n: 1 } }, [pixels]]);
  const { state } = decode(text, [new Uint8Array([9, 1, 2, 3]).subarray(1)]);
  assert.deepEqual([state.drawn.pixels.byteLength, state.drawn.pixels.getUint8(0), state.n], [3, 1, 1]);
});

test("who waits long for a file is told how much of it is there, and not that Python computes", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { set, worker, said, saidOf } = page();
  const fetching = (bytes) => worker().say({ fetching: bytes === null ? null : { bytes, whole: 9 } });
  set("a", { n: 2 });
  worker().say({ ready: true });
  for (const bytes of [0, null, 3]) fetching(bytes);
  assert.deepEqual(saidOf("fetching"), []);
  mock.timers.tick(STARTING_MS);
  assert.deepEqual(saidOf("fetching")[0][1], { bytes: 3, whole: 9 });
  mock.timers.tick(2 * BUSY_MS);
  for (const bytes of [null, 6]) fetching(bytes);
  assert.deepEqual(saidOf("fetching")[1][1], { bytes: 6, whole: 9 });
  assert.deepEqual(saidOf("busy"), []);
  fetching(null);
  mock.timers.tick(BUSY_MS);
  assert.equal(said.at(-1)[0], "busy"); // now it does compute
  worker().answer({ n: 2 });
  assert.equal(said.at(-1)[0], "quiet");
  mock.timers.reset();
});

test("a file that is fetched while nobody waits for an answer is told of until it is there", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { set, worker, said } = page();
  set("a", { n: 2 });
  worker().say({ ready: true });
  worker().answer({ n: 2 }); // and goes on in turns
  worker().say({ fetching: { bytes: 0, whole: 9 } });
  mock.timers.tick(2 * BUSY_MS);
  assert.equal(said.at(-1)[0], "fetching");
  worker().say({ fetching: null });
  mock.timers.tick(STARTING_MS - 1);
  assert.equal(said.at(-1)[0], "fetching");
  mock.timers.tick(1);
  assert.equal(said.at(-1)[0], "quiet");
  mock.timers.tick(2 * BUSY_MS);
  assert.equal(said.at(-1)[0], "quiet");
  mock.timers.reset();
});

test("Cancel ends work that does not hear it, and the widget is as it was before that work", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const states = { a: { n: 1, out: 1, progress: {} }, b: { n: 1, out: 1 } };
  const { set, worker, workers, models, saidOf } = page({ states });
  set("b", { n: 5 });
  worker().say({ ready: true });
  worker().answer({ out: 5 });
  set("a", { n: 2 });
  worker().answer({ out: 2 });
  set("a", { n: 3 });
  worker().answer({ progress: { message: "long" } }); // and is at work in turns, the first of which does not end
  models.get("a").send({ cancel: true });
  mock.timers.tick(CANCEL_MS - 1);
  assert.equal(workers.length, 1);
  mock.timers.tick(1);
  assert.equal(workers.length, 2);
  assert.deepEqual(saidOf("stopped"), [["stopped", "asked", "a"]]);
  assert.deepEqual([models.get("a").get("n"), models.get("a").get("progress")], [2, {}]);
  const { states: brought } = worker().messages[0].start;
  assert.deepEqual([brought.a.inputs, brought.b.inputs], [{ n: 2 }, { n: 5 }]);
  mock.timers.reset();
});

test("a Cancel that is heard ends nothing else", () => {
  mock.timers.enable({ apis: ["setTimeout"] });
  const { set, worker, workers, models, saidOf } = page();
  set("a", { n: 2 });
  worker().say({ ready: true });
  worker().answer({ out: 2 });
  models.get("a").send({ cancel: true });
  worker().answer({});
  mock.timers.tick(2 * CANCEL_MS);
  assert.deepEqual([workers.length, saidOf("stopped").length, models.get("a").get("n")], [1, 0, 2]);
  mock.timers.reset();
});
