/** An agent: its face, its name, and how it is in a word. */
import { Avatar } from './controls/Avatar.tsx';
import { cx } from './controls/cx.ts';
import { Dot } from './controls/Dot.tsx';
import { useBotView } from './room/use-bot.ts';
import { botWords } from './words/bot.ts';

/** Properties of {@link BotBadge}. */
export interface BotBadgeProps {
  /** The agent's id; the first agent of the room, if it is left out. */
  readonly botId?: string | undefined;
  readonly className?: string | undefined;
}

/** An agent of the room, or of the server. */
export function BotBadge({ botId, className }: BotBadgeProps) {
  const bot = useBotView(botId);
  if (!bot) return null;
  const { look, text } = botWords(bot);
  return (
    <span className={cx('ap-badge', className)} data-state={bot.activity ?? bot.status}>
      <Avatar user={bot.user} size={26} acting={bot.activity !== undefined} />
      <b>{bot.user.name}</b>
      <span>
        <Dot look={look} /> {text}
      </span>
    </span>
  );
}
