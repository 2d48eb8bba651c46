// Messages of Jupyter as they go over a websocket: protocol v1.kernel.websocket.jupyter.org, all of it binary.
// A count of offsets and the offsets, 8 bytes each, then the parts: channel, header, parent header, metadata, content,
// and the buffers.

export const PROTOCOL = "v1.kernel.websocket.jupyter.org";
const WORD = 8;

/**
 * @typedef {object} WireMessage
 * @property {string} channel
 * @property {Record<string, any>} header
 * @property {Record<string, any>} parent
 * @property {any} content
 * @property {DataView[]} buffers
 */

/**
 * @param {string} channel
 * @param {Record<string, any>} header
 * @param {any} content
 * @param {ArrayBufferView[]} [buffers]
 * @returns {ArrayBuffer}
 */
export function encode(channel, header, content, buffers = []) {
  const encoder = new TextEncoder();
  /** @type {Uint8Array<ArrayBufferLike>[]} */
  const parts = [channel, ...[header, {}, {}, content].map((part) => JSON.stringify(part))].map((part) =>
    encoder.encode(part),
  );
  parts.push(...buffers.map(({ buffer, byteOffset, byteLength }) => new Uint8Array(buffer, byteOffset, byteLength)));
  const first = WORD * (parts.length + 2); // the count, an offset for each part, and where the last one ends
  const size = parts.reduce((sum, { length }) => sum + length, first);
  const bytes = new Uint8Array(size);
  const table = new DataView(bytes.buffer);
  table.setBigUint64(0, BigInt(parts.length + 1), true);
  let at = first;
  for (const [index, part] of parts.entries()) {
    table.setBigUint64(WORD * (index + 1), BigInt(at), true);
    bytes.set(part, at);
    at += part.length;
  }
  table.setBigUint64(WORD * (parts.length + 1), BigInt(at), true);
  return bytes.buffer;
}

/**
 * @param {ArrayBuffer} data
 * @returns {WireMessage}
 */
export function decode(data) {
  const table = new DataView(data);
  const count = Number(table.getBigUint64(0, true));
  const offsets = Array.from({ length: count }, (_, index) => Number(table.getBigUint64(WORD * (index + 1), true)));
  const part = (/** @type {number} */ index) => new DataView(data, offsets[index], offsets[index + 1] - offsets[index]);
  const text = (/** @type {number} */ index) => new TextDecoder().decode(part(index));
  const [header, parent, , content] = [1, 2, 3, 4].map((index) => JSON.parse(text(index)));
  const buffers = Array.from({ length: count - 6 }, (_, index) => part(index + 5));
  return { channel: text(0), header, parent, content, buffers };
}
