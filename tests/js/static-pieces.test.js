// A file of pieces, read as Python reads one.
import assert from "node:assert/strict";
import { test } from "node:test";
import { addFile } from "../../static_edition/browser/pieces.js";

const WHOLE = Uint8Array.from({ length: 25 }, (_, at) => at);
const PIECES = { bytes: 25, piece: 10, addresses: ["a", "b", "c"] };

function file(fetchNow = (address) => WHOLE.slice(...{ a: [0, 10], b: [10, 20], c: [20] }[address])) {
  const asked = [];
  const told = [];
  const node = { stream_ops: { llseek: "theirs" } };
  const FS = {
    createFile: () => node,
    ErrnoError: class extends Error {
      constructor(errno) {
        super();
        this.errno = errno;
      }
    },
  };
  const fetched = (address) => {
    asked.push(address);
    return fetchNow(address);
  };
  addFile(FS, "data", "digits", PIECES, fetched, (much) => told.push(much));
  const read = (position, length) => {
    const buffer = new Uint8Array(length + 2).fill(255);
    const count = node.stream_ops.read(null, buffer, 1, length, position);
    assert.equal(buffer[0], 255);
    return [...buffer.slice(1, count + 1)];
  };
  return { node, read, asked, told };
}

test("nothing is fetched before it is read, and each piece once", () => {
  const { node, read, asked, told } = file();
  assert.equal(node.usedBytes, 25);
  assert.equal(node.stream_ops.llseek, "theirs");
  assert.deepEqual(asked, []);
  assert.deepEqual(read(22, 3), [22, 23, 24]);
  assert.deepEqual(read(8, 14), [...WHOLE.slice(8, 22)]);
  assert.deepEqual(read(0, 25), [...WHOLE]);
  assert.deepEqual(asked, ["c", "a", "b"]);
  const befores = [0, 5, 15].map((bytes) => ({ bytes, whole: 25 }));
  assert.deepEqual(
    told,
    befores.flatMap((before) => [before, null]),
  );
});

test("at the end there is no more to read", () => {
  const { read, asked } = file();
  assert.deepEqual(read(20, 90), [20, 21, 22, 23, 24]);
  assert.deepEqual(read(25, 4), []);
  assert.deepEqual(read(40, 4), []);
  assert.deepEqual(asked, ["c"]);
});

test("what cannot be fetched cannot be read, and is asked for again", () => {
  let isThere = false;
  const { read } = file(() => {
    if (!isThere) throw new Error("no network");
    return WHOLE.slice(20);
  });
  assert.throws(() => read(20, 5), { errno: 29 });
  isThere = true;
  assert.deepEqual(read(20, 5), [20, 21, 22, 23, 24]);
});
