/** How far a room's log was applied: entries come once each, in order, without holes, or are noticed. */
import type { Wire } from '../wire/words.ts';

/** Where the log stands here. */
export class Position {
  epoch: string | undefined;
  /** The last applied entry. */
  seq = 0;
  /** The oldest entry held; what is before it is history. */
  lowest = 1;
  /** State that came with the join covers entries up to here. */
  covered = 0;

  /** What this entry is to us: the next one, one that we had, or one after a hole. */
  judge(seq: number): 'next' | 'old' | 'hole' {
    if (seq <= this.seq) return 'old';
    return seq === this.seq + 1 ? 'next' : 'hole';
  }

  /** What to ask for when joining again. */
  cursor(): Wire.Cursor | undefined {
    return this.epoch === undefined ? undefined : { epoch: this.epoch, seq: this.seq };
  }

  /** A join was answered. */
  begin(joined: Pick<Wire.Joined, 'mode' | 'epoch' | 'head' | 'entries'>): void {
    this.epoch = joined.epoch;
    this.covered = joined.head;
    if (joined.mode === 'resumed') return;
    const first = joined.entries[0]?.seq ?? joined.head + 1;
    this.seq = first - 1;
    this.lowest = first;
  }
}
