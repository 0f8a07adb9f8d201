// What the SDK for TypeScript does where the server does not want what a bot says, or the bot (F2, F3, C2).
import { guest } from '@antiphon/e2e/wire';
import { expect, test } from 'vitest';
import { Chat, words, type Message } from '../src/chat.ts';
import { ECHO, SdkBot, serverOfABot } from '../src/sdk-bot.ts';

test('F2: an answer that the server does not want is no success, even if nobody looked', async () => {
  await using server = await serverOfABot();
  await using bot = new SdkBot(server.url, async (run) => {
    await run.reply.text('a\0b');
  });
  using chat = await Chat.with(server, ECHO);
  const { run } = await chat.answer('go');
  await expect.poll(() => bot.errors).toMatchObject([{ code: 'bad_request' }]);
  expect(run).toMatchObject({ state: 'failed', error: (bot.errors[0] as Error).message });
});

test('F2: what is refused and heard of is the handler’s affair, and what follows it is shown', async () => {
  await using server = await serverOfABot();
  await using bot = new SdkBot(server.url, async (run) => {
    await run.reply.text('before');
    await run.reply.data('much', 'x'.repeat(100_000)).done.catch(() => run.reply.text('; after'));
  });
  using chat = await Chat.with(server, ECHO);
  const { run, message } = await chat.answer('go');
  expect(run.state).toBe('completed');
  expect(words(message)).toBe('before; after');
  expect(bot.errors).toEqual([]);
});

test('F2: words are shown at once, whenever they are said after others have arrived', async () => {
  await using server = await serverOfABot();
  let shown = (): void => undefined;
  await using bot = new SdkBot(server.url, async (run) => {
    const seen = new Promise<void>((resolve) => (shown = resolve));
    await run.reply.data('first', 1).done;
    // At each of the moments in which what has told the first may be about to rest.
    for (let moment = 0; moment < Number(run.text); moment += 1) await Promise.resolve();
    await run.reply.text('second');
    await seen;
  });
  using chat = await Chat.with(server, ECHO);
  for (let moment = 0; moment < 10; moment += 1) {
    const asked = await chat.say(String(moment));
    const { run } = await chat.runIs(asked, 'processing');
    const { message } = await chat.frame('an answer', (frame) => {
      return frame.type === 'message' && (frame['message'] as Message).run === run;
    });
    const { id } = message as Message;
    await chat.frame(`the second part at moment ${moment}`, (frame) => {
      return frame.type === 'part' && frame['message_id'] === id && frame['part'] === 1;
    });
    shown();
    expect(words((await chat.outcome(asked)).message)).toBe('second');
  }
  expect(bot.errors).toEqual([]);
});

test('C2: the token of a person takes no runs, and says so at once', async () => {
  await using server = await serverOfABot();
  const { token } = await guest(server.url, 'Mara');
  await using stranger = new SdkBot(server.url, () => undefined, { token });
  await expect(stranger.bot.closed).rejects.toMatchObject({ code: 'forbidden' });
});
