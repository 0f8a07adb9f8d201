/** CRC-32 (ISO-HDLC, the one of zlib and PNG) over the UTF-8 bytes of a text. */

const TABLE = /* @__PURE__ */ makeTable();
/** Texts as bytes. */
export const encoder = /* @__PURE__ */ new TextEncoder();

function makeTable(): Uint32Array {
  const table = new Uint32Array(256);
  for (let index = 0; index < 256; index += 1) {
    let sum = index;
    for (let bit = 0; bit < 8; bit += 1) sum = sum & 1 ? (sum >>> 1) ^ 0xedb88320 : sum >>> 1;
    table[index] = sum >>> 0;
  }
  return table;
}

/** The checksum that the server announces when a stream ends. */
export function crc32(text: string): number {
  let sum = 0xffffffff;
  for (const byte of encoder.encode(text)) sum = (sum >>> 8) ^ (TABLE[(sum ^ byte) & 0xff] ?? 0);
  return (sum ^ 0xffffffff) >>> 0;
}
