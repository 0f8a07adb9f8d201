/** What a message answers, in one line. */
import { CornerUpLeft } from 'lucide-react';
import { useJump } from '../log/jump.ts';
import type { MessageView } from '../view/model.ts';

export function Quote({ quote }: { quote: NonNullable<MessageView['replyTo']> }) {
  const jump = useJump();
  const { key } = quote;
  return (
    <button
      type="button"
      className="ap-row-quote"
      disabled={key === undefined}
      onClick={() => key !== undefined && jump(key)}
    >
      <CornerUpLeft aria-hidden="true" />
      <span className="ap-unseen">In answer to </span>
      <b>{quote.name}</b> <span>{quote.excerpt}</span>
    </button>
  );
}
