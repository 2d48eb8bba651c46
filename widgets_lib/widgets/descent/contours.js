// Contours of a loss, each with its number where there is room for it.
import { s } from "../shared/dom.js";
import { clamp } from "../shared/format.js";

const LETTER = 8; // drawing units, of the widest a figure may be
const LINE = 17;

/** Nodes for the contours, innermost first; a number that would lie on another stands elsewhere on its line, or not. */
export function contoursOf(contours, frame, line) {
  const paths = contours.map(({ segments }) => {
    const pieces = segments.map(([a, b, c, d]) => [
      [a, b],
      [c, d],
    ]);
    return s("path", { class: "wl-contour", d: pieces.map(line).join("") });
  });
  /** @type {[number, number, number, number][]} */
  const taken = [];
  const labels = [];
  for (const contour of contours) {
    const label = placesOf(contour, frame).find(({ box }) => !taken.some((other) => overlap(box, other)));
    if (!label) continue;
    taken.push(label.box);
    const [left, top, right, bottom] = label.box;
    labels.push(
      s("rect", { class: "wl-ground", x: left, y: top, width: right - left, height: bottom - top }),
      s("text", { class: "wl-quiet wl-loss", x: label.x, y: label.y, "text-anchor": label.anchor }, contour.text),
    );
  }
  return [...paths, ...labels];
}

/** Where the number of a contour may stand, best first: [{x, y, anchor, box: [left, top, right, bottom]}]. */
function placesOf({ segments, text }, frame) {
  const width = text.length * LETTER;
  const ends = segments.map(([x, y]) => frame.at([x, y])).sort(([x], [other]) => other - x);
  return ends.map(([end, height]) => {
    const isOutside = end + 4 + width > frame.right;
    const [x, anchor] = isOutside ? [end - 4, "end"] : [end + 4, "start"];
    const y = clamp(height + 4, frame.top + 14, frame.bottom - 4);
    const left = isOutside ? x - width : x;
    const right = end > frame.right - 1 ? frame.right : left + width; // no stub of the line that looks like a minus
    return { x, y, anchor, box: [left, y - LINE + 3, right, y + 3] };
  });
}

/**
 * @param {number[]} one
 * @param {number[]} other
 */
const overlap = ([left, top, right, bottom], [otherLeft, otherTop, otherRight, otherBottom]) =>
  left < otherRight && otherLeft < right && top < otherBottom && otherTop < bottom;
