/** The connection's state in one word. */
import { Dot } from '../ui/Dot.tsx';
import { useChat, useReadable } from '../view/hooks.ts';
import { pillOf } from './words.ts';

export function ConnectionPill() {
  const connection = useReadable(useChat().connection);
  const { look, text } = pillOf(connection);
  return (
    <span
      className="pill"
      data-state={connection.state}
      title={connection.rttMs === undefined ? undefined : `Round trip ${connection.rttMs} ms`}
    >
      <Dot look={look} />
      <span>{text}</span>
    </span>
  );
}
