/** B12: a busy agent's finished steps do not push its words off the screen. */
import { describe, expect, it } from 'vitest';
import { text, tool } from '../../src/ui/samples/messages.ts';
import { foldTools } from '../../src/ui/tool/fold.ts';

const done = (n: number) => Array.from({ length: n }, () => tool({ name: 'read', state: 'done' }));

describe('folding of tool calls', () => {
  it('shows a few as they are', () => {
    expect(foldTools(done(4)).map((entry) => entry.folded)).toEqual([false, false, false, false]);
  });

  it('folds more than four finished ones in a row', () => {
    const folded = foldTools([text('before'), ...done(7), text('after'), ...done(2)]);
    expect(folded.map((entry) => (entry.folded ? entry.parts.length : 0))).toEqual([0, 7, 0, 0, 0]);
  });

  it('never hides what runs, failed, or needs a decision', () => {
    const parts = [
      ...done(3),
      tool({ name: 'x', state: 'running' }),
      ...done(3),
      tool({ name: 'y', state: 'error' }),
      tool({ name: 'z', state: 'approval' }),
    ];
    expect(foldTools(parts).every((entry) => !entry.folded)).toBe(true);
  });
});
