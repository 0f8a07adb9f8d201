/** The agents one can talk to, each with what it is at. */
import { type BotView, Dot, botWords, useChatView, useReadable } from '@antiphon/react/ui/kit';
import { type RoomSummary, usePage } from '../page/page.ts';
import { NavRow } from './NavRow.tsx';

interface AgentListProps {
  readonly rooms: readonly RoomSummary[];
  readonly current: string | null;
  readonly onOpen: (id: string) => void;
}

export function AgentList({ rooms, current, onOpen }: AgentListProps) {
  const chat = useChatView();
  const page = usePage();
  const bots = useReadable(chat.bots);
  if (bots.length === 0) return null;
  const open = (bot: BotView, room: RoomSummary | undefined): void => {
    if (room) onOpen(room.id);
    else void page.openDirect(bot.user.id).then((id) => id !== undefined && onOpen(id));
  };
  return (
    <section aria-labelledby="nav-agents">
      <header>
        <h2 id="nav-agents">Agents</h2>
      </header>
      <ul>
        {bots.map((bot) => {
          const room = rooms.find((entry) => entry.other?.id === bot.user.id);
          const { look, text } = botWords(bot);
          return (
            <NavRow
              key={bot.user.id}
              sign={<Dot look={look} />}
              name={bot.user.name}
              current={room !== undefined && room.id === current}
              unread={room?.unread ?? 0}
              aside={
                <span className="nav-aside" data-look={look}>
                  {text}
                </span>
              }
              onOpen={() => open(bot, room)}
            />
          );
        })}
      </ul>
    </section>
  );
}
