// A large file of Python's that comes in pieces: reading it fetches those that are needed, and waits for them. A web
// space need not send parts of files for that, a browser keeps each piece, and the page hears how far it is.

const EIO = 29; // Emscripten's number for "input/output error": what cannot be fetched cannot be read

/**
 * @typedef {object} Pieces
 * @property {number} bytes  of the whole file
 * @property {number} piece  bytes of each piece but the last
 * @property {string[]} addresses  of the pieces, in order
 */

/**
 * Put a file of pieces into a folder of Emscripten's file system.
 * @param {any} FS
 * @param {string} folder
 * @param {string} name
 * @param {Pieces} pieces
 * @param {(address: string) => Uint8Array} fetchNow  raises what it likes where there is nothing to be had
 * @param {(much: { bytes: number, whole: number } | null) => void} tell  before each piece how much is there, after it null
 */
export function addFile(FS, folder, name, { bytes, piece, addresses }, fetchNow, tell) {
  /** @type {(Uint8Array | undefined)[]} */
  const there = addresses.map(() => undefined);
  let had = 0;

  /** @param {number} at */
  function take(at) {
    if (!there[at]) {
      tell({ bytes: had, whole: bytes });
      try {
        there[at] = fetchNow(addresses[at]);
      } catch {
        throw new FS.ErrnoError(EIO);
      } finally {
        tell(null);
      }
      had += there[at].length;
    }
    return there[at];
  }

  const node = FS.createFile(folder, name, {}, true, false);
  node.usedBytes = bytes;
  node.stream_ops = {
    ...node.stream_ops,
    /** @param {any} _ @param {Uint8Array} buffer @param {number} offset @param {number} length @param {number} position */
    read(_, buffer, offset, length, position) {
      const end = Math.min(position + length, bytes);
      for (let from = position; from < end; ) {
        const at = Math.floor(from / piece);
        const part = take(at).subarray(from - at * piece, end - at * piece);
        buffer.set(part, offset + from - position);
        from += part.length;
      }
      return Math.max(0, end - position);
    },
  };
}

/** A file's bytes, at once: a worker may wait. @param {string} address */
export function fetchNow(address) {
  const request = new XMLHttpRequest();
  request.open("GET", address, false);
  request.responseType = "arraybuffer";
  request.send();
  if (request.status !== 200) throw new Error(`${address}: ${request.status}`);
  return new Uint8Array(request.response);
}
