/** B8, B12: a progress bar never runs backwards and estimates only what it has seen enough of. */
import { describe, expect, it } from 'vitest';
import { ProgressTrack, trackOf } from '../../src/ui/tool/progress.ts';

describe('progress', () => {
  it('never runs backwards, whatever is reported', () => {
    const track = new ProgressTrack();
    const drawn = [0.1, 0.4, 0.2, Number.NaN, -1, 0.41, 0, 7, 0.5].map((fraction, n) =>
      track.report(fraction, n * 100),
    );
    expect(drawn).toEqual([0.1, 0.4, 0.4, 0.4, 0.4, 0.41, 0.41, 1, 1]);
  });

  it('estimates after three gains, in proportion to what is done', () => {
    const track = new ProgressTrack();
    track.report(0, 0);
    track.report(0.1, 1000);
    expect(track.remainingMs(1000)).toBeUndefined();
    track.report(0.2, 2000);
    expect(track.remainingMs(2000)).toBeCloseTo(8000);
    expect(track.remainingMs(5000)).toBeCloseTo(5000);
    expect(track.remainingMs(60_000)).toBe(0);
  });

  it('says nothing about a call that is over, or that stands still', () => {
    const still = new ProgressTrack();
    for (const now of [0, 1, 2, 3]) still.report(0.3, now);
    expect(still.remainingMs(4)).toBeUndefined();
    const over = new ProgressTrack();
    [0, 0.5, 1].forEach((fraction, n) => over.report(fraction, n));
    expect(over.remainingMs(4)).toBeUndefined();
  });

  it('is remembered while a card scrolls away and back', () => {
    trackOf('call').report(0.7, 0);
    expect(trackOf('call').report(0.2, 1)).toBe(0.7);
  });
});
