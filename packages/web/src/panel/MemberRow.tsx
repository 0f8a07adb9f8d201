/** A member: who, what kind, whether they are here; agents can be started and stopped by those who may. */
import { Dot, type DotLook } from '../ui/Dot.tsx';
import { Avatar } from '../ui/Avatar.tsx';
import { botWords } from '../rooms/bot-words.ts';
import { useChat, useSelected } from '../view/hooks.ts';
import type { BotView, MemberView } from '../view/model.ts';

const PRESENCE: Record<MemberView['presence'], { look: DotLook; text: string }> = {
  active: { look: 'moss', text: 'here' },
  away: { look: 'saffron', text: 'away' },
  offline: { look: 'hollow', text: 'not here' },
};

export function MemberRow({ member, onOpen }: { member: MemberView; onOpen: (roomId: string) => void }) {
  const chat = useChat();
  const me = useSelected(chat.session, (session) => (session.state === 'signed_in' ? session.me.id : null));
  const { user, bot } = member;
  const { look, text } = bot ? botWords(bot) : PRESENCE[member.presence];
  return (
    <li className="member-row">
      <button
        type="button"
        className="member-main"
        disabled={user.id === me}
        onClick={() => void chat.openDirect(user.id).then((id) => id !== undefined && onOpen(id))}
      >
        <Avatar user={user} size={26} acting={bot?.activity !== undefined} />
        <span className="work-what">
          <span>
            {user.name}
            {user.id === me && <small> you</small>}
          </span>
          <small title={bot?.error}>{user.kind === 'bot' ? `agent, ${bot?.error ?? text}` : text}</small>
        </span>
        <Dot look={look} />
      </button>
      {bot?.canControl && <Control bot={bot} />}
    </li>
  );
}

function Control({ bot }: { bot: BotView }) {
  const chat = useChat();
  const { id, name } = bot.user;
  if (bot.status === 'stopped' || bot.status === 'error')
    return (
      <button
        type="button"
        className="link-button"
        aria-label={`Start ${name}`}
        onClick={() => void chat.startBot(id)}
      >
        Start
      </button>
    );
  if (bot.status !== 'running') return null;
  return (
    <button
      type="button"
      className="link-button"
      aria-label={`Stop ${name}`}
      onClick={() => void chat.stopBot(id)}
    >
      Stop
    </button>
  );
}
