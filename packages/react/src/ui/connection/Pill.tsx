/** The connection's state in one word. */
import { Dot } from '../controls/Dot.tsx';
import { useChatView, useReadable } from '../view/hooks.ts';
import { pillOf, pillTitle } from './words.ts';

export function ConnectionPill() {
  const connection = useReadable(useChatView().connection);
  const { look, text } = pillOf(connection);
  return (
    <span className="ap-pill" data-state={connection.state} title={pillTitle(connection)}>
      <Dot look={look} />
      <span>{text}</span>
    </span>
  );
}
