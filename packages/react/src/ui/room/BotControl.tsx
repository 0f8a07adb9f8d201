/** The verb that brings an agent up or down, for those who may. */
import { useEffect } from 'react';
import { cx } from '../controls/cx.ts';
import { useChatView } from '../view/hooks.ts';
import type { BotView } from '../view/model.ts';

export function BotControl({ bot, className }: { bot: BotView; className?: string }) {
  const chat = useChatView();
  const { id, name } = bot.user;
  const stopped = bot.status === 'stopped' || bot.status === 'error';
  useEffect(() => chat.lookAtBot(id), [chat, id]);
  if (!bot.canControl || (!stopped && bot.status !== 'running')) return null;
  return (
    <button
      type="button"
      className={cx('ap-link-button', className)}
      onClick={() => void (stopped ? chat.startBot(id) : chat.stopBot(id))}
    >
      {stopped ? 'Start' : 'Stop'} {name}
    </button>
  );
}
