/** Why nothing can be sent: only an ended session keeps one from it; everything else waits in the outbox. */
import { useChatView, useSelected } from '../view/hooks.ts';

export function useBlocked(): string | undefined {
  const failed = useSelected(useChatView().connection, ({ state }) => state === 'failed');
  return failed ? 'Not connected. Your text is kept here.' : undefined;
}
