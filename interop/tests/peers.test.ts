// The peers themselves, without Antiphon between: they are there, at the versions that we mean, and do what tests rely on.
import { randomUUID } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { dirname } from 'node:path';
import { HttpAgent, type BaseEvent, type RunAgentParameters } from '@ag-ui/client';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { OnStdio, askOnStdio, type Said } from '../src/lines.ts';
import { acpAgent } from '../src/peers/acp.ts';
import { AIMOCK_KEY, Aimock } from '../src/peers/aimock.ts';
import { EverythingOverHttp, everythingOnStdio } from '../src/peers/everything.ts';
import { Pydantic, REQUIREMENTS, type Agent } from '../src/peers/pydantic.ts';
import { script, versionOf } from '../src/peers/scripts.ts';
import { Program } from '../src/program.ts';

/** The packages of npm that tests start or speak through, at the versions that the connectors were written against. */
const OF_NPM = {
  '@ag-ui/client': '1.0.0',
  '@agentclientprotocol/sdk': '1.9.0',
  '@copilotkit/aimock': '1.43.0',
  '@durable-streams/client': '0.2.7',
  '@durable-streams/server-conformance-tests': '0.3.6',
  '@modelcontextprotocol/server-everything': '2026.8.31',
  'socket.io-client': '4.8.4',
};
/** The same of PyPI; what else these need is in `requirements.txt`. */
const OF_PYPI = {
  'ag-ui-protocol': '1.0.0',
  'pydantic-ai-slim': '2.68.0',
  mcp: '2.3.0',
  openai: '3.52.0',
  uvicorn: '0.54.0',
};

/** How a client of MCP introduces itself. */
const HELLO = { protocolVersion: '2025-06-18', capabilities: {}, clientInfo: { name: 'us', version: '1' } };

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

test('F9: the peers are those of the versions that are meant, and not others of the same name', async () => {
  const found = Object.keys(OF_NPM).map((name) => [name, versionOf(name)]);
  expect(Object.fromEntries(found)).toEqual(OF_NPM);
  // It is imported, not started: from the same place.
  const client = createRequire(import.meta.url).resolve('@ag-ui/client');
  expect(client.startsWith(dirname(script('@ag-ui/client', 'package.json')))).toBe(true);
  const versions = await pydantic.versions();
  expect(versions).toMatchObject(OF_PYPI);
  const wanted = (await readFile(REQUIREMENTS, 'utf8')).matchAll(/^([\w.-]+)==(\S+)$/gm);
  expect(versions).toMatchObject(Object.fromEntries([...wanted].map(([, name, version]) => [name, version])));
});

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
  const result = await askOnStdio(everythingOnStdio(), 'initialize', HELLO);
  expect(result['capabilities']).toHaveProperty('tools');
});

test('F4 F9: server-everything goes on with a call that was cancelled, and tells how far it is', async () => {
  await using peer = new OnStdio(everythingOnStdio());
  peer.tell('initialize', HELLO, 1);
  await peer.hear(({ id }) => id === 1);
  peer.tell('notifications/initialized', {});
  const call = { name: 'trigger-long-running-operation', arguments: { duration: 600, steps: 6_000 } };
  peer.tell('tools/call', { ...call, _meta: { progressToken: 'far' } }, 2);
  const tellsHowFar = ({ method }: Said): boolean => method === 'notifications/progress';
  await peer.hear(tellsHowFar);
  peer.tell('notifications/cancelled', { requestId: 2 });
  // It answers this after it has read that.
  peer.tell('ping', {}, 3);
  await peer.hear(({ id }) => id === 3);
  for (let late = 0; late < 3; late++) await peer.hear(tellsHowFar);
});

test('F9: server-everything answers over HTTP', async () => {
  await using everything = await EverythingOverHttp.start();
  const answer = await fetch(everything.url, {
    method: 'POST',
    headers: { 'content-type': 'application/json', accept: 'application/json, text/event-stream' },
    body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'initialize', params: HELLO }),
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
    ready: () => false,
    advice: 'none',
  });
  await expect(broken).rejects.toThrow(/nobody ended while starting \(none\)\n.*no such thing/s);
});
