// A model behind an OpenAI-compatible endpoint: what it says, what it thinks, what it calls, and when it breaks (F9, B15).
import { expect, test } from 'vitest';
import { antiphon, modelBot } from '../src/antiphon.ts';
import { Chat, tools, words } from '../src/chat.ts';
import { Aimock } from '../src/peers/aimock.ts';
import { everythingOnStdio } from '../src/peers/everything.ts';

test('B7: words stream in pieces, thoughts stand in a part of their own, and what it cost is told', async () => {
  const thought = 'Let me see. Six times seven.';
  const answer = 'Forty-two, as everyone knows who has ever asked.';
  await using aimock = await Aimock.start([
    {
      match: { userMessage: 'think' },
      response: { content: answer, reasoning: thought },
      chunkSize: 4,
      latency: 40,
    },
  ]);
  await using server = await antiphon([modelBot(aimock)]);
  using chat = await Chat.with(server, 'helper');
  const { run, message } = await chat.answer('think');
  expect(message?.parts).toEqual([
    { type: 'reasoning', text: thought },
    { type: 'text', text: answer },
  ]);
  for (const [part, whole] of [thought, answer].entries()) {
    const pieces = chat.wire.frames.filter((frame) => {
      return frame.type === 'append' && frame['message_id'] === message?.id && frame['part'] === part;
    });
    expect(pieces.length).toBeGreaterThan(1);
    expect(pieces.map(({ text }) => text).join('')).toBe(whole);
  }
  expect(run['usage']).toMatchObject([
    { model: 'first', requests: 1, output_tokens: expect.any(Number) as number },
  ]);
});

test('F9: calls in parallel, their arguments in fragments, are made once each and answered in their order', async () => {
  const calls = [
    { name: 'echo', arguments: { message: 'Grüße 👩‍🚀' } },
    { name: 'get-sum', arguments: { a: 19, b: 23 } },
  ];
  await using aimock = await Aimock.start([
    { match: { userMessage: 'both', hasToolResult: false }, response: { toolCalls: calls }, chunkSize: 5 },
    { match: { userMessage: 'both', hasToolResult: true }, response: { content: 'Done.' } },
  ]);
  const mcp_servers = [{ name: 'everything', ...everythingOnStdio() }];
  await using server = await antiphon([modelBot(aimock, {}, { mcp_servers })]);
  using chat = await Chat.with(server, 'helper');
  const { run, states, message } = await chat.answer('both, please');
  expect(states).toEqual(['queued', 'processing', 'thinking', 'executing', 'thinking', 'completed']);
  expect(words(message)).toBe('Done.');
  expect(tools(message)).toMatchObject([
    { name: 'echo', state: 'completed', arguments: calls[0]?.arguments, result: 'Echo: Grüße 👩‍🚀' },
    {
      name: 'get-sum',
      state: 'completed',
      arguments: calls[1]?.arguments,
      result: 'The sum of 19 and 23 is 42.',
    },
  ]);
  expect(run['usage']).toMatchObject([{ model: 'first', requests: 2 }]);

  const [first, second] = await aimock.journal();
  const offered = first?.body.tools?.map((tool) => tool.function.name) ?? [];
  expect(offered).toEqual(expect.arrayContaining(['echo', 'get-sum']));
  const [asked, ...told] = second?.body.messages.slice(-3) ?? [];
  const ids = (asked?.['tool_calls'] as { id: string }[]).map(({ id }) => id);
  expect(told).toEqual([
    { role: 'tool', tool_call_id: ids[0], content: 'Echo: Grüße 👩‍🚀' },
    { role: 'tool', tool_call_id: ids[1], content: 'The sum of 19 and 23 is 42.' },
  ]);
});

test('B15: a busy endpoint is asked again after the pause that it asks for, then another model is', async () => {
  const busy = { error: { message: 'busy' }, status: 429, retryAfter: 1 };
  await using aimock = await Aimock.start([
    { match: { userMessage: 'hello', model: 'first' }, response: busy },
    { match: { userMessage: 'hello', model: 'second' }, response: { content: 'Hello from the second.' } },
  ]);
  const bot = modelBot(aimock, {}, { retries: 1, fallback_models: ['second'] });
  await using server = await antiphon([bot]);
  using chat = await Chat.with(server, 'helper');
  const { run, message } = await chat.answer('hello');
  expect(words(message)).toBe('Hello from the second.');
  expect(run['usage']).toMatchObject([
    { model: 'first', requests: 2 },
    { model: 'second', requests: 1 },
  ]);
  const journal = await aimock.journal();
  expect(journal.map(({ body }) => body.model)).toEqual(['first', 'first', 'second']);
  const [first, second] = journal.map((asked) => asked['timestamp'] as number);
  expect((second ?? 0) - (first ?? 0)).toBeGreaterThanOrEqual(1000);
});

test('F3: an answer that breaks off keeps what came, fails, and is not asked for again', async () => {
  const story = 'All work and no play. '.repeat(20);
  await using aimock = await Aimock.start([
    {
      match: { userMessage: 'story' },
      response: { content: story },
      chunkSize: 7,
      latency: 20,
      truncateAfterChunks: 9,
    },
  ]);
  await using server = await antiphon([modelBot(aimock, {}, { retries: 2, fallback_models: ['second'] })]);
  using chat = await Chat.with(server, 'helper');
  const { run, message } = await chat.answer('story');
  expect(run).toMatchObject({ state: 'failed', error: expect.stringContaining('broke off') as string });
  expect(message?.status).toBe('failed');
  expect(words(message)).not.toBe('');
  expect(story.startsWith(words(message))).toBe(true);
  expect(await aimock.journal()).toHaveLength(1);
});

test('B15: where no model answers, the bot says what it was given to say', async () => {
  await using aimock = await Aimock.start([
    { match: { userMessage: 'hello' }, response: { error: { message: 'down' }, status: 503 } },
  ]);
  const bot = modelBot(aimock, {}, { fallback_answer: 'I am not well today.' });
  await using server = await antiphon([bot]);
  using chat = await Chat.with(server, 'helper');
  const { run, message } = await chat.answer('hello');
  expect(run.state).toBe('completed');
  expect(words(message)).toBe('I am not well today.');
});
