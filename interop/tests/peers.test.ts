// The peers themselves, without Antiphon between: they are there, at the versions that we mean, and do what tests rely on.
import { randomUUID } from 'node:crypto';
import { HttpAgent, type BaseEvent, type RunAgentParameters } from '@ag-ui/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { askOnStdio } from '../src/lines.ts';
import { acpAgent } from '../src/peers/acp.ts';
import { AIMOCK_KEY, Aimock } from '../src/peers/aimock.ts';
import { EverythingOverHttp, everythingOnStdio } from '../src/peers/everything.ts';
import { Pydantic, type Agent } from '../src/peers/pydantic.ts';
import { Program } from '../src/program.ts';

let pydantic: Pydantic;

beforeAll(async () => {
  pydantic = await Pydantic.start();
});

afterAll(async () => {
  await pydantic[Symbol.asyncDispose]();
});

/** One run of an agent, with the client of AG-UI itself, which complains about every event out of place. */
async function run(agent: HttpAgent, parameters: RunAgentParameters = {}): Promise<BaseEvent[]> {
  const events: BaseEvent[] = [];
  await agent.runAgent(parameters, { onEvent: ({ event }) => void events.push(event) });
  return events;
}

function ask(path: Agent, words = 'go on'): HttpAgent {
  const messages = [{ id: randomUUID(), role: 'user' as const, content: words }];
  return new HttpAgent({ url: pydantic.url(path), threadId: randomUUID(), initialMessages: messages });
}

function text(events: readonly BaseEvent[], type = 'TEXT_MESSAGE_CONTENT'): string {
  const pieces = events.filter((event) => (event.type as string) === type) as { delta?: string }[];
  return pieces.map(({ delta }) => delta ?? '').join('');
}

function types(events: readonly BaseEvent[]): string[] {
  return events.map(({ type }) => type);
}

test('F9: aimock streams an answer and remembers what it was asked', async () => {
  await using aimock = await Aimock.start([
    { match: { userMessage: 'hello' }, response: { content: 'Good morning.' }, chunkSize: 5 },
  ]);
  const question = { model: 'first', stream: true, messages: [{ role: 'user', content: 'hello' }] };
  const answer = await fetch(`${aimock.base}/chat/completions`, {
    method: 'POST',
    headers: { authorization: `Bearer ${AIMOCK_KEY}`, 'content-type': 'application/json' },
    body: JSON.stringify(question),
  });
  const chunks = (await answer.text()).matchAll(/^data: (\{.*)$/gm);
  const pieces = [...chunks].map(
    ([, json]) => JSON.parse(json ?? '') as { choices: { delta: { content?: string } }[] },
  );
  const words = pieces.flatMap(({ choices }) => choices.map(({ delta }) => delta.content ?? ''));
  expect(words.join('')).toBe('Good morning.');
  expect(words.filter(Boolean).length).toBeGreaterThan(1);
  expect((await aimock.journal()).map(({ body }) => body.messages)).toEqual([question.messages]);
});

test('F9: aimock refuses whoever has another key', async () => {
  await using aimock = await Aimock.start([]);
  const answer = await fetch(`${aimock.base}/chat/completions`, { method: 'POST', body: '{}' });
  expect(answer.status).toBe(401);
});

test('F9: an agent of Pydantic AI speaks in pieces', async () => {
  const agent = ask('plain');
  const events = await run(agent);
  expect(text(events)).toBe(Array.from({ length: 10 }, (_, n) => `line ${n + 1} of ten\n`).join(''));
  const asked = await pydantic.journal(agent.threadId);
  expect(asked.map(({ messages }) => messages.map(({ role }) => role))).toEqual([['user']]);
});

test('F9: it thinks, uses a tool, and says what the tool said', async () => {
  const events = await run(ask('weather'));
  expect(text(events, 'REASONING_MESSAGE_CONTENT')).toBe('Let me look outside.');
  expect(text(events, 'TOOL_CALL_ARGS')).toBe('{"city": "Bern"}');
  expect(text(events)).toBe('It is sunny in Bern.');
});

test('F6 F9: it stops for an approval, and goes on with edited arguments', async () => {
  const agent = ask('deploy');
  const events = await run(agent);
  const { outcome } = events.at(-1) as unknown as {
    outcome: { type: string; interrupts: { id: string; reason: string }[] };
  };
  expect(outcome).toMatchObject({ type: 'interrupt', interrupts: [{ reason: 'tool_call' }] });
  const payload = { approved: true, editedArgs: { env: 'staging' } };
  const resume = outcome.interrupts.map(({ id }) => ({
    interruptId: id,
    status: 'resolved' as const,
    payload,
  }));
  expect(text(await run(agent, { resume }))).toBe('Done: deployed to staging.');
});

test('F9: a tool that raises ends its run as failed', async () => {
  const events: BaseEvent[] = [];
  const failed = ask('broken').runAgent({}, { onEvent: ({ event }) => void events.push(event) });
  await failed.catch(() => undefined);
  expect(types(events)).toContain('RUN_ERROR');
  expect(JSON.stringify(events)).toContain('kaboom');
});

test('F4 F9: whoever hangs up cancels its tool', async () => {
  const before = await pydantic.calls();
  const agent = ask('patient');
  const running = run(agent).catch(() => []);
  await expect.poll(() => pydantic.calls().then(({ started }) => started)).toBe(before.started + 1);
  agent.abortRun();
  await running;
  await expect
    .poll(() => pydantic.calls())
    .toEqual({
      ...before,
      started: before.started + 1,
      cancelled: before.cancelled + 1,
    });
});

test('F9: server-everything answers on stdio', async () => {
  const hello = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'us', version: '1' } };
  const result = await askOnStdio(everythingOnStdio(), 'initialize', hello);
  expect(result['capabilities']).toHaveProperty('tools');
});

test('F9: server-everything answers over HTTP', async () => {
  await using everything = await EverythingOverHttp.start();
  const params = {
    protocolVersion: '2025-06-18',
    capabilities: {},
    clientInfo: { name: 'us', version: '1' },
  };
  const answer = await fetch(everything.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params }),
  });
  expect(answer.headers.get('mcp-session-id')).toBeTruthy();
  expect(await answer.text()).toContain('"tools"');
});

test('F9: the example agent of ACP answers on stdio', async () => {
  const result = await askOnStdio(acpAgent(), 'initialize', { protocolVersion: 1, clientCapabilities: {} });
  expect(result).toMatchObject({ protocolVersion: 1, agentCapabilities: { loadSession: false } });
});

test('a peer that cannot start tells why', async () => {
  const broken = Program.start({
    name: 'nobody',
    command: process.execPath,
    args: ['--eval', 'console.error("no such thing"); process.exit(3)'],
    ready: () => Promise.resolve(false),
    advice: 'none',
  });
  await expect(broken).rejects.toThrow(/nobody ended while starting \(none\)\n.*no such thing/s);
});
