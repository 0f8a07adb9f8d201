/** CRC-32 (ISO-HDLC, the one of zlib and PNG) over the UTF-8 bytes of a text. */

const POLYNOMIAL = 0xedb88320;
/** Texts as bytes. */
export const encoder = /* @__PURE__ */ new TextEncoder();

/** The checksum that the server announces when a stream ends. Bit by bit: it is asked for once per stream. */
export function crc32(text: string): number {
  let sum = -1;
  for (const byte of encoder.encode(text)) {
    sum ^= byte;
    for (let bit = 0; bit < 8; bit += 1) sum = (sum >>> 1) ^ (sum & 1 && POLYNOMIAL);
  }
  return ~sum >>> 0;
}
