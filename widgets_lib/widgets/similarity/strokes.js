// A drawing that grows: strokes of points [x, y], bounded, with what there was before each change to it.

/**
 * Returns { list(), isImage(), load(strokes, isImage), begin(point), extend(points), undo(), clear(), canUndo() }.
 *
 * isImage    a test digit is on the sheet: the first stroke takes its place
 * onchange   gets the strokes after each change that the learner makes
 * onfull     there is no room for what was to be added
 *
 * @param {{ limits: any, onchange: (strokes: number[][][]) => void, onfull: () => void }} options
 */
export function createStrokes({ limits, onchange, onfull }) {
  /** @type {number[][][][]} */
  const before = [];
  /** @type {number[][][]} */
  let strokes = [];
  let isImage = false;

  function change(next) {
    strokes = next;
    isImage = false;
    onchange(strokes);
  }
  return {
    list: () => (isImage ? [] : strokes),
    isImage: () => isImage,
    load(next, hidden) {
      strokes = next;
      isImage = hidden;
      if (hidden) before.length = 0; // another digit: there is nothing to go back to
    },
    /** Whether there was room for a stroke that begins at `point`. */
    begin(point) {
      const now = isImage ? [] : strokes;
      if (now.length >= limits.max_strokes) {
        onfull();
        return false;
      }
      before.push(now);
      change([...now, [point]]);
      return true;
    },
    /** Adds points to the last stroke, but for those that repeat the one before. */
    extend(points) {
      const last = strokes.at(-1);
      const fresh = points.filter(([x, y], at) => {
        const [px, py] = at ? points[at - 1] : last.at(-1);
        return x !== px || y !== py;
      });
      const room = limits.max_points - strokes.reduce((sum, stroke) => sum + stroke.length, 0);
      if (fresh.length > room) onfull();
      if (fresh.length && room > 0) change([...strokes.slice(0, -1), [...last, ...fresh.slice(0, room)]]);
    },
    undo: () => change(before.pop() ?? strokes.slice(0, -1)),
    clear() {
      if (strokes.length && !isImage) before.push(strokes);
      change([]);
    },
    canUndo: () => before.length > 0 || (!isImage && strokes.length > 0),
  };
}
