/** Markdown that may still be growing: finished blocks are kept, only the tail is read and rendered again. */
import { useState } from 'react';
import { MarkdownBlock } from './Block.tsx';
import { BlockSplitter } from './splitter.ts';

export function RichText({ text, open = false }: { text: string; open?: boolean }) {
  const [splitter] = useState(() => new BlockSplitter());
  const blocks = splitter.split(text);
  return (
    <div className="ap-prose" data-state={open ? 'open' : 'done'}>
      {blocks.map((block, index) => (
        <MarkdownBlock key={block.start} source={block.source} open={open && index === blocks.length - 1} />
      ))}
      {open && blocks.length === 0 && <span className="ap-caret" aria-hidden="true" />}
    </div>
  );
}
