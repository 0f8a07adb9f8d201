/** The end of what a tool prints, as it prints it. */
import { bytes, count } from '../ui/text.ts';

interface OutputProps {
  readonly text: string;
  readonly cut?: number | undefined;
  readonly lines: number;
}

export function Output({ text, cut, lines }: OutputProps) {
  const all = text.replace(/\n+$/u, '').split('\n');
  const tail = all.slice(-lines);
  const hidden = all.length - tail.length;
  return (
    <div className="tool-output">
      {(hidden > 0 || cut) && (
        <p>
          {[hidden > 0 && count(hidden, 'earlier line'), cut && `${bytes(cut)} not kept`]
            .filter(Boolean)
            .join(', ')}
        </p>
      )}
      <pre tabIndex={0} aria-label="Output">
        {tail.join('\n')}
      </pre>
    </div>
  );
}
