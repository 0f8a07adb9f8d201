// Bots written with the SDK for TypeScript, against the real binary and a network that breaks (F2, F3, F4, F9).
import { setTimeout as sleep } from 'node:timers/promises';
import { BotError, textOf, TryAgain, type Run, type Tool } from '@antiphon/bot';
import { FaultProxy } from '@antiphon/e2e/proxy';
import { expect, test } from 'vitest';
import { Chat, tools, words } from '../src/chat.ts';
import { ECHO, SdkBot, serverOfABot, TOKEN } from '../src/sdk-bot.ts';

/** Words of one, two, three and four bytes a letter. */
const WORDS = ['one ', 'zwölf ', '三 ', '👩‍🚀 ', 'four\n'];

/** Says words until it is enough, in pieces that fall between the halves of letters as well. */
async function tell(run: Run, isEnough: () => boolean): Promise<string> {
  let [story, said] = ['', 0];
  for (let at = 0; !isEnough(); at++) {
    story += `${at} ${WORDS[at % WORDS.length] ?? ''}`;
    for (; said + 5 <= story.length; said += 5) {
      await run.reply.text(story.slice(said, said + 5));
      await sleep(2);
    }
  }
  await run.reply.text(story.slice(said));
  return story;
}

/** Puts out numbers until it is enough; answers with all of them. */
async function count(tool: Tool, isEnough: () => boolean): Promise<string> {
  let counted = '';
  for (let at = 0; !isEnough(); at++) {
    counted += `${at}\n`;
    await tool.output(`${at}\n`);
    tool.progress(1 - 1 / (at + 1));
    await sleep(10);
  }
  return counted;
}

/** How many pieces a room was told so far. */
function pieces(chat: Chat): number {
  return chat.wire.frames.filter(({ type }) => type === 'append').length;
}

/** Waits for the abortion of a signal, as a bot does that heeds it. */
async function untilAborted(signal: AbortSignal): Promise<never> {
  await new Promise((resolve) => {
    signal.addEventListener('abort', resolve);
  });
  throw signal.reason as Error;
}

test('F9: the smallest bot answers', async () => {
  await using server = await serverOfABot();
  await using bot = new SdkBot(server.url, async (run) => {
    await run.reply.text(`You said: ${run.text}`);
  });
  using chat = await Chat.with(server, ECHO);
  const { run, message, states } = await chat.answer('hello');
  expect(words(message)).toBe('You said: hello');
  expect(run.state).toBe('completed');
  expect(states).toEqual(['queued', 'processing', 'completed']);
  expect(bot.bot.state).toBe('serving');
});

test('F9 B5: a bot is told that it gets fewer runs at a time than it wants', async () => {
  await using server = await serverOfABot();
  await using bot = new SdkBot(server.url, () => Promise.resolve(), { concurrency: 10_000 });
  await expect.poll(() => bot.bot.concurrency).toBe(8);
});

test('F1 B8: thoughts, plans, data, tools and usage are in the log as the bot said them', async () => {
  await using server = await serverOfABot();
  await using bot = new SdkBot(server.url, async (run) => {
    await run.status('thinking');
    await run.reply.reasoning('hm');
    const plan = run.reply.plan([{ title: 'count', state: 'active' }]);
    const result = await run.tool('count', { to: 3 }, async (tool) => {
      for (const at of [1, 2, 3]) {
        tool.progress(at / 3, `at ${at}`);
        await tool.output(`${at}\n`);
        await sleep(40);
      }
      return { counted: 3 };
    });
    await plan.update([{ title: 'count', state: 'done' }]);
    await run.reply.data('result', result).done;
    await run.reply.stream(['that ', 'is ', 'all']);
    run.usage({ model: 'm', input_tokens: 3, output_tokens: 4 });
  });
  using chat = await Chat.with(server, ECHO);
  const { run, message, states } = await chat.answer('count');
  expect(message?.parts.map(({ type }) => type)).toEqual(['reasoning', 'plan', 'tool_call', 'data', 'text']);
  expect(message?.parts[1]).toMatchObject({ items: [{ title: 'count', state: 'done' }] });
  expect(tools(message)[0]).toMatchObject({
    state: 'completed',
    output: '1\n2\n3\n',
    arguments: { to: 3 },
    result: { counted: 3 },
    progress: { fraction: 1, message: 'at 3' },
  });
  expect(message?.parts[3]).toMatchObject({ name: 'result', value: { counted: 3 } });
  expect(words(message)).toBe('that is all');
  expect(states).toContain('thinking');
  expect(run['usage']).toMatchObject([{ model: 'm', requests: 1, input_tokens: 3, output_tokens: 4 }]);
  expect(bot.errors).toEqual([]);
});

test('F3: what a handler throws ends its run, and nothing else', async () => {
  await using server = await serverOfABot();
  await using bot = new SdkBot(server.url, async (run) => {
    await run.reply.text('half');
    if (run.text === 'fail') throw new Error('no such city');
    await run
      .tool('look', {}, () => {
        throw new Error('no such file');
      })
      .catch(() => run.reply.text('could not look'));
  });
  using chat = await Chat.with(server, ECHO);
  const failed = await chat.answer('fail');
  expect(failed.run).toMatchObject({ state: 'failed', error: 'no such city' });
  expect(words(failed.message)).toBe('half');
  await expect.poll(() => bot.errors).toMatchObject([{ message: 'no such city' }]);
  const { run, message } = await chat.answer('look');
  expect(run.state).toBe('completed');
  expect(tools(message)[0]).toMatchObject({ state: 'failed', error: 'no such file' });
  expect(words(message)).toBe('half\n\ncould not look');
});

test(
  'F2: cut, reset, cut in the middle of a frame: every word arrives once',
  { timeout: 120_000 },
  async () => {
    await using server = await serverOfABot();
    await using proxy = await FaultProxy.start(server.port);
    // It talks for as long as the network breaks, first in words and then as a tool.
    let [calls, faulted, story, counted] = [0, 0, '', ''];
    await using bot = new SdkBot(proxy.origin, async (run) => {
      calls += 1;
      story = await tell(run, () => faulted >= 4);
      await run.tool('count', null, async (tool) => {
        counted = await count(tool, () => faulted >= faults.length);
      });
    });
    const faults = [
      () => proxy.cut(),
      () => proxy.reset(),
      () => proxy.resetAfter('up', 300),
      () => proxy.resetAfter('down', 100),
      () => proxy.resetAfter('up', 1_000),
      () => proxy.cut(),
    ];
    using chat = await Chat.with(server, ECHO);
    const trigger = await chat.say('tell');
    for (const fault of faults) {
      // It is at work.
      const said = pieces(chat);
      await expect.poll(() => pieces(chat)).toBeGreaterThan(said);
      const before = proxy.accepted;
      fault();
      await expect.poll(() => proxy.accepted).toBeGreaterThan(before);
      faulted += 1;
    }
    const { run, message } = await chat.outcome(trigger);
    expect(run.state).toBe('completed');
    expect(words(message)).toBe(story);
    expect(tools(message)[0]).toMatchObject({ state: 'completed', output: counted });
    expect([calls, run['attempt']]).toEqual([1, 1]);
    expect(bot.errors).toEqual([]);
  },
);

test('F2: a bot that speaks faster than its connection waits, and loses nothing', async () => {
  await using server = await serverOfABot();
  await using proxy = await FaultProxy.start(server.port);
  proxy.delay({ least: 5, most: 15 }, 'up');
  const story = `${'ä👩‍🚀 '.repeat(20_000)}end`;
  await using bot = new SdkBot(proxy.origin, async (run) => {
    for (let at = 0; at < story.length; at += 1_001) await run.reply.text(story.slice(at, at + 1_001));
  });
  using chat = await Chat.with(server, ECHO);
  const { message } = await chat.answer('tell');
  expect(words(message) === story).toBe(true);
  expect(bot.errors).toEqual([]);
});

test('F4: a stopped run and a stopped tool are stopped in the bot', async () => {
  await using server = await serverOfABot();
  const reasons: unknown[] = [];
  await using bot = new SdkBot(server.url, async (run) => {
    const wait = (tool: Tool): Promise<never> => untilAborted(tool.signal);
    await run.tool('wait', {}, wait).catch((error: unknown) => reasons.push(error));
    await run.reply.text('stopped the tool; ');
    await untilAborted(run.signal);
  });
  using chat = await Chat.with(server, ECHO);
  const trigger = await chat.say('wait');
  const tool = await chat.frame(
    'a tool at work',
    (frame) => frame.type === 'tool_changed' && frame['state'] === 'running',
  );
  await chat.ask('cancel', { tool_call: tool['tool_call'] });
  await chat.frame('words', (frame) => frame.type === 'part' && (frame['part'] as number) === 1);
  await chat.ask('cancel', { message_id: trigger });
  const { run, message } = await chat.outcome(trigger);
  expect(run).toMatchObject({ state: 'cancelled', cancel: { outcome: 'stopped' } });
  expect(tools(message)[0]).toMatchObject({ state: 'cancelled' });
  expect(reasons).toHaveLength(1);
  expect(reasons[0]).toBeInstanceOf(BotError);
  expect(reasons[0]).toMatchObject({ code: 'tool_stopped' });
  expect(bot.errors).toEqual([]);
});

test('F6: people decide whether a tool runs, and answer questions, also across a cut', async () => {
  await using server = await serverOfABot();
  await using proxy = await FaultProxy.start(server.port);
  const denials: unknown[] = [];
  await using bot = new SdkBot(proxy.origin, async (run) => {
    const deploy = (tool: Tool<{ to: string }>): string => `deployed to ${tool.arguments.to}`;
    const approval = { prompt: 'Deploy?', editable: true };
    await run.reply.text(await run.tool('deploy', { to: 'production' }, deploy, { approval }));
    await run
      .tool('deploy', { to: 'moon' }, deploy, { approval })
      .catch((error: unknown) => denials.push(error));
    const schema = { type: 'object', properties: { name: { type: 'string' } } };
    const { content } = await run.ask({ prompt: 'Who are you?', schema });
    await run.reply.text(`hello ${String(content?.['name'])}`);
  });
  using chat = await Chat.with(server, ECHO);
  const trigger = await chat.say('deploy');
  const answers = [
    { action: 'approve', arguments: { to: 'staging' } },
    { action: 'deny', reason: 'too far' },
    { action: 'answer', content: { name: 'Ada' } },
  ];
  const asked = new Set<unknown>();
  for (const [at, answer] of answers.entries()) {
    const request = await chat.frame('a question', (frame) => {
      return frame.type === 'approval_requested' && !asked.has(frame['approval']);
    });
    asked.add(request['approval']);
    if (at === 2) proxy.cut();
    await chat.ask('decide', { approval: (request['approval'] as { approval: string }).approval, ...answer });
  }
  const { run, message } = await chat.outcome(trigger);
  expect(run.state).toBe('completed');
  expect(tools(message).map(({ state }) => state)).toEqual(['completed', 'denied']);
  expect(tools(message)[0]).toMatchObject({ result: 'deployed to staging', arguments: { to: 'staging' } });
  expect(words(message)).toBe('deployed to staging\n\nhello Ada');
  expect(denials).toMatchObject([{ code: 'denied', message: 'too far' }]);
  expect(bot.errors).toEqual([]);
});

test('F5: what is said while a bot is at work reaches it there, if it wants that', async () => {
  await using server = await serverOfABot({ busy: 'steer' });
  const handler = async (run: Run): Promise<void> => {
    await run.reply.text('asked; ');
    for await (const message of run.steered) {
      await run.reply.text(`then told ${textOf(message)}`);
      return;
    }
  };
  await using bot = new SdkBot(server.url, handler, { steer: true });
  using chat = await Chat.with(server, ECHO);
  const first = await chat.say('one');
  await chat.frame('words', (frame) => frame.type === 'part');
  const second = await chat.say('two');
  const { run, message } = await chat.outcome(first);
  expect(words(message)).toBe('asked; then told two');
  expect((await chat.outcome(second)).run).toMatchObject({ state: 'completed', answer: run['answer'] });
  expect(bot.errors).toEqual([]);
});

test('F3: a server that is killed has ended the run; the bot hears it, comes back, and answers the next', async () => {
  await using server = await serverOfABot();
  let aborted: unknown;
  await using bot = new SdkBot(server.url, async (run) => {
    await run.reply.text('half');
    if (run.text === 'hello') return;
    await untilAborted(run.signal).catch((reason: unknown) => {
      aborted = reason;
    });
  });
  let who;
  {
    using chat = await Chat.with(server, ECHO);
    ({ who } = chat);
    const trigger = await chat.say('wait');
    await chat.frame('words', (frame) => frame.type === 'append' || frame.type === 'part');
    await server.restart();
    await expect.poll(() => aborted).toMatchObject({ code: 'run_over' });
    expect(trigger).toBeTruthy();
  }
  await expect.poll(() => bot.bot.state).toBe('serving');
  using again = await Chat.with(server, ECHO, who);
  expect((await again.answer('hello')).run.state).toBe('completed');
});

test('F3: a bot that is closed lets a run come to its end, and hands back one that takes too long', async () => {
  await using server = await serverOfABot();
  let begun = '';
  await using short = new SdkBot(server.url, async (run) => {
    begun = run.text;
    await run.reply.text('one ');
    await sleep(300);
    await run.reply.text('two');
  });
  using chat = await Chat.with(server, ECHO);
  const first = await chat.say('a short one');
  await expect.poll(() => begun).toBe('a short one');
  await short.bot.close();
  expect(words((await chat.outcome(first)).message)).toBe('one two');
  expect(short.bot.state).toBe('closed');

  await using long = new SdkBot(server.url, (run) => {
    begun = run.text;
    return untilAborted(run.signal);
  });
  const second = await chat.say('a long one');
  await expect.poll(() => begun).toBe('a long one');
  await long.bot.close({ drainMs: 50 });
  expect((await chat.outcome(second)).run).toMatchObject({
    state: 'interrupted',
    error: 'the bot was stopped',
  });
});

test('C2 D10: a bot is itself over REST as well, and sees what it is a member of', async () => {
  await using server = await serverOfABot();
  using chat = await Chat.with(server, ECHO);
  const ask = (path: string, token: string): Promise<Response> =>
    fetch(`${server.url}/v1${path}`, { headers: { authorization: `Bearer ${token}` } });
  const log = (await (await ask(`/rooms/${chat.room}/entries`, TOKEN)).json()) as { entries: unknown[] };
  expect(log.entries.length).toBeGreaterThan(0);
  const mine = await Chat.with(server, 'demo');
  expect((await ask(`/rooms/${mine.room}/entries`, TOKEN)).status).toBe(404);
  expect((await ask('/rooms', `${TOKEN}x`)).status).toBe(401);
  mine[Symbol.dispose]();
});

test('C2: a token that is not good ends the bot, with words', async () => {
  await using server = await serverOfABot();
  await using stranger = new SdkBot(server.url, () => undefined, { token: 'not-a-token' });
  await expect(stranger.bot.closed).rejects.toMatchObject({ code: 'token_refused' });
});

test('B8: calls of a sub-agent name the call in which it works, and a failure tells whether to try again', async () => {
  await using server = await serverOfABot();
  await using bot = new SdkBot(server.url, async (run) => {
    await run.tool('research', {}, async (research) => {
      const within = { parent: research.id };
      await run.tool('search', {}, () => Promise.reject(new TryAgain('busy')), within).catch(() => undefined);
      await run.tool('read', {}, () => Promise.reject(new Error('gone')), within).catch(() => undefined);
    });
  });
  using chat = await Chat.with(server, ECHO);
  const { message } = await chat.answer('look it up');
  const [research, search, read] = tools(message);
  expect([search?.['parent'], read?.['parent']]).toEqual([research?.tool_call, research?.tool_call]);
  expect([search?.state, search?.error, search?.['retryable']]).toEqual(['failed', 'busy', true]);
  expect([read?.state, read?.error, read?.['retryable']]).toEqual(['failed', 'gone', undefined]);
  expect(bot.errors).toEqual([]);
});
