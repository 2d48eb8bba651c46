// The page's own way to draw widgets and to speak with their kernel: wire.js, kernel.js, mounting.js.
import assert from "node:assert/strict";
import { test } from "node:test";
import { ROOT } from "./states.js";

const LIVE = `${ROOT}/widgets_lib/app/share/voila/templates/tensor-foundations/static/live`;
const { decode, encode, PROTOCOL } = await import(`${LIVE}/wire.js`);
const { Kernel } = await import(`${LIVE}/kernel.js`);
const { Model } = await import(`${LIVE}/model.js`);
const { mountWhenNear } = await import(`${LIVE}/mounting.js`);
const { createModels, line } = await import(`${LIVE}/live.js`);

/** A websocket whose other end is the test. */
class FakeSocket {
  constructor(address, protocol) {
    Object.assign(this, { address, protocol, readyState: 0, sent: [] });
  }
  send(frame) {
    this.sent.push(decode(frame));
  }
  close() {
    this.readyState = 3;
    this.onclose?.({});
  }
  open() {
    this.readyState = 1;
    this.onopen({});
  }
  /** A message of the kernel. */
  say(type, content, parent = {}, buffers = []) {
    const frame = encode("iopub", { msg_type: type }, content, buffers);
    const message = decode(frame);
    // a kernel's messages name what they answer
    this.onmessage({ data: withParent(message, parent) });
  }
  finish(sent) {
    this.say("status", { execution_state: "idle" }, sent.header);
  }
}

/** The frame of a message with a parent header, put together by hand as jupyter_server does it. */
function withParent({ channel, header, content, buffers }, parent) {
  const parts = [
    Buffer.from(channel),
    ...[header, parent, {}, content].map((part) => Buffer.from(JSON.stringify(part))),
    ...buffers.map(({ buffer, byteOffset, byteLength }) => Buffer.from(buffer, byteOffset, byteLength)),
  ];
  const offsets = [8 * (parts.length + 2)];
  for (const part of parts) offsets.push(offsets.at(-1) + part.length);
  const table = Buffer.alloc(offsets[0]);
  [offsets.length, ...offsets].forEach((value, at) => table.writeBigUInt64LE(BigInt(value), 8 * at));
  const frame = Buffer.concat([table, ...parts]);
  return frame.buffer.slice(frame.byteOffset, frame.byteOffset + frame.length);
}

function connected(states = { one: { n: 1, text: "" } }) {
  const sockets = [];
  const models = new Map();
  const kernel = new Kernel({
    address: "ws://here/channels",
    models,
    createSocket: (...given) => {
      sockets.push(new FakeSocket(...given));
      return sockets.at(-1);
    },
  });
  for (const [id, state] of Object.entries(states))
    models.set(id, new Model(id, state, (message) => kernel.tell(message)));
  kernel.connect();
  const set = (id, name, value) => {
    models.get(id).set(name, value);
    models.get(id).save_changes();
  };
  return { kernel, models, sockets, socket: sockets[0], set };
}

const settings = (socket) =>
  socket.sent.filter(({ content }) => content.data.method === "update").map(({ content }) => content.data.state);
const tick = () => new Promise((resolve) => setTimeout(resolve));

test("a message is the same after it went over the wire, as jupyter_server writes it", () => {
  const bytes = new DataView(new Uint8Array([9, 1, 2]).buffer, 1);
  const header = { msg_id: "a", msg_type: "comm_msg" };
  const { channel, content, buffers, ...rest } = decode(encode("shell", header, { word: "žluť" }, [bytes]));
  assert.deepEqual([channel, rest.header, content], ["shell", header, { word: "žluť" }]);
  assert.deepEqual([buffers.length, buffers[0].byteLength, buffers[0].getUint8(1)], [1, 2, 2]);
  const frame = Buffer.from(encode("shell", header, {}));
  assert.equal(frame.readBigUInt64LE(0), 6n); // five parts begin somewhere, and the last one ends
  assert.equal(Number(frame.readBigUInt64LE(48)), frame.length);
  const parent = decode(withParent({ channel: "iopub", header, content: {}, buffers: [] }, { msg_id: "b" })).parent;
  assert.deepEqual(parent, { msg_id: "b" });
});

test("what is set before the websocket is open goes out when it is, with the protocol of browsers", () => {
  const { socket, set } = connected();
  set("one", "n", 2);
  assert.equal(socket.sent.length, 0);
  socket.open();
  assert.deepEqual([socket.protocol, socket.binaryType], [PROTOCOL, "arraybuffer"]);
  assert.match(socket.address, /^ws:\/\/here\/channels\?session_id=[0-9a-f]{32}$/);
  const [{ channel, header, content }] = socket.sent;
  assert.deepEqual([channel, header.msg_type, content.comm_id], ["shell", "comm_msg", "one"]);
  assert.deepEqual(settings(socket), [{ n: 2 }]);
});

test("of each widget one setting is under way, and of what waits only the newest is sent", () => {
  const { socket, set } = connected({ one: { n: 1, text: "" }, two: { n: 1 } });
  socket.open();
  for (const n of [2, 3, 4]) set("one", "n", n);
  set("one", "text", "so");
  set("two", "n", 9);
  assert.deepEqual(settings(socket), [{ n: 2 }, { n: 9 }]);
  socket.finish(socket.sent[0]);
  assert.deepEqual(settings(socket).slice(2), [{ n: 4, text: "so" }]);
  socket.finish(socket.sent[2]);
  assert.equal(socket.sent.length, 3);
});

test("what was set before a message goes before it", () => {
  const { models, socket, set } = connected();
  socket.open();
  set("one", "n", 2);
  set("one", "n", 3);
  models.get("one").send({ run: true }, undefined, [new Uint8Array([7])]);
  assert.deepEqual(
    socket.sent.map(({ content }) => content.data.state ?? content.data.content),
    [{ n: 2 }, { n: 3 }, { run: true }],
  );
  assert.equal(socket.sent[2].buffers[0].getUint8(0), 7);
});

test("what Python says comes to the widget, with its bytes; what the page is about to set stays", () => {
  const { models, socket, set } = connected({ one: { n: 1, text: "", pixels: null, parts: [] } });
  const model = models.get("one");
  const heard = [];
  model.on("msg:custom", (content) => heard.push(content));
  socket.open();
  set("one", "n", 2);
  set("one", "n", 3); // waits
  const state = { n: 2, text: "two", pixels: null, parts: [null] };
  const paths = [["pixels"], ["parts", 0]];
  const update = { comm_id: "one", data: { method: "update", state, buffer_paths: paths } };
  socket.say("comm_msg", update, {}, [new Uint8Array([5]), new Uint8Array([6])]);
  socket.say("comm_msg", { comm_id: "one", data: { method: "custom", content: { restored: true } } });
  socket.say("comm_msg", { comm_id: "other", data: { method: "update", state: { n: 8 } } });
  assert.deepEqual([model.get("n"), model.get("text")], [3, "two"]);
  assert.deepEqual([model.get("pixels").getUint8(0), model.get("parts")[0].getUint8(0)], [5, 6]);
  assert.deepEqual(heard, [{ restored: true }]);
});

test("an echo of what the page itself has set is none; what another page has set is heard", () => {
  const { models, socket, set } = connected();
  socket.open();
  set("one", "n", 2);
  const echo = (n) => ({ comm_id: "one", data: { method: "echo_update", state: { n } } });
  socket.say("comm_msg", echo(1), socket.sent[0].header);
  assert.equal(models.get("one").get("n"), 2);
  socket.say("comm_msg", echo(5), { session: "another" });
  assert.equal(models.get("one").get("n"), 5);
});

test("after a cut line the page sets again what may be lost, asks what widgets are, and repeats no message", (t) => {
  t.mock.timers.enable({ apis: ["setTimeout"] });
  const { kernel, models, sockets, set } = connected();
  sockets[0].open();
  set("one", "n", 2);
  set("one", "text", "waits");
  models.get("one").send({ run: true });
  sockets[0].close();
  t.mock.timers.tick(500);
  sockets[1].close(); // still no network
  t.mock.timers.tick(999);
  assert.equal(sockets.length, 2);
  t.mock.timers.tick(1);
  set("one", "n", 4);
  sockets[2].open();
  assert.deepEqual(settings(sockets[2]), [{ n: 4, text: "waits" }]);
  assert.deepEqual(
    sockets[2].sent.map(({ content }) => content.data.method),
    ["update", "request_state"],
  );
  assert.equal(sockets[0].address, sockets[2].address); // one session: the server keeps what came meanwhile
  kernel.end();
  t.mock.timers.tick(60_000);
  assert.equal(sockets.length, 3);
});

test("the page knows when the kernel is done with all that it has sent", async () => {
  const { kernel, socket, set } = connected();
  let isDone = false;
  socket.open();
  set("one", "n", 2);
  set("one", "n", 3);
  kernel.answered().then(() => {
    isDone = true;
  });
  socket.finish(socket.sent[0]);
  await tick();
  assert.equal(isDone, false);
  socket.finish(socket.sent[1]);
  await tick();
  assert.equal(isDone, true);
  await kernel.answered();
});

test("a value that many widgets have comes once with the page", () => {
  const big = { rows: [1, 2, 3] };
  const page = { models: { a: { state: { big: { $shared: 0 } } }, b: { state: { big: { $shared: 0 }, n: 1 } } } };
  const models = createModels({ ...page, shared: [big] }, () => {});
  assert.deepEqual([models.get("a").get("big"), models.get("b").get("big")], [big, big]);
});

test("a line under a cell shows what Python says", () => {
  const model = new Model("line", { value: "<b>1</b>" }, () => {});
  const el = { innerHTML: "" };
  line.render({ model, el });
  model.hear({ value: "<b>2</b>" });
  assert.equal(el.innerHTML, "<b>2</b>");
});

// --- the order in which widgets are drawn

/** Places at these distances from the top of a window that is 100 high; width 0 is what a veil hides. */
function placesAt(tops, widths = {}) {
  globalThis.innerHeight = 100;
  return tops.map((top) => ({
    top,
    getBoundingClientRect: () => ({ top, bottom: top + 10, width: widths[top] ?? 10 }),
  }));
}

function observing(t) {
  const observers = [];
  globalThis.IntersectionObserver = class {
    constructor(callback) {
      this.callback = callback;
      this.places = new Set();
      observers.push(this);
    }
    observe(place) {
      this.places.add(place);
    }
    unobserve(place) {
      this.places.delete(place);
    }
  };
  t.after(() => {
    delete globalThis.IntersectionObserver;
    delete globalThis.innerHeight;
  });
  return observers;
}

test("what is in sight is drawn first, and where all are wanted the others follow in their order", async (t) => {
  observing(t);
  const order = [];
  const draw = async ({ top }) => order.push(top);
  const onNear = () => order.push("near");
  await mountWhenNear(placesAt([-900, -50, 5000, 40, 60], { 60: 0 }), draw, { all: true, onNear });
  assert.deepEqual(order, [-50, 40, "near", -900, 5000, 60]);
});

test("else the others are drawn when they come near", async (t) => {
  const observers = observing(t);
  const order = [];
  const places = placesAt([40, 5000, 9000]);
  await mountWhenNear(places, async ({ top }) => order.push(top));
  assert.deepEqual(order, [40]);
  observers[0].callback([{ isIntersecting: true, target: places[2] }]);
  await tick();
  assert.deepEqual(order, [40, 9000]);
});

test("a widget that a reader comes to is not drawn twice", async (t) => {
  const observers = observing(t);
  const order = [];
  const places = placesAt([5000, 7000, 9000]);
  const draw = async ({ top }) => {
    order.push(top);
    if (top === 5000) observers[0].callback([{ isIntersecting: true, target: places[2] }]);
    await tick();
  };
  await mountWhenNear(places, draw, { all: true });
  assert.deepEqual(order, [5000, 9000, 7000]);
});
