/** The agent that a room is about. */
import { useChatView, useReadable, useRoomView } from '../view/hooks.ts';
import type { BotView } from '../view/model.ts';

/** The agent with this id, or the first one of the room. */
export function useBotView(botId: string | undefined): BotView | undefined {
  const members = useReadable(useRoomView().members);
  const all = useReadable(useChatView().bots);
  const here = members.flatMap((member) => member.bot ?? []);
  if (botId === undefined) return here[0];
  return [...here, ...all].find(({ user }) => user.id === botId);
}
