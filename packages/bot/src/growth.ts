/** Text that grows: what the bot has said, of which the server has a part. Counted in bytes of UTF-8, as the wire does. */

const utf8 = new TextEncoder();
const text = new TextDecoder();

/** Bytes that one piece holds at most: several pieces of several parts fit into one frame. */
export const PIECE_BYTES = 12 * 1024;

/** A growing text. */
export class Growth {
  /** How many bytes the server is known to have. */
  #acknowledged = 0;
  /** What it is not known to have. */
  #rest: Uint8Array = new Uint8Array();
  /** How much of that is on its way. */
  #sending = 0;
  /** Half of a character: the other half comes with the next words. */
  #half = '';
  /** What was said since the last look, not encoded yet. */
  #said: string[] = [];

  #stopped = false;

  /** Adds words. */
  add(words: string): void {
    if (words === '' || this.#stopped) return;
    const whole = this.#half + words;
    const cut = isHigh(whole.charCodeAt(whole.length - 1)) ? whole.length - 1 : whole.length;
    this.#half = whole.slice(cut);
    if (cut > 0) this.#said.push(whole.slice(0, cut));
  }

  /** Nothing follows: half a character stays one. */
  end(): void {
    if (this.#half !== '') this.#said.push('\ufffd');
    this.#half = '';
  }

  /** The server takes no more. */
  stop(): void {
    this.#stopped = true;
    [this.#said, this.#half] = [[], ''];
    [this.#rest, this.#sending] = [new Uint8Array(), 0];
  }

  /** Bytes that the server is not known to have. */
  get behind(): number {
    this.#encode();
    return this.#rest.length;
  }

  /** The next piece to send; nothing if there is none, or one is on its way. */
  next(): { at: number; words: string } | undefined {
    this.#encode();
    if (this.#sending > 0 || this.#rest.length === 0) return undefined;
    this.#sending = wholeCharacters(this.#rest, PIECE_BYTES);
    return { at: this.#acknowledged, words: text.decode(this.#rest.subarray(0, this.#sending)) };
  }

  /** The piece on its way has arrived. */
  arrived(): void {
    this.#acknowledged += this.#sending;
    this.#rest = this.#rest.subarray(this.#sending);
    this.#sending = 0;
  }

  /** The piece on its way may have been lost: the server has this many bytes. False if that cannot be. */
  reset(end: number): boolean {
    if (this.#stopped) return true;
    this.#encode();
    const more = end - this.#acknowledged;
    if (more < 0 || more > this.#rest.length) return false;
    this.#sending = more;
    this.arrived();
    return true;
  }

  #encode(): void {
    if (this.#said.length === 0) return;
    const said = utf8.encode(this.#said.join(''));
    this.#said = [];
    const rest = new Uint8Array(this.#rest.length + said.length);
    rest.set(this.#rest);
    rest.set(said, this.#rest.length);
    this.#rest = rest;
  }
}

function isHigh(unit: number): boolean {
  return unit >= 0xd800 && unit <= 0xdbff;
}

/** How many bytes, at most, make whole characters. */
function wholeCharacters(bytes: Uint8Array, most: number): number {
  if (bytes.length <= most) return bytes.length;
  let end = most;
  while (end > 0 && ((bytes[end] ?? 0) & 0xc0) === 0x80) end -= 1;
  return end;
}
