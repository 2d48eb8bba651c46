// Where the arrow keys lead among the points.

/**
 * Up and down: the next point of the same column. Left and right: the nearest point of the next column. Home and End:
 * the fastest and the slowest point of the column. The point itself where there is none.
 * @template {{ x: number, y: number }} P
 * @param {P[]} points
 * @param {P} from
 * @param {number[] | null} move  [down, right], or null for Home and End
 * @param {string} key
 * @param {{ Y: (value: number) => number }} frame
 * @returns {P}
 */
export function nextPoint(points, from, move, key, { Y }) {
  const column = points.filter((point) => point.x === from.x).sort((a, b) => b.y - a.y);
  if (!move) return (key === "Home" ? column[0] : column.at(-1)) ?? from;
  const [down, right] = move;
  if (down) return column[column.indexOf(from) + down] ?? from;
  const beyond = points.filter((point) => (point.x - from.x) * right > 0);
  if (!beyond.length) return from;
  const nearest = beyond.reduce(
    (x, point) => (Math.abs(point.x - from.x) < Math.abs(x - from.x) ? point.x : x),
    Infinity * right,
  );
  const next = beyond.filter((point) => point.x === nearest);
  const distance = (/** @type {P} */ point) => Math.abs(Y(point.y) - Y(from.y));
  return next.reduce((best, point) => (distance(point) < distance(best) ? point : best));
}
