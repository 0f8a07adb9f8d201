/** How large things are on the wire. */
import { encoder } from '../stream/crc32.ts';

/** How many bytes a value has there; nothing is none. */
export function sizeOf(value: unknown): number {
  return encoder.encode(JSON.stringify(value)).length;
}
