// Keeping names clear of lines: where a short text may stand so that nothing runs through it.

const LETTER = { width: 10, height: 12 }; // with a little air
const APART = 4; // drawing units between points along a line
const SHIFTS = [0, 10, -10, 18, -18].flatMap((x) => [0, -8, 8].map((y) => [x, y]));

/**
 * Points along a path of M, V, H, C, L and Q in absolute numbers, close to each other.
 * @param {string} d
 * @returns {number[][]}
 */
export function pointsAlong(d) {
  /** @type {number[][]} */
  const points = [];
  let here = [0, 0];
  for (const [, letter, text] of d.matchAll(/([MVHCLQ])([^MVHCLQ]*)/g)) {
    const numbers = (text.match(/-?[\d.]+/g) ?? []).map(Number);
    if (letter === "V") numbers.unshift(here[0]);
    if (letter === "H") numbers.push(here[1]);
    const corners = numbers.flatMap((x, at) => (at % 2 ? [] : [[x, numbers[at + 1]]]));
    const end = corners[corners.length - 1];
    const steps = letter === "M" ? -1 : 8 + Math.ceil(Math.hypot(end[0] - here[0], end[1] - here[1]) / APART);
    for (let step = 0; step <= steps; step++) points.push(between([here, ...corners], step / steps));
    here = end;
  }
  return points;
}

/**
 * The point at `share` of a Bézier curve, by de Casteljau's construction.
 * @param {number[][]} corners
 * @param {number} share
 * @returns {number[]}
 */
function between(corners, share) {
  if (corners.length === 1) return corners[0];
  const mix = (/** @type {number[]} */ a, /** @type {number[]} */ b) => a.map((n, axis) => n + share * (b[axis] - n));
  return between(
    corners.slice(1).map((corner, at) => mix(corners[at], corner)),
    share,
  );
}

/**
 * The first place, near one of those wished for, at which a letter stands clear of the points and of the other texts;
 * null if there is none. A place is where its base line begins, in the middle of the letter.
 * @param {import("./layout.js").Place[]} wished
 * @param {number[][]} points
 * @param {import("./layout.js").Place[]} others
 */
export function clearPlace(wished, points, others) {
  for (const { x, y } of wished) {
    for (const [right, down] of SHIFTS) {
      const place = { x: x + right, y: y + down };
      const hits = (/** @type {number} */ px, /** @type {number} */ py, air = 0) =>
        Math.abs(px - place.x) < LETTER.width / 2 + air && py > place.y - LETTER.height - air && py < place.y + 3 + air;
      if (!points.some(([px, py]) => hits(px, py)) && !others.some((one) => hits(one.x, one.y - 5, 5))) return place;
    }
  }
  return null;
}
