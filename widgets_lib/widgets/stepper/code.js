// The code of a strategy, with the values of its loop variables beside it.
import { h } from "../shared/dom.js";
import { AXIS_OF_SIZE, axis } from "./notation.js";

/** Returns { node, build(lines, sizes), show(ran, values) }. */
export function createCode() {
  const node = h("pre", { class: "wl-code" });
  let rows = [];
  return {
    node,
    /**
     * @param {string[]} lines
     * @param {{ m: number, inner: number, n: number }} sizes
     */
    build(lines, sizes) {
      rows = lines.map((line) => createLine(line, sizes));
      node.replaceChildren(...rows.map((row) => row.node));
    },
    /**
     * @param {number[]} ran  the lines of this moment, the one that computes last
     * @param {{ i: number, j: number, k: number } | null} values  of the loop variables; null before the loops
     */
    show(ran, values) {
      rows.forEach((row, line) => {
        row.node.classList.toggle("wl-ran", ran.includes(line));
        row.node.classList.toggle("wl-now", line === ran.at(-1));
        if (row.loop) row.value.textContent = values ? `${row.loop} = ${values[row.loop]}` : "";
      });
    },
  };
}

function createLine(line, sizes) {
  const loop = line.match(/for ([ijk]) in/)?.[1];
  const value = h("span", { class: `wl-value ${loop ? `wl-${loop}` : ""}` });
  if (line.includes(".shape")) {
    for (const [name, size] of Object.entries(sizes)) value.append(axis(AXIS_OF_SIZE[name], `${name} = ${size}`), "  ");
  }
  return { loop, value, node: h("code", { class: "wl-line" }, h("span", {}, ...coloured(line)), value) };
}

/** A line with its indices and sizes in the colours of their axes. */
function coloured(line) {
  const [, indent, rest] = line.match(/^( *)(.*)$/);
  const parts = rest
    .split(/\b([ijkmn]|inner)\b/)
    .map((part, at) => (at % 2 ? axis(AXIS_OF_SIZE[part] ?? part, part) : part));
  return [h("span", { class: "wl-indent" }, indent), ...parts];
}
