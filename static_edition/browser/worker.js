// Python in a worker of its own: the page stays alive while it starts and while it computes.

import { addFile, fetchNow } from "./pieces.js";

const LOCK = { abi_version: "2026_0", arch: "wasm32", platform: "emscripten_5_0_3", python: "3.14.2" };
const KEEP_MS = 500; // from a change that nobody has asked for until what is kept of the widget is told

/** @type {any} */
const scope = globalThis;
/** @type {any} the module `seat` */
let seat;
/** @type {Set<string>} ids of widgets that have said something since what is kept of them was told */
const changed = new Set();
let isTimed = false;
let told = 0; // how many of the fetched files the page knows of

/** @param {string} address */
async function read(address) {
  const response = await fetch(address);
  if (!response.ok) throw new Error(`${address}: ${response.status}`);
  return new Uint8Array(await response.arrayBuffer());
}

/**
 * @param {object} parts  addresses of Pyodide's folder, the archive, the recipes, and files that are read when needed
 * @param {string} parts.pyodide
 * @param {string} parts.archive
 * @param {string} parts.recipes
 * @param {Record<string, import("./pieces.js").Pieces>} parts.lazy
 * @param {Record<string, { inputs: object, kept?: string }>} parts.states  what widgets are by now
 */
async function start({ pyodide, archive, recipes, lazy, states }) {
  const archiveComes = read(archive); // while Pyodide loads
  const recipesCome = read(recipes);
  for (const coming of [archiveComes, recipesCome]) coming.catch(() => {}); // they are awaited below
  const { loadPyodide, version } = await import(`${pyodide}pyodide.mjs`);
  // Pyodide wants to know what could be installed: nothing, all is in the archive.
  const lockFileContents = JSON.stringify({ info: { ...LOCK, version }, packages: {} });
  const python = await loadPyodide({ indexURL: pyodide, packages: [], lockFileContents });
  const packages = python.runPython("import sys; '/lib/python%d.%d/site-packages' % sys.version_info[:2]");
  python.unpackArchive(await archiveComes, "zip", { extractDir: packages });
  const data = `${packages}/widgets_lib/data`;
  python.FS.mkdirTree(data);
  for (const [name, pieces] of Object.entries(lazy ?? {}))
    addFile(python.FS, data, name, pieces, fetchNow, tellFetching);
  const lesson = JSON.parse(new TextDecoder().decode(await recipesCome));
  for (const [id, { inputs, kept }] of Object.entries(states))
    Object.assign(lesson.widgets[id], { inputs }, kept && { kept: JSON.parse(kept) });
  python.runPython("import importlib; importlib.invalidate_caches()");
  seat = python.pyimport("seat");
  seat.start(JSON.stringify(lesson), post);
}

/**
 * @param {string} id
 * @param {string} text
 * @param {any} buffers  a list of Python's
 * @param {number} inPlace  how many of them belong into the state
 */
function post(id, text, buffers, inPlace) {
  const parts = buffers.toJs({ depth: 1 }).map(copyOf);
  buffers.destroy?.();
  scope.postMessage(
    { id, text, buffers: parts, inPlace },
    parts.map((/** @type {Uint8Array} */ part) => part.buffer),
  );
  changed.add(id);
  if (!isTimed) setTimeout(tellKept, KEEP_MS);
  isTimed = true;
}

/** Say what is kept of the widgets that have changed by themselves, so that it can be brought back. */
function tellKept() {
  isTimed = false;
  for (const id of changed) scope.postMessage({ id, kept: seat.kept?.(id) });
  changed.clear();
}

/** Bytes of Python's as the page's own. @param {any} part */
function copyOf(part) {
  if (part instanceof Uint8Array) return part.slice();
  const view = part.getBuffer("u8");
  const copy = view.data.slice();
  view.release();
  part.destroy();
  return copy;
}

/** @param {{ bytes: number, whole: number } | null} fetching */
const tellFetching = (fetching) => scope.postMessage({ fetching });

/** Say what has been fetched since this was last said: a page may keep it for offline use. */
function tellFetched() {
  const fetched = performance.getEntriesByType("resource").map(({ name }) => name);
  if (fetched.length > told) scope.postMessage({ fetched: fetched.slice(told) });
  told = fetched.length;
}

scope.onmessage = async (/** @type {MessageEvent} */ { data }) => {
  if (data.start) {
    try {
      await start(data.start);
      scope.postMessage({ ready: true });
      tellFetched();
    } catch (error) {
      scope.postMessage({ failed: String(error) });
    }
    return;
  }
  const { id, text, buffers, number } = data;
  let kept;
  try {
    seat.hear(id, text, buffers);
    kept = seat.kept?.(id);
    changed.delete(id);
  } catch (error) {
    console.error(String(error)); // a fault: the seat answers whatever a widget can't use
  }
  scope.postMessage({ done: number, kept });
  tellFetched();
};
