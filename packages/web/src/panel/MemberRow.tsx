/** A member: who, what kind, whether they are here; of an agent also how it does, for those who want to know. */
import { ChevronRight } from 'lucide-react';
import { lazy, Suspense, useEffect, useState } from 'react';
import {
  Avatar,
  type BotView,
  Dot,
  type DotLook,
  type MemberView,
  botWords,
  useChatView,
  useSelected,
} from '@antiphon/react/ui/kit';
import { usePage } from '../page/page.ts';

const BotDetails = lazy(() =>
  import('./BotDetails.tsx').then(({ BotDetails: details }) => ({ default: details })),
);

const PRESENCE: Record<MemberView['presence'], { look: DotLook; text: string }> = {
  active: { look: 'moss', text: 'here' },
  away: { look: 'saffron', text: 'away' },
  offline: { look: 'hollow', text: 'not here' },
};

export function MemberRow({ member, onOpen }: { member: MemberView; onOpen: (roomId: string) => void }) {
  const chat = useChatView();
  const page = usePage();
  const me = useSelected(chat.me, (user) => user?.id);
  const [open, setOpen] = useState(false);
  const { user, bot } = member;
  const { look, text } = bot ? botWords(bot) : PRESENCE[member.presence];
  useEffect(() => {
    if (bot) chat.lookAtBot(bot.user.id);
  }, [chat, bot]);
  return (
    <li>
      <div className="member-row">
        <button
          type="button"
          className="member-main"
          disabled={user.id === me}
          onClick={() => void page.openDirect(user.id).then((id) => id !== undefined && onOpen(id))}
        >
          <Avatar user={user} size={26} acting={bot?.activity !== undefined} />
          <span className="work-what">
            <span>
              {user.name}
              {user.id === me && <small> you</small>}
            </span>
            <small>{user.kind === 'bot' ? `agent, ${text}` : text}</small>
          </span>
          <Dot look={look} />
        </button>
        {bot && (
          <button
            type="button"
            className="ap-icon-button member-more"
            aria-label={`About ${user.name}`}
            aria-expanded={open}
            onClick={() => setOpen(!open)}
          >
            <ChevronRight className="ap-chevron" aria-hidden="true" />
          </button>
        )}
      </div>
      {bot && open && (
        <Suspense>
          <BotDetails bot={bot} />
        </Suspense>
      )}
      {bot?.canControl && (open || bot.status !== 'running') && <Control bot={bot} />}
    </li>
  );
}

function Control({ bot }: { bot: BotView }) {
  const chat = useChatView();
  const { id, name } = bot.user;
  const stopped = bot.status === 'stopped' || bot.status === 'error';
  if (!stopped && bot.status !== 'running') return null;
  return (
    <button
      type="button"
      className="ap-link-button member-verb"
      onClick={() => void (stopped ? chat.startBot(id) : chat.stopBot(id))}
    >
      {stopped ? 'Start' : 'Stop'} {name}
    </button>
  );
}
