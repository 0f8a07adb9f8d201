/** B7: what is assembled from chunks reads exactly as if it had come in one piece. */
import { describe, expect, it } from 'vitest';
import { BlockSplitter } from '../../src/ui/markdown/splitter.ts';

const DOCUMENT = `# Title

A paragraph with **bold** and a
second line.

- one
- two

  still two
- three

1. first
2. second

\`\`\`rust
fn main() {

    println!("blank lines inside");
}
\`\`\`

| a | b |
|---|---|
| 1 | 2 |

> quoted
> twice

Setext
===

    indented code

<div>

html

</div>

[ref]: https://example.org

~~~
unclosed fence
`;

/** A small generator with a seed, so that a failure can be repeated. */
function random(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 1_664_525 + 1_013_904_223) >>> 0;
    return state / 2 ** 32;
  };
}

function growing(text: string, next: () => number): string[] {
  const steps: string[] = [];
  for (let at = 0; at < text.length;) {
    at = Math.min(text.length, at + 1 + Math.floor(next() * 12));
    steps.push(text.slice(0, at));
  }
  return steps;
}

describe('the block splitter', () => {
  it('finds the same blocks in growing text as in the whole, wherever it is cut', () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      const splitter = new BlockSplitter();
      for (const step of growing(DOCUMENT, random(seed)))
        expect(splitter.split(step), `seed ${seed} at ${step.length}`).toEqual(
          new BlockSplitter().split(step),
        );
    }
  });

  it('keeps the identity of blocks that are finished', () => {
    const splitter = new BlockSplitter();
    const before = splitter.split('first\n\nsecond\n\nthi');
    const after = splitter.split('first\n\nsecond\n\nthird and more');
    expect(after[0]).toBe(before[0]);
    expect(after[1]).toBe(before[1]);
    expect(after[2]).not.toBe(before[2]);
  });

  it('starts anew when text is replaced rather than appended', () => {
    const splitter = new BlockSplitter();
    splitter.split('one\n\ntwo');
    expect(splitter.split('one\n\nother').map((block) => block.source)).toEqual(['one', 'other']);
    expect(splitter.split('')).toEqual([]);
  });

  it('reads line ends of every kind', () => {
    const sources = (text: string) => new BlockSplitter().split(text).map((block) => block.source);
    expect(sources('one\r\n\r\ntwo\r\rthree')).toEqual(['one', 'two', 'three']);
  });

  it('loses no character but blank lines', () => {
    const blocks = new BlockSplitter().split(DOCUMENT);
    for (const block of blocks) expect(DOCUMENT.slice(block.start).startsWith(block.source)).toBe(true);
  });
});
