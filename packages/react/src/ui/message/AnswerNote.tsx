/** Below an agent's message that ended early: why, and what to do about it. */
import { useNow } from '../clock/now.ts';
import { SLOW_MS } from '../tool/Cancel.tsx';
import { useRoomView } from '../view/hooks.ts';
import { clock } from '../words/time.ts';
import { focusRow } from './to-row.ts';
import { plainText } from './plain-text.ts';
import type { AnswerView, MessageView } from '../view/model.ts';

export function AnswerNote({ message, answer }: { message: MessageView; answer: AnswerView }) {
  const room = useRoomView();
  if (answer.state === 'stopping') return answer.mine && <StillStopping message={message} answer={answer} />;
  const words = reasonOf(message, answer);
  if (!words) return null;
  return (
    <p className="ap-row-note" data-state={answer.state}>
      <span>{words}</span>
      {answer.mine && (
        <button type="button" className="ap-link-button" onClick={() => void room.again(message.key)}>
          Ask again
        </button>
      )}
    </p>
  );
}

/** An agent that does not stop: whoever may stop it need not wait for it. */
function StillStopping({ message, answer }: { message: MessageView; answer: AnswerView }) {
  const room = useRoomView();
  if (useNow() - (answer.stopSince ?? Infinity) < SLOW_MS) return null;
  return (
    <p className="ap-row-note">
      <span>Still stopping.</span>
      <button
        type="button"
        className="ap-link-button"
        aria-label={`Force ${message.author.name} to stop`}
        onClick={({ currentTarget }) => {
          focusRow(currentTarget);
          void room.stop(message.key, true);
        }}
      >
        Force
      </button>
    </p>
  );
}

function reasonOf(message: MessageView, answer: AnswerView): string | null {
  const name = message.author.name;
  const at = answer.endedAt === undefined ? '' : ` at ${clock(answer.endedAt)}`;
  switch (answer.state) {
    case 'stopped':
      return `Stopped${answer.by ? ` by ${answer.by}` : ''}${at}.${answer.forced ? ` ${name} did not stop by itself.` : ''}`;
    case 'interrupted':
      if (answer.note) return answer.note;
      return plainText(message) === ''
        ? `${name} was interrupted.`
        : `${name} left in mid-sentence. What it had written is kept.`;
    case 'failed':
      return answer.note ?? `${name} could not finish.`;
    default:
      return null;
  }
}
