// The parts of StrideExplorer's view that need no page: where a picture goes, and in what order the kernel is asked.
import assert from "node:assert/strict";
import { test } from "node:test";
import { layOut } from "../../widgets_lib/widgets/strides/layout.js";
import { matchMarks } from "../../widgets_lib/widgets/strides/marks.js";
import { Requests } from "../../widgets_lib/widgets/strides/requests.js";
import { FakeModel, stateOf } from "./harness.js";

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
