// Labels in one column: each as near to its point as the others allow, and no wider than there is room.

const LETTER = 7.3; // drawing units, on average, of the face for words

/** @param {string} text */
export const widthOf = (text) => LETTER * text.length;

/**
 * Heights at least `gap` apart within [low, high], each as near to what is wanted as that allows; closer together than
 * `gap` only where they are too many for the room.
 * @param {number[]} wanted
 * @param {number} gap
 * @param {number} low
 * @param {number} high
 * @returns {number[]} in the order of `wanted`
 */
export function spread(wanted, gap, low, high) {
  const step = Math.min(gap, (high - low) / Math.max(1, wanted.length - 1));
  const order = wanted.map((_, at) => at).sort((a, b) => wanted[a] - wanted[b]);
  // Labels that touch form a block, which stands where its members want it on average.
  /** @type {{ members: number[], start: number }[]} */
  const blocks = [];
  for (const at of order) {
    let block = { members: [at], start: 0 };
    place(block);
    for (let above = blocks.at(-1); above && endOf(above) > block.start; above = blocks.at(-1)) {
      blocks.pop();
      block = { members: [...above.members, ...block.members], start: 0 };
      place(block);
    }
    blocks.push(block);
  }
  /** @type {number[]} */
  const heights = [];
  for (const { members, start } of blocks)
    members.forEach((at, index) => {
      heights[at] = start + index * step;
    });
  return heights;

  /** @param {{ members: number[], start: number }} block */
  function place(block) {
    const total = block.members.reduce((sum, at, index) => sum + wanted[at] - index * step, 0);
    const last = high - (block.members.length - 1) * step;
    block.start = Math.max(low, Math.min(total / block.members.length, last));
  }
  /** @param {{ members: number[], start: number }} block */
  function endOf(block) {
    return block.start + block.members.length * step - 1e-6;
  }
}

/**
 * A title and what follows it, the title cut with … where both would be wider than `room`.
 * @param {string} title
 * @param {string} rest
 * @param {number} room
 */
export function shortened(title, rest, room) {
  const letters = Math.floor(room / LETTER) - rest.length;
  return title.length <= letters ? title + rest : `${title.slice(0, Math.max(1, letters - 1)).trimEnd()}…${rest}`;
}
