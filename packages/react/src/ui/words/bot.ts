/** An agent's state as a sign and a word; never a colour alone. */
import type { DotLook } from '../controls/Dot.tsx';
import type { BotView } from '../view/model.ts';

const ACTIVITY = {
  thinking: 'thinking',
  writing: 'writing',
  working: 'working',
  waiting: 'waiting',
} as const;

export function botWords(bot: BotView): { readonly look: DotLook; readonly text: string } {
  switch (bot.status) {
    case 'running':
      if (bot.asksMe !== undefined) return { look: 'saffron', text: `waiting for you, ${bot.asksMe}` };
      return bot.activity
        ? { look: 'saffron', text: ACTIVITY[bot.activity] }
        : { look: 'moss', text: 'ready' };
    case 'starting':
      return { look: 'ring', text: 'starting' };
    case 'stopping':
      return { look: 'grey', text: 'stopping' };
    case 'stopped':
      return { look: 'hollow', text: 'stopped' };
    case 'error':
      return { look: 'brick', text: 'error' };
  }
}
