// Agents over AG-UI through Antiphon: those of Pydantic AI, and one that sends every kind of event (F9).
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Server } from '@antiphon/e2e/server';
import { antiphon } from '../src/antiphon.ts';
import { Chat, tools, words, type Message } from '../src/chat.ts';
import { AimockAgent } from '../src/peers/aimock-agent.ts';
import { Pydantic, type Agent } from '../src/peers/pydantic.ts';
import type { Bot } from '../src/toml.ts';

const AGENTS: readonly Agent[] = ['plain', 'weather', 'deploy', 'broken', 'patient'];

let pydantic: Pydantic;
let server: Server;

beforeAll(async () => {
  pydantic = await Pydantic.start();
  server = await antiphon(AGENTS.map((agent) => agentBot(agent, pydantic.url(agent))));
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await pydantic[Symbol.asyncDispose]();
});

function agentBot(id: string, url: string): Bot {
  return { id, connector: { type: 'ag_ui', url } };
}

function data(message: Message | undefined, name: string): unknown {
  return message?.parts.find((part) => part.type === 'data' && part.name === name)?.['value'];
}

/** The next decision that a room is asked for. */
async function asked(chat: Chat): Promise<Record<string, unknown>> {
  const { approval } = await chat.frame('a question', ({ type }) => type === 'approval_requested');
  return approval as Record<string, unknown>;
}

test('F9 B7: an agent speaks in pieces, and hears who it talks to', async () => {
  using chat = await Chat.with(server, 'plain');
  const { run, message } = await chat.answer('go on');
  expect(run.state).toBe('completed');
  expect(words(message)).toBe(Array.from({ length: 10 }, (_, n) => `line ${n + 1} of ten\n`).join(''));
  const [request] = (await pydantic.journal()).filter(({ threadId }) => threadId.startsWith(chat.room));
  expect(request).toMatchObject({ threadId: `${chat.room}:plain`, protocolVersion: '1.0' });
  expect(request?.messages).toMatchObject([{ role: 'user', name: 'Mara', content: 'go on' }]);
});

test('F9 B8: it thinks, uses a tool, and says what the tool said; asked again it knows', async () => {
  using chat = await Chat.with(server, 'weather');
  const { run, states, message } = await chat.answer('and outside?');
  expect(run.state).toBe('completed');
  expect(states).toEqual(expect.arrayContaining(['thinking', 'executing']));
  expect(message?.parts.map(({ type }) => type)).toEqual(['reasoning', 'tool_call', 'text', 'data']);
  // What the agent calls them, and that the call is part of a message.
  const { parts } = data(message, 'ag-ui.origins') as { parts: Record<string, unknown>[] };
  expect(parts).toMatchObject([{ part: 0 }, { part: 1, id: 'call_1' }, { part: 2 }]);
  expect(parts[1]?.['parent_message']).toBeTypeOf('string');
  expect(message?.parts[0]).toMatchObject({ text: 'Let me look outside.' });
  expect(tools(message)).toMatchObject([
    { name: 'weather', state: 'completed', arguments: { city: 'Bern' }, result: 'sunny in Bern' },
  ]);
  expect(words(message)).toBe('It is sunny in Bern.');

  await chat.answer('and now?');
  const requests = (await pydantic.journal()).filter(({ threadId }) => threadId.startsWith(chat.room));
  expect(requests.at(-1)?.messages.map(({ role }) => role)).toEqual([
    'user',
    'assistant',
    'tool',
    'assistant',
    'user',
  ]);
});

test('F6 F9: a tool waits for a person, who changes its arguments', async () => {
  using chat = await Chat.with(server, 'deploy');
  const question = await chat.say('ship it');
  const approval = await asked(chat);
  expect(approval).toMatchObject({
    kind: 'permission',
    tool: 'deploy',
    arguments: { env: 'production' },
    editable: true,
  });
  await chat.runIs(question, 'waiting_approval');
  const decision = { approval: approval['approval'], action: 'approve', arguments: { env: 'staging' } };
  await chat.ask('decide', decision);
  const { run, message } = await chat.outcome(question);
  expect(run.state).toBe('completed');
  expect(tools(message)).toMatchObject([
    { state: 'completed', arguments: { env: 'staging' }, result: 'deployed to staging' },
  ]);
  expect(words(message)).toBe('Done: deployed to staging.');
  const requests = (await pydantic.journal()).filter(({ threadId }) => threadId.startsWith(chat.room));
  // The first one asked; the second one brings exactly the decision.
  expect(requests.map(({ resume }) => resume)).toEqual([
    undefined,
    [
      {
        interruptId: 'int-call_1',
        status: 'resolved',
        payload: { approved: true, editedArgs: { env: 'staging' } },
      },
    ],
  ]);
});

test('F6 F9: a tool that a person refuses does not run, and the agent is told why', async () => {
  using chat = await Chat.with(server, 'deploy');
  const question = await chat.say('ship it');
  const approval = await asked(chat);
  await chat.ask('decide', { approval: approval['approval'], action: 'deny', reason: 'not on Fridays' });
  const { run, message } = await chat.outcome(question);
  expect(run.state).toBe('completed');
  expect(tools(message)).toMatchObject([{ state: 'denied' }]);
  expect(words(message)).toContain('not on Fridays');
  const requests = (await pydantic.journal()).filter(({ threadId }) => threadId.startsWith(chat.room));
  expect(requests.at(-1)?.resume).toMatchObject([
    { status: 'resolved', payload: { approved: false, reason: 'not on Fridays' } },
  ]);
});

test('F3 F9: a tool that raises fails, and then its run', async () => {
  using chat = await Chat.with(server, 'broken');
  const { run, message } = await chat.answer('go on');
  expect(run).toMatchObject({ state: 'failed', error: 'kaboom' });
  expect(tools(message)).toMatchObject([{ name: 'explode', state: 'failed' }]);
});

test('F4 F9: whoever stops a run cancels the tool in the agent', async () => {
  using chat = await Chat.with(server, 'patient');
  const before = await pydantic.calls();
  const question = await chat.say('wait');
  const { run } = await chat.runIs(question, 'executing');
  await expect.poll(() => pydantic.calls()).toMatchObject({ started: before.started + 1 });
  await chat.ask('cancel', { run });
  const { run: ended, message } = await chat.outcome(question);
  expect(ended.state).toBe('cancelled');
  expect(tools(message)).toMatchObject([{ name: 'wait', state: 'cancelled' }]);
  await expect
    .poll(() => pydantic.calls())
    .toEqual({ ...before, started: before.started + 1, cancelled: before.cancelled + 1 });
});

test('F9: what an agent has besides words is kept with its answer', async () => {
  const run = { threadId: 't', runId: 'r' };
  const subagent = { subagentRunId: 's' };
  const call = { toolCallId: 'c', ...subagent };
  await using aimock = await AimockAgent.start([
    {
      match: { message: 'dig' },
      events: [
        { type: 'RUN_STARTED', ...run, protocolVersion: '1.0' },
        { type: 'STATE_SNAPSHOT', snapshot: { found: 0 } },
        {
          type: 'ACTIVITY_SNAPSHOT',
          messageId: 'p',
          activityType: 'PLAN',
          content: { steps: ['dig', 'tell'] },
        },
        { type: 'SUBAGENT_STARTED', ...subagent, name: 'Digger' },
        { type: 'TOOL_CALL_CHUNK', ...call, toolCallName: 'dig', delta: '{"deep":true}' },
        { type: 'TOOL_CALL_RESULT', ...call, messageId: 'm', content: '{"gold":1}' },
        { type: 'SUBAGENT_FINISHED', ...subagent },
        { type: 'STATE_DELTA', delta: [{ op: 'replace', path: '/found', value: 1 }] },
        { type: 'TEXT_MESSAGE_CHUNK', messageId: 'a', delta: 'Gold.' },
        {
          type: 'RUN_FINISHED',
          ...run,
          outcome: { type: 'success' },
          usage: [{ model: 'shovel', inputTokens: 3, outputTokens: 4 }],
        },
      ],
      delayMs: 20,
    },
    {
      match: { message: 'stop' },
      events: [
        { type: 'RUN_STARTED', ...run, protocolVersion: '1.0' },
        { type: 'RUN_FINISHED', ...run, outcome: { type: 'cancelled' } },
      ],
    },
  ]);
  await using server = await antiphon([agentBot('digger', aimock.url)]);
  using chat = await Chat.with(server, 'digger');
  const { run: done, message } = await chat.answer('dig');
  expect(done).toMatchObject({
    state: 'completed',
    usage: [{ model: 'shovel', input_tokens: 3, output_tokens: 4 }],
  });
  expect(words(message)).toBe('Gold.');
  expect(data(message, 'ag-ui.state')).toEqual({ state: { found: 1 } });
  expect(data(message, 'ag-ui.subagents')).toMatchObject({
    subagents: [{ id: 's', name: 'Digger', state: 'completed' }],
  });
  expect(tools(message)).toMatchObject([
    { name: 'dig', state: 'completed', arguments: { deep: true }, result: { gold: 1 } },
  ]);
  expect(message?.parts.find(({ type }) => type === 'plan')).toMatchObject({
    items: [{ title: 'dig' }, { title: 'tell' }],
  });
  const { run: stopped } = await chat.answer('stop');
  expect(stopped.state).toBe('cancelled');
});

test(
  'F3 D3: an agent that dies fails its run, and its bot is broken from then on',
  { timeout: 180_000 },
  async () => {
    await using mortal = await Pydantic.start();
    await using server = await antiphon([agentBot('patient', mortal.url('patient'))]);
    using chat = await Chat.with(server, 'patient');
    const question = await chat.say('wait');
    await chat.runIs(question, 'executing');
    await mortal.kill();
    const { run, message } = await chat.outcome(question);
    expect(run).toMatchObject({ state: 'failed' });
    expect(run['error']).toContain('broke off');
    expect(tools(message)).toMatchObject([{ state: 'abandoned' }]);
    const status = async () => {
      const { bots } = (await chat.ask('list_bots', {})) as unknown as { bots: Record<string, unknown>[] };
      return bots.find(({ connector }) => connector === 'ag_ui');
    };
    await expect.poll(status).toMatchObject({ status: 'error', error: 'the agent cannot be reached' });
  },
);
