// Tools of the MCP reference server, used by a model in front of a room: progress, stops, limits, questions (B8, B15, F4).
import type { Frame } from '@antiphon/e2e/wire';
import { expect, test } from 'vitest';
import { antiphon, modelBot } from '../src/antiphon.ts';
import { Chat, messages, tools, words, type Message, type Part } from '../src/chat.ts';
import { Aimock, type Asked, type Fixture } from '../src/peers/aimock.ts';
import { EverythingOverHttp, everythingOnStdio } from '../src/peers/everything.ts';
import type { Setting } from '../src/toml.ts';

const LONG = 'trigger-long-running-operation';

/** A model that calls one tool when it is told so, and says something once it has an answer. */
function calling(name: string, args: Record<string, unknown>, then: string, when = 'go'): Fixture[] {
  const toolCalls = [{ name, arguments: args }];
  return [
    { match: { userMessage: when, hasToolResult: false }, response: { toolCalls }, chunkSize: 9 },
    { match: { userMessage: when, hasToolResult: true }, response: { content: then } },
  ];
}

/** A bot with the server's tools; what holds for them. */
function bot(aimock: Aimock, held: Record<string, Setting> = {}, mcp: Record<string, Setting> = {}) {
  const mcp_servers = [
    { name: 'everything', ...(mcp['url'] === undefined ? everythingOnStdio() : {}), ...mcp },
  ];
  return modelBot(aimock, {}, { mcp_servers, tools: held });
}

/** What the model was told of its call. */
function told(journal: readonly Asked[]): unknown {
  return journal.at(-1)?.body.messages.findLast(({ role }) => role === 'tool')?.content;
}

/** How far the wire showed the tool of a message to be, each time. */
function fractions(chat: Chat, message: Message | undefined): readonly number[] {
  const parts = chat.wire.frames.filter(
    ({ type, message_id }) => type === 'part' && message_id === message?.id,
  );
  const progress = parts.map(
    ({ value }) => (value as { progress?: { fraction?: number } }).progress?.fraction,
  );
  return progress.filter((fraction) => fraction !== undefined);
}

/** What the wire still said of a tool after it had said that the tool is cancelled. */
function saidAfterwards(chat: Chat, message: Message, tool: Part): readonly Frame[] {
  const part = message.parts.indexOf(tool);
  const { frames } = chat.wire;
  const end = frames.findIndex(({ type, tool_call, state }) => {
    return type === 'tool_changed' && tool_call === tool.tool_call && state === 'cancelled';
  });
  expect(end).toBeGreaterThan(0);
  return frames.slice(end).filter((frame) => {
    const grows = frame.type === 'part' || frame.type === 'append';
    return grows && frame['message_id'] === message.id && frame['part'] === part;
  });
}

/** Has a long tool stopped that is at work; answers with the message that it stands in. */
async function stopped(chat: Chat): Promise<Message> {
  const asked = await chat.say('go');
  const frame = await chat.frame('progress', (frame) => {
    return frame.type === 'part' && (frame['value'] as Part)['progress'] !== undefined;
  });
  const { tool_call } = frame['value'] as Part;
  expect(await chat.ask('cancel', { tool_call })).toMatchObject({ accepted: true });
  const { run, message } = await chat.outcome(asked);
  expect(run.state).toBe('completed');
  expect(words(message)).toBe('You stopped it.');
  expect(tools(message)).toMatchObject([{ name: LONG, state: 'cancelled' }]);
  return message as Message;
}

test.for(['stdio', 'http'])('B8 F4: over %s a tool shows its progress and is stopped alone', async (over) => {
  await using aimock = await Aimock.start([
    ...calling(LONG, { duration: 600, steps: 6000 }, 'You stopped it.'),
    ...calling(LONG, { duration: 1, steps: 4 }, 'That one was short.', 'once more'),
  ]);
  await using everything = over === 'http' ? await EverythingOverHttp.start() : undefined;
  const mcp: Record<string, Setting> = everything ? { url: everything.url } : {};
  await using server = await antiphon([bot(aimock, {}, mcp)]);
  using chat = await Chat.with(server, 'helper');
  const message = await stopped(chat);
  const [tool] = tools(message) as [Part];
  const seen = fractions(chat, message);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect(told(await aimock.journal())).toBe('This call was cancelled by the user.');

  // The server goes on with what it was told to stop (`peers.test.ts`), ten times a second; the room hears nothing of it,
  // while it hears the server's next call.
  const next = await chat.answer('once more');
  expect(words(next.message)).toBe('That one was short.');
  expect(fractions(chat, next.message).length).toBeGreaterThan(1);
  expect(saidAfterwards(chat, message, tool)).toEqual([]);
  expect(messages(await chat.log()).find(({ id }) => id === message.id)).toEqual(message);
});

test('B8: a tool that comes to its end shows how far it is', async () => {
  await using aimock = await Aimock.start(calling(LONG, { duration: 1, steps: 4 }, 'It took a second.'));
  await using server = await antiphon([bot(aimock)]);
  using chat = await Chat.with(server, 'helper');
  const { message } = await chat.answer('go');
  expect(tools(message)).toMatchObject([
    { state: 'completed', result: expect.stringContaining('completed') as string },
  ]);
  // Only the last step counts: one that is overtaken by the next need not be shown.
  const seen = fractions(chat, message);
  expect(seen).toEqual([...seen].sort((a, b) => a - b));
  expect([0.25, 0.5, 0.75, 1]).toEqual(expect.arrayContaining([...seen]));
  expect(new Set(seen).size).toBeGreaterThan(1);
});

test('B15: a tool that takes too long is tried again, then another tool is, and the model is told of that', async () => {
  await using aimock = await Aimock.start(calling(LONG, { duration: 600, message: 'instead' }, 'Well.'));
  const held = { [LONG]: { timeout_ms: 300, retries: 1, fallback_tool: 'echo' } };
  await using server = await antiphon([bot(aimock, held)]);
  using chat = await Chat.with(server, 'helper');
  const { run, message } = await chat.answer('go');
  expect(run.state).toBe('completed');
  expect(tools(message)).toMatchObject([
    { name: LONG, state: 'timed_out' },
    { name: LONG, state: 'timed_out' },
    { name: 'echo', state: 'completed', result: 'Echo: instead' },
  ]);
  expect(told(await aimock.journal())).toBe('Echo: instead');
});

test('B16: what a tool is given of the environment is what its settings name', async () => {
  await using aimock = await Aimock.start(calling('get-env', {}, 'Seen.'));
  const own = { env: { TOOL_KEY: { env: 'KEY_OF_TOOL' } } };
  await using server = await antiphon([bot(aimock, {}, own)], { env: { KEY_OF_TOOL: 'its own' } });
  using chat = await Chat.with(server, 'helper');
  const { message } = await chat.answer('go');
  const [call] = tools(message);
  expect(call?.result).toContain('"TOOL_KEY": "its own"');
  expect(call?.result).not.toContain('MODEL_KEY');
});

test('B15: a tool whose server went away fails, and its bot goes on', async () => {
  await using aimock = await Aimock.start(calling('echo', { message: 'here' }, 'I tried.'));
  await using everything = await EverythingOverHttp.start();
  await using server = await antiphon([bot(aimock, {}, { url: everything.url })]);
  using chat = await Chat.with(server, 'helper');
  expect(tools((await chat.answer('go')).message)).toMatchObject([{ name: 'echo', state: 'completed' }]);
  await everything.kill();
  const { run, message } = await chat.answer('go again');
  expect(run.state).toBe('completed');
  expect(words(message)).toBe('I tried.');
  const away = expect.stringContaining('away') as string;
  expect(tools(message)).toMatchObject([{ name: 'echo', state: 'failed', error: away }]);
  expect(told(await aimock.journal())).toContain('away');
});
