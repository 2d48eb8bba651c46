// Python for the browser, compiled by the very interpreter that will run it: node archive.mjs PYODIDE SOURCES LIBRARY
// SOURCES and LIBRARY are zip files of Python sources, and are replaced by compiled ones.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, sources, library] = process.argv.slice(2).map((path) => resolve(path));
const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
const python = await loadPyodide({ indexURL: `${pyodide}/`, packages: [] });
python.runPython(readFileSync(new URL("compile.py", import.meta.url), "utf-8"));
for (const [file, root] of [
  [sources, "/lib/python3.14/site-packages"],
  [library, "/lib/python314.zip"],
]) {
  python.FS.writeFile("/in.zip", readFileSync(file));
  python.globals.get("compile_archive")("/in.zip", "/out.zip", root);
  writeFileSync(file, python.FS.readFile("/out.zip"));
}
