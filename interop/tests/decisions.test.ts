// What a model may not do by itself, and what its tools want to know: people decide, from any client (F6).
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { antiphon, modelBot } from '../src/antiphon.ts';
import { Chat, tools, words } from '../src/chat.ts';
import { Aimock, type Asked, type Fixture } from '../src/peers/aimock.ts';
import { everythingOnStdio } from '../src/peers/everything.ts';
import type { Setting } from '../src/toml.ts';

/** A model that calls one tool when it is told `go`, and says something once it has an answer. */
function calling(name: string, args: Record<string, unknown>): Fixture[] {
  const toolCalls = [{ name, arguments: args }];
  return [
    { match: { userMessage: 'go', hasToolResult: false }, response: { toolCalls } },
    { match: { userMessage: 'go', hasToolResult: true }, response: { content: 'So be it.' } },
  ];
}

/** How long a tool may take where a person takes longer. */
const TOOL_MS = 3_000;

function bot(aimock: Aimock, held: Record<string, Setting> = {}) {
  const mcp_servers = [{ name: 'everything', ...everythingOnStdio() }];
  return modelBot(aimock, {}, { mcp_servers, tools: held });
}

/** What the model was told of its call. */
function told(journal: readonly Asked[]): unknown {
  return journal.at(-1)?.body.messages.findLast(({ role }) => role === 'tool')?.content;
}

interface Wanted {
  readonly approval: string;
  readonly run: string;
  readonly [field: string]: unknown;
}

/** What people are asked about this run. */
async function wanted(chat: Chat, asked: string): Promise<Wanted> {
  const { run } = await chat.runIs(asked, 'waiting_approval');
  const frame = await chat.frame('a question', (frame) => {
    return frame.type === 'approval_requested' && (frame['approval'] as Wanted).run === run;
  });
  return frame['approval'] as Wanted;
}

const ALWAYS = { echo: { approval: 'always' } };
const ECHO = calling('echo', { message: 'delete everything' });

test('F6: a call that needs an approval waits for it, and runs with the arguments as they were changed', async () => {
  await using aimock = await Aimock.start(ECHO);
  await using server = await antiphon([bot(aimock, ALWAYS)]);
  using chat = await Chat.with(server, 'helper');
  const asked = await chat.say('go');
  const ask = await wanted(chat, asked);
  expect(ask).toMatchObject({
    kind: 'permission',
    tool: 'echo',
    arguments: { message: 'delete everything' },
  });
  await chat.ask('decide', {
    approval: ask.approval,
    action: 'approve',
    arguments: { message: 'delete nothing' },
  });
  const { run, message } = await chat.outcome(asked);
  expect(run.state).toBe('completed');
  expect(tools(message)).toMatchObject([
    { state: 'completed', arguments: { message: 'delete nothing' }, result: 'Echo: delete nothing' },
  ]);
  expect(told(await aimock.journal())).toBe('Echo: delete nothing');
});

test('F6: a call that is denied does not run, and the model is told why', async () => {
  await using aimock = await Aimock.start(ECHO);
  await using server = await antiphon([bot(aimock, ALWAYS)]);
  using chat = await Chat.with(server, 'helper');
  const asked = await chat.say('go');
  const { approval } = await wanted(chat, asked);
  await chat.ask('decide', { approval, action: 'deny', reason: 'not today' });
  const { run, message } = await chat.outcome(asked);
  expect(run.state).toBe('completed');
  expect(words(message)).toBe('So be it.');
  expect(tools(message)).toMatchObject([{ state: 'denied' }]);
  expect(told(await aimock.journal())).toBe('This call was denied by the user: not today');
});

test('F6: where nobody decides in time, the default is taken', async () => {
  await using aimock = await Aimock.start(ECHO);
  const held = { '*': { approval: 'always', decide_within_ms: 300 } };
  await using server = await antiphon([bot(aimock, held)]);
  using chat = await Chat.with(server, 'helper');
  const { run, message } = await chat.answer('go');
  expect(run.state).toBe('completed');
  expect(tools(message)).toMatchObject([{ state: 'denied' }]);
  expect(told(await aimock.journal())).toBe('This call was not allowed: nobody decided in time.');
});

test('F6: an approval for the room holds for the next call', async () => {
  await using aimock = await Aimock.start(ECHO);
  await using server = await antiphon([bot(aimock, ALWAYS)]);
  using chat = await Chat.with(server, 'helper');
  const first = await chat.say('go');
  const { approval } = await wanted(chat, first);
  await chat.ask('decide', { approval, action: 'approve', scope: 'session' });
  await chat.outcome(first);
  // In another room nobody has allowed it.
  using other = await Chat.with(server, 'helper', chat.who);
  const { states, message } = await chat.answer('go again');
  expect(states).not.toContain('waiting_approval');
  expect(tools(message)).toMatchObject([{ state: 'completed' }]);
  await wanted(other, await other.say('go'));
});

test('F6 F4: a call that is stopped while it waits for an approval does not run', async () => {
  await using aimock = await Aimock.start(ECHO);
  await using server = await antiphon([bot(aimock, ALWAYS)]);
  using chat = await Chat.with(server, 'helper');
  const asked = await chat.say('go');
  const { tool_call } = await wanted(chat, asked);
  expect(await chat.ask('cancel', { tool_call })).toMatchObject({ accepted: true });
  const { run, message } = await chat.outcome(asked);
  expect(run.state).toBe('completed');
  expect(tools(message)).toMatchObject([{ state: 'cancelled' }]);
  expect(told(await aimock.journal())).toBe('This call was cancelled by the user.');
});

const ELICITATION = 'trigger-elicitation-request';

test("F9: what an MCP server's tool wants to know is asked in the room, with its form, and the answer reaches it", async () => {
  await using aimock = await Aimock.start(calling(ELICITATION, {}));
  await using server = await antiphon([bot(aimock)]);
  using chat = await Chat.with(server, 'helper');
  const asked = await chat.say('go');
  const ask = await wanted(chat, asked);
  expect(ask).toMatchObject({
    kind: 'question',
    tool: ELICITATION,
    prompt: expect.stringContaining('provide inputs') as string,
  });
  expect(ask['schema']).toMatchObject({
    properties: { name: { type: 'string' }, check: { type: 'boolean' } },
  });
  await chat.ask('decide', {
    approval: ask.approval,
    action: 'answer',
    content: { name: 'Ada', check: true },
  });
  const { run, message } = await chat.outcome(asked);
  expect(run.state).toBe('completed');
  expect(tools(message)).toMatchObject([
    { state: 'completed', result: expect.stringContaining('Ada') as string },
  ]);
  expect(told(await aimock.journal())).toContain('Ada');
});

test('B15 F9: a tool has no less time because a person took theirs to answer it', async () => {
  await using aimock = await Aimock.start(calling(ELICITATION, {}));
  await using server = await antiphon([bot(aimock, { [ELICITATION]: { timeout_ms: TOOL_MS } })]);
  using chat = await Chat.with(server, 'helper');
  const asked = await chat.say('go');
  const { approval } = await wanted(chat, asked);
  await sleep(1.5 * TOOL_MS);
  await chat.ask('decide', { approval, action: 'answer', content: { name: 'Ada', check: true } });
  const { run, message } = await chat.outcome(asked);
  expect(run.state).toBe('completed');
  expect(tools(message)).toMatchObject([
    { state: 'completed', result: expect.stringContaining('Ada') as string },
  ]);
});

test("F9: a person may refuse to answer a tool's question", async () => {
  await using aimock = await Aimock.start(calling(ELICITATION, {}));
  await using server = await antiphon([bot(aimock)]);
  using chat = await Chat.with(server, 'helper');
  const asked = await chat.say('go');
  const { approval } = await wanted(chat, asked);
  await chat.ask('decide', { approval, action: 'deny' });
  const { message } = await chat.outcome(asked);
  expect(tools(message)).toMatchObject([
    { state: 'completed', result: expect.stringContaining('declined') as string },
  ]);
});
