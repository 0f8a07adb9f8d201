/** One agent at work: on what, since when, how far. Leads to its message. */
import { Avatar, type WorkView, counting, useNow } from '@antiphon/react/ui/kit';

const WORDS = {
  thinking: 'Thinking',
  writing: 'Writing',
  working: 'Working',
  waiting: 'Waiting for a decision',
} as const;

export function WorkRow({ work, onJump }: { work: WorkView; onJump: (messageKey: string) => void }) {
  const now = useNow();
  const { messageKey } = work;
  return (
    <li>
      <button
        type="button"
        className="work-row"
        disabled={messageKey === undefined}
        onClick={() => messageKey !== undefined && onJump(messageKey)}
      >
        <Avatar user={work.user} size={26} acting />
        <span className="work-what">
          <span>{work.user.name}</span>
          <small>{work.asksMe ? 'Waiting for you' : (work.detail ?? WORDS[work.activity])}</small>
        </span>
        <small className="ap-tabular">
          {work.fraction === undefined ? counting(now - work.since) : `${Math.round(work.fraction * 100)} %`}
        </small>
      </button>
    </li>
  );
}
