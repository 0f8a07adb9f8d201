/** Markdown that may still be growing: finished blocks are kept, only the tail is read and rendered again. */
import { useState } from 'react';
import { cx } from '../controls/cx.ts';
import { MarkdownBlock } from './Block.tsx';
import { BlockSplitter } from './splitter.ts';

export interface MarkdownProps {
  readonly text: string;
  /** It is still being written. */
  readonly open?: boolean;
  readonly className?: string | undefined;
}

export function RichText({ text, open = false, className }: MarkdownProps) {
  const [splitter] = useState(() => new BlockSplitter());
  const blocks = splitter.split(text);
  return (
    <div className={cx('ap-prose', className)} data-state={open ? 'open' : 'done'}>
      {blocks.map((block, index) => (
        <MarkdownBlock key={block.start} source={block.source} open={open && index === blocks.length - 1} />
      ))}
      {open && blocks.length === 0 && <span className="ap-caret" aria-hidden="true" />}
    </div>
  );
}
