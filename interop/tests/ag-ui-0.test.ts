// Agents of before AG-UI 1.0 through Antiphon: they refuse what 1.0 has added, and are understood all the same (F9).
import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, expect, test } from 'vitest';
import type { Server } from '@antiphon/e2e/server';
import { antiphon } from '../src/antiphon.ts';
import { Chat, tools, words, type Message } from '../src/chat.ts';
import { Forerunner, OLD_REQUIREMENTS, type OldAgent } from '../src/peers/forerunner.ts';

const AGENTS: readonly OldAgent[] = ['weather', 'forgetful', 'stopped', 'broken'];
/** All that a request had. */
const FIELDS = ['context', 'forwardedProps', 'messages', 'runId', 'state', 'threadId', 'tools'];

let old: Forerunner;
let server: Server;

beforeAll(async () => {
  old = await Forerunner.start();
  server = await antiphon(
    AGENTS.map((agent) => ({ id: agent, connector: { type: 'ag_ui', url: old.url(agent) } })),
  );
});

afterAll(async () => {
  await server[Symbol.asyncDispose]();
  await old[Symbol.asyncDispose]();
});

function data(message: Message | undefined, name: string): unknown {
  return message?.parts.find((part) => part.type === 'data' && part.name === name)?.['value'];
}

function roles(messages: readonly { readonly role: string }[] | undefined): string[] | undefined {
  return messages?.map(({ role }) => role);
}

test('F9: the peer is of the version that is meant, and refuses what 1.0 has added', async () => {
  const versions = await old.versions();
  expect(versions['ag-ui-protocol']).toBe('0.1.8');
  const wanted = (await readFile(OLD_REQUIREMENTS, 'utf8')).matchAll(/^([\w.-]+)==(\S+)$/gm);
  expect(versions).toMatchObject(Object.fromEntries([...wanted].map(([, name, version]) => [name, version])));
  const plain = {
    threadId: 't',
    runId: 'r',
    messages: [],
    tools: [],
    context: [],
    state: {},
    forwardedProps: {},
  };
  const post = (body: unknown) =>
    fetch(old.url('weather'), {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const taken = await post(plain);
  expect([taken.status, await taken.text()]).toEqual([200, expect.stringContaining('RUN_FINISHED')]);
  expect((await post({ ...plain, protocolVersion: '1.0' })).status).toBe(422);
});

test('F9: it is asked once more as it wants to be, and from then on at once', async () => {
  using chat = await Chat.with(server, 'weather');
  const { run, message } = await chat.answer('and outside?');
  expect(run.state).toBe('completed');
  expect(message?.parts.map(({ type }) => type)).toEqual(
    expect.arrayContaining(['reasoning', 'tool_call', 'text', 'plan']),
  );
  expect(message?.parts.find(({ type }) => type === 'reasoning')).toMatchObject({
    text: 'Let me look outside.',
  });
  expect(tools(message)).toMatchObject([
    { name: 'weather', state: 'completed', arguments: { city: 'Bern' }, result: 'sunny in Bern' },
  ]);
  expect(words(message)).toBe('It is sunny in Bern.');
  expect(data(message, 'ag-ui.state')).toEqual({ state: { looks: 1 } });
  expect(data(message, 'ag-ui.events')).toMatchObject({
    kept: [
      { event: 'THINKING_START', fields: { title: 'The weather' } },
      { event: 'CUSTOM', name: 'mood', value: 'bright' },
      { event: 'RUN_FINISHED', value: { looks: 1 } },
    ],
  });

  const { message: second } = await chat.answer('and now?');
  expect(data(second, 'ag-ui.state')).toEqual({ state: { looks: 2 } });
  const asked = await old.journal(chat.room);
  expect(asked.map((request) => Object.keys(request).sort())).toEqual([FIELDS, FIELDS]);
  expect(roles(asked[1]?.messages)).toEqual(['user', 'assistant', 'tool', 'assistant', 'user']);
  expect((await old.refused(chat.room)).map(({ protocolVersion }) => protocolVersion)).toEqual(['1.0']);
});

test('F9: what it makes of the conversation is what it hears the next time', async () => {
  using chat = await Chat.with(server, 'forgetful');
  await chat.answer('one');
  await chat.answer('two');
  const { run } = await chat.answer('three');
  expect(run.state).toBe('completed');
  const asked = await old.journal(chat.room);
  expect(asked.map(({ messages }) => messages.map(({ content }) => content))).toEqual([
    ['one'],
    ['1 messages before', 'I keep it short.', 'two'],
    ['3 messages before', 'I keep it short.', 'three'],
  ]);
});

test('F3 F9: a stop and a failure are told apart by a code', async () => {
  using stopping = await Chat.with(server, 'stopped');
  expect((await stopping.answer('go on')).run.state).toBe('cancelled');
  using failing = await Chat.with(server, 'broken');
  const { run, message } = await failing.answer('go on');
  expect(run).toMatchObject({ state: 'failed', error: 'kaboom' });
  expect(data(message, 'ag-ui.events')).toMatchObject({
    kept: [{ event: 'RUN_ERROR', value: { message: 'kaboom', code: 'E_KABOOM' } }],
  });
});
