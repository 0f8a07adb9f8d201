/** A member: who, what kind, whether they are here; more of them for those who want to know or to change it. */
import { ChevronRight } from 'lucide-react';
import { lazy, Suspense, useState } from 'react';
import {
  Avatar,
  BotControl,
  Dot,
  type DotLook,
  type MemberView,
  botWords,
  useChatView,
  useSelected,
} from '@antiphon/react/ui/kit';
import { type PlaceView, usePage } from '../page/page.ts';

const BotDetails = lazy(() => import('./details.ts').then(({ BotDetails: part }) => ({ default: part })));
const MemberVerbs = lazy(() => import('./details.ts').then(({ MemberVerbs: part }) => ({ default: part })));

/** Only what is not usual is said. */
const ROLE: Record<MemberView['role'], string> = {
  owner: 'owner',
  admin: 'keeps order',
  member: '',
  viewer: 'reads only',
};

const PRESENCE: Record<MemberView['presence'], { look: DotLook; text: string }> = {
  active: { look: 'moss', text: 'here' },
  away: { look: 'grey', text: 'away' },
  offline: { look: 'hollow', text: 'not here' },
};

interface MemberRowProps {
  readonly member: MemberView;
  /** The room, as far as it can be kept in order. */
  readonly place: PlaceView | undefined;
  readonly onOpen: (roomId: string) => void;
}

export function MemberRow({ member, place, onOpen }: MemberRowProps) {
  const chat = useChatView();
  const page = usePage();
  const me = useSelected(chat.me, (user) => user?.id);
  const [open, setOpen] = useState(false);
  const { user, bot } = member;
  const manage = place?.manage === true && user.id !== me;
  const { look, text } = bot ? botWords(bot) : PRESENCE[member.presence];
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
              {ROLE[member.role] && <small> {ROLE[member.role]}</small>}
            </span>
            <small>{user.kind === 'bot' ? `agent, ${text}` : text}</small>
          </span>
          <Dot look={look} />
        </button>
        {(bot ?? manage) && (
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
      {open && (
        <Suspense>
          {bot && <BotDetails bot={bot} />}
          {manage && <MemberVerbs member={member} place={place} />}
        </Suspense>
      )}
      {bot && (open || bot.status !== 'running') && <BotControl className="member-verb" bot={bot} />}
    </li>
  );
}
