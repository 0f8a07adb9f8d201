/** Below a message that waits for an agent: at which place, why, and what can be done about it. */
import { useChatView, useRoomView } from '../view/hooks.ts';
import type { WaitView } from '../view/model.ts';

export function QueueNotes({ waits }: { waits: readonly WaitView[] }) {
  return waits.map((wait) => <QueueNote key={wait.run} wait={wait} />);
}

function QueueNote({ wait }: { wait: WaitView }) {
  const chat = useChatView();
  const room = useRoomView();
  return (
    <p className="ap-row-note ap-row-waits">
      <span>{wait.words}</span>
      {wait.verb === 'start' && (
        <button type="button" className="ap-link-button" onClick={() => void chat.startBot(wait.bot.id)}>
          Start {wait.bot.name}
        </button>
      )}
      {wait.verb === 'continue' && (
        <button type="button" className="ap-link-button" onClick={() => void room.continueRun(wait.run)}>
          Continue
        </button>
      )}
    </p>
  );
}
