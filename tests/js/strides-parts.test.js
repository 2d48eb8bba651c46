// The parts of StrideExplorer's view that need no page: where a picture goes, and in what order the kernel is asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { decorate } from "../../widgets_lib/widgets/strides/decorations.js";
import { layOut } from "../../widgets_lib/widgets/strides/layout.js";
import { matchMarks } from "../../widgets_lib/widgets/strides/marks.js";
import { createWalk, thread } from "../../widgets_lib/widgets/strides/paths.js";
import { Requests } from "../../widgets_lib/widgets/strides/requests.js";
import { FakeModel, openWindow, stateOf } from "./harness.js";

const pictureOf = (x) => stateOf(`wl.StrideExplorer(${x})`).picture;
const notes = (height = 0) => {
  const starts = [];
  return { starts, width: 400, stand: (start) => starts.push(start), height: () => height };
};
const linesOf = ({ cells }) => {
  const lines = new Map();
  for (const [position, { y }] of cells) lines.set(y, [...(lines.get(y) ?? []), position]);
  return [...lines.values()];
};

test("the storage is wrapped to the width, and its walls stand at its two ends", () => {
  const picture = pictureOf("np.arange(10)");
  assert.deepEqual(linesOf(layOut(picture, 900, notes())), [[0, 1, 2, 3, 4, 5, 6, 7, 8, 9]]);
  const layout = layOut(picture, 300, notes());
  assert.deepEqual(linesOf(layout), [
    [0, 1, 2, 3, 4, 5],
    [6, 7, 8, 9],
  ]); // six cells of 48 beside a margin of 4
  const [first, last] = [layout.cells.get(0), layout.cells.get(9)];
  assert.deepEqual(layout.walls, [
    { x: first.x, y: first.y },
    { x: last.x + layout.size, y: last.y },
  ]);
});

test("dots stand where cells are left out, and a run is broken only if no line could hold it", () => {
  const layout = layOut(pictureOf("np.zeros((1000, 1000), 'u1')"), 960, notes());
  const lines = linesOf(layout);
  assert.equal(lines.length, 6); // two rows of twelve to a line
  assert.ok(lines.every((line) => line.length === 24 && line[12] - line[0] === 1000));
  assert.equal(layout.gaps.length, 6 + 5); // between two runs, and in the margin of each further line
});

test("the notes stand beside the view where there is room, and a storage that would run into them begins below", () => {
  const picture = pictureOf("np.arange(24).reshape(2, 12)[:, :3]");
  const [wide, narrow, tall] = [notes(), notes(), notes(500)];
  const top = (layout) => layout.cells.get(0).y;
  const low = top(layOut(picture, 1000, wide));
  assert.ok(wide.starts.at(-1) > 0);
  layOut(picture, 360, narrow);
  assert.deepEqual(narrow.starts, [null]);
  const below = layOut(picture, 1000, tall);
  assert.ok(low < 500 && top(below) > 500 && below.title > top(below));
});

test("a number's mark goes on to the element that shows it next, and no mark shows two", () => {
  const mark = (name) => ({ name, now: { x: 0, y: 0 } });
  const [a, b, c] = ["a", "b", "c"].map(mark);
  const before = { positions: [0, 1, 2], elements: [a, b, c], cells: new Map() };
  const created = [];
  const create = () => {
    created.push(mark("new"));
    return created.at(-1);
  };
  const names = (positions) => matchMarks(positions.length, positions, before, create).marks.map(({ name }) => name);
  assert.deepEqual(names([2, 1, 0]), ["c", "b", "a"]);
  assert.deepEqual(names([0, 0, 0]), ["a", "c", "b"]);
  assert.deepEqual(names([2]), ["c"]);
  assert.equal(created.length, 0);
  assert.deepEqual(names([0, 1, 2, 2]), ["a", "b", "c", "new"]);
});

test("the kernel is asked one thing at a time, and dials that still wait give way to newer ones", () => {
  const model = new FakeModel({});
  const sent = () => model.sent.map(({ content }) => content);
  const signal = new AbortController();
  let settled = 0;
  const requests = new Requests(model, signal.signal, () => settled++);
  requests.ask({ move: "transpose" });
  requests.ask({ dials: { shape: [1] } });
  requests.ask({ dials: { shape: [2] } });
  assert.deepEqual(sent(), [{ move: "transpose", number: 1 }]);
  model.emit("msg:custom", { done: 7 }); // the answer to another view
  assert.equal(sent().length, 1);
  model.emit("msg:custom", { done: 1 });
  assert.deepEqual(sent().at(-1), { dials: { shape: [2] }, number: 2 });
  assert.equal(settled, 0);
  model.emit("msg:custom", { done: 2 });
  assert.equal(settled, 1);
  signal.abort();
  assert.equal(model.listenerCount(), 0);
});

// ---- no line crosses a label ----

/** Points along a path, close to each other. */
function pointsOf(d) {
  const points = [];
  let [x, y] = [0, 0];
  const along = (corners) => {
    for (let step = 0; step <= 120; step++) {
      let rest = [[x, y], ...corners];
      const t = step / 120;
      while (rest.length > 1)
        rest = rest.slice(1).map(([px, py], n) => [rest[n][0] * (1 - t) + px * t, rest[n][1] * (1 - t) + py * t]);
      points.push(rest[0]);
    }
    [x, y] = corners.at(-1);
  };
  for (const [, letter, numbers] of d.matchAll(/([MVHLCQ])([^MVHLCQ]*)/g)) {
    const n = numbers.match(/-?[\d.]+/g).map(Number);
    if (letter === "M") [x, y] = n;
    else if (letter === "V") along([[x, n[0]]]);
    else if (letter === "H") along([[n[0], y]]);
    else along(Array.from({ length: n.length / 2 }, (_, at) => [n[2 * at], n[2 * at + 1]]));
  }
  return points;
}

/** Where a text stands; 13 px letters are 7.8 wide, and what has a hole in it is as high as a small letter. */
function boxOf(text) {
  const [x, y] = ["x", "y"].map((name) => Number(text.getAttribute(name)));
  const width = 7.8 * text.textContent.length;
  const left = { start: x, middle: x - width / 2, end: x - width }[text.getAttribute("text-anchor") ?? "start"];
  return { text: text.textContent, left, right: left + width, top: y - 9, bottom: y };
}

const crossed = (points, { left, right, top, bottom }) =>
  points.some(([x, y]) => x > left && x < right && y > top && y < bottom);

for (const [x, width, height] of [
  ["np.broadcast_to(np.arange(3), (3, 3))", 960, 260],
  ["np.arange(6).reshape(2, 3)", 960, 260],
  ["np.arange(6).reshape(2, 3)", 312, 0],
  ["np.arange(24).reshape(2, 3, 4)", 960, 330],
  ["np.arange(24).reshape(2, 3, 4)", 312, 0],
  ["np.arange(24).reshape(2, 3, 4).transpose(2, 0, 1)", 360, 0],
  ["np.arange(24).reshape(4, 6)[::-1, ::-1]", 360, 0],
  ["np.arange(48).reshape(2, 2, 3, 4)", 700, 0],
  ["np.arange(400).reshape(20, 20)", 960, 300],
  ["np.arange(12).reshape(3, 4)[:, ::-2]", 960, 260],
]) {
  test(`no line crosses a label: ${x} at ${width}`, () => {
    const { document } = openWindow();
    const picture = pictureOf(x);
    const layout = layOut(picture, width, notes(height));
    const { parts } = decorate(picture, layout);
    const place = (at) => ({ ...at, size: layout.size });
    const cells = new Map([...layout.cells].map(([position, at]) => [position, place(at)]));
    const numbers = [...layout.cells].flatMap(([position, at]) => {
      const half = 3.9 * String(position).length;
      const middle = at.x + layout.size / 2;
      const bottom = at.y + layout.size + 11;
      return at.numbered
        ? [{ text: `cell ${position}`, left: middle - half, right: middle + half, top: bottom - 9, bottom }]
        : [];
    });
    const fixed = [...parts.filter((part) => part.localName === "text").map(boxOf), ...numbers];
    const beside = { text: "the notes", left: 0, right: 0, top: 0, bottom: 0 };
    if (height) Object.assign(beside, { left: width - 400, right: width, bottom: height });
    const group = document.createElementNS("http://www.w3.org/2000/svg", "g");
    const walk = createWalk(group);
    for (const [element, from] of layout.elements.entries()) {
      if (element % Math.ceil(layout.elements.length / 24) > 1) continue;
      const to = cells.get(picture.positions[element]);
      const tied = thread(place(from), to, layout);
      walk(element, picture, cells, layout, [tied]);
      const visible = (node) => node.getAttribute("visibility") !== "hidden";
      const named = [...group.querySelectorAll("text")].filter((name) => name.textContent).map(boxOf);
      const lines = [...group.querySelectorAll("path")].filter(visible).map((path) => path.getAttribute("d"));
      lines.push(tied);
      assert.ok(named.length || !element, `element ${element}: no axis is named`);
      for (const d of lines) {
        const points = pointsOf(d);
        for (const box of [...fixed, ...named, beside])
          assert.ok(!crossed(points, box), `element ${element}: ${d} crosses ${JSON.stringify(box)}`);
      }
    }
  });
}
