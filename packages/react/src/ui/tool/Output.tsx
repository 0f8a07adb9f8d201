/** What a tool prints, as it prints it: the last lines, or all of it in a box that follows its end. */
import { useLayoutEffect, useRef } from 'react';
import { bytes, count } from '../words/text.ts';
import { useChatView } from '../view/hooks.ts';
import type { ToolView } from '../view/model.ts';

interface OutputProps {
  readonly text: string;
  readonly whole?: ToolView['whole'];
  /** This many of the last lines; all in a box that scrolls if it is left out. */
  readonly lines?: number;
}

/** A reader this near to the end wants to see it grow. */
const NEAR_PX = 24;

export function Output({ text, whole, lines }: OutputProps) {
  const printed = text.replace(/\n+$/u, '');
  const all = printed.split('\n');
  const tail = lines === undefined ? printed : all.slice(-lines).join('\n');
  const hidden = lines === undefined ? 0 : Math.max(0, all.length - lines);
  return (
    <div className="ap-tool-output">
      {hidden > 0 && <p>{count(hidden, 'earlier line')}</p>}
      {lines === undefined ? (
        <Following text={tail} />
      ) : (
        <pre tabIndex={0} aria-label="Output">
          {tail}
        </pre>
      )}
      {whole && <Whole whole={whole} />}
    </div>
  );
}

function Following({ text }: { text: string }) {
  const box = useRef<HTMLPreElement>(null);
  const follows = useRef(true);
  useLayoutEffect(() => {
    if (follows.current) box.current?.scrollTo(0, box.current.scrollHeight);
  }, [text]);
  return (
    <pre
      ref={box}
      className="ap-tool-scroll"
      tabIndex={0}
      aria-label="Output"
      onScroll={({ currentTarget: { scrollHeight, scrollTop, clientHeight } }) => {
        follows.current = scrollHeight - scrollTop - clientHeight < NEAR_PX;
      }}
    >
      {text}
    </pre>
  );
}

function Whole({ whole }: { whole: NonNullable<ToolView['whole']> }) {
  const chat = useChatView();
  const size = whole.bytes === undefined ? '' : `${bytes(whole.bytes)} in all; `;
  return (
    <p className="ap-tool-whole">
      {size}only the beginning and the end are shown.{' '}
      {whole.url !== undefined && (
        <button
          type="button"
          className="ap-link-button"
          onClick={() => void chat.download(whole.url ?? '', 'output.txt')}
        >
          Whole output
        </button>
      )}
    </p>
  );
}
