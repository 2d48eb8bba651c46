// Python for the browser, compiled by the very interpreter that will run it: node archive.mjs PYODIDE SOURCES LIBRARY
// SOURCES and LIBRARY are zip files of Python sources, and are replaced by compiled ones; LIBRARY loses what nothing asks for.
import { readFileSync, writeFileSync } from "node:fs";
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";

const [pyodide, sources, library] = process.argv.slice(2).map((path) => resolve(path));

async function compile() {
  const { loadPyodide } = await import(pathToFileURL(`${pyodide}/pyodide.mjs`).href);
  const python = await loadPyodide({ indexURL: `${pyodide}/`, packages: [] });
  const packages = python.runPython("import sys; '/lib/python%d.%d/site-packages' % sys.version_info[:2]");
  const modules = python.runPython("'/lib/python%d%d.zip' % sys.version_info[:2]");
  const packed = new Uint8Array(readFileSync(sources)); // Pyodide knows no Buffer
  python.FS.writeFile("/sources.zip", packed);
  python.FS.writeFile("/library.zip", readFileSync(library));
  python.unpackArchive(packed, "zip", { extractDir: packages });
  python.runPython(readFileSync(new URL("compile.py", import.meta.url), "utf-8"));
  python.runPython(`
import importlib
importlib.invalidate_caches()
compile_archive("/library.zip", "/new-library.zip", ${JSON.stringify(modules)}, wanted_of("/library.zip", "/sources.zip"))
compile_archive("/sources.zip", "/new-sources.zip", ${JSON.stringify(packages)})
`);
  writeFileSync(sources, python.FS.readFile("/new-sources.zip"));
  writeFileSync(library, python.FS.readFile("/new-library.zip"));
}

try {
  await compile();
} catch (error) {
  console.error(error.message); // and not the line that failed, which is all of Pyodide
  process.exitCode = 1;
}
