// What is said to a bot that cannot take it now waits for it (F5, D5).
import { expect, test } from 'vitest';
import { antiphon, socketBot, tokenOf } from '../src/antiphon.ts';
import { Chat, words } from '../src/chat.ts';
import { RawBot } from '../src/raw-bot.ts';

test('D5 F5: what is said to a bot that was never there waits until it is, in order', async () => {
  await using server = await antiphon([socketBot('clerk')]);
  using mara = await Chat.in(server);
  const asked = [await mara.say('@clerk one'), await mara.say('@clerk two')];
  await mara.runIs(asked[1] ?? '', 'queued');
  using bot = await RawBot.connect(server.url, tokenOf('clerk'));
  for (const id of asked) {
    const offer = await bot.offer();
    expect(offer.trigger.id).toBe(id);
    await bot.answer(offer, 'here I am');
    expect(words((await mara.outcome(id)).message)).toBe('here I am');
  }
});
