// Where the nodes and arrows of a graph stand: values flow to the right, or down where the room is narrow.

const HEIGHT = 52; // of a node, in drawing units
const WIDTH = { usual: 100, upright: 88 };
const PITCH = { least: 138, most: 168, rows: 70, down: 92, beside: 100 };
const LABEL = 0.5; // of an arrow, where its local gradient stands
const LONG_LABEL = 0.32; // of one that passes a column

/**
 * @typedef {{ column: number, row: number }} Place
 * @typedef {{ source: number, target: number }} Arrow
 */

/**
 * { upright, width, height, node: { width, height }, centre(node), ends(arrow), label(arrow) } in drawing units.
 * @param {Place[]} nodes
 * @param {number} room  the width there is
 */
export function layOut(nodes, room) {
  const columns = Math.max(...nodes.map((node) => node.column));
  const rows = Math.max(...nodes.map((node) => node.row));
  const upright = room < columns * PITCH.least + WIDTH.usual + 8;
  const node = { width: upright ? WIDTH.upright : WIDTH.usual, height: HEIGHT };
  const spare = (room - node.width - 8) / (upright ? rows : columns);
  const pitch = Math.min(spare, upright ? PITCH.beside : PITCH.most);
  const inset = [node.width / 2 + 4, node.height / 2 + 4];
  /** @param {number} at */
  const centre = (at) => {
    const { column, row } = nodes[at];
    return upright
      ? [inset[0] + row * pitch, inset[1] + column * PITCH.down]
      : [inset[0] + column * pitch, inset[1] + row * PITCH.rows];
  };
  /** @param {Arrow} arrow */
  const ends = ({ source, target }) => {
    const [[x0, y0], [x1, y1]] = [centre(source), centre(target)];
    const [dx, dy] = upright ? [0, node.height / 2] : [node.width / 2, 0];
    return [
      [x0 + dx, y0 + dy],
      [x1 - dx, y1 - dy],
    ];
  };
  const last = upright ? [rows * pitch, columns * PITCH.down] : [columns * pitch, rows * PITCH.rows];
  return {
    upright,
    node,
    width: last[0] + 2 * inset[0],
    height: last[1] + 2 * inset[1],
    centre,
    ends,
    /** @param {Arrow} arrow */
    label(arrow) {
      const [[x0, y0], [x1, y1]] = ends(arrow);
      const share = nodes[arrow.target].column - nodes[arrow.source].column > 1 ? LONG_LABEL : LABEL;
      return [x0 + share * (x1 - x0), y0 + share * (y1 - y0)];
    },
  };
}

/**
 * The head of an arrow that ends at `to`, as the d of a path.
 * @param {number[]} from
 * @param {number[]} to
 */
export function headOf([x0, y0], [x1, y1]) {
  const length = Math.hypot(x1 - x0, y1 - y0) || 1;
  const [ux, uy] = [(x1 - x0) / length, (y1 - y0) / length];
  const [bx, by] = [x1 - 8 * ux, y1 - 8 * uy];
  return `M${x1} ${y1}L${bx - 4 * uy} ${by + 4 * ux}L${bx + 4 * uy} ${by - 4 * ux}Z`;
}
