/** Reactions as chips; mine are marked, and a click gives or takes one. */
import { useRoomView } from '../view/hooks.ts';
import { names } from '../words/text.ts';
import type { MessageView, ReactionView } from '../view/model.ts';

export function Reactions({
  message,
  reactions,
}: {
  message: MessageView;
  reactions: readonly ReactionView[];
}) {
  const room = useRoomView();
  return (
    <div className="ap-reactions" role="group" aria-label="Reactions">
      {reactions.map(({ emoji, count, mine, names: who }) => (
        <button
          key={emoji}
          type="button"
          aria-pressed={mine}
          aria-label={`${emoji}, ${count}`}
          title={names(who)}
          onClick={() => void room.react(message.key, emoji)}
        >
          <span aria-hidden="true">{emoji}</span> {count}
        </button>
      ))}
    </div>
  );
}
