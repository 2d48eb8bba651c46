// Formulas as MathML: stdin is JSON, a list of {tex, display}; stdout the list of their MathML.
import { readFileSync } from "node:fs";
import temml from "temml";

const formulas = JSON.parse(readFileSync(0, "utf-8"));
const render = ({ tex, display }) => temml.renderToString(tex, { displayMode: display, throwOnError: true });
process.stdout.write(JSON.stringify(formulas.map(render)));
