/** B5, B6, B7, B9, B10, F3–F5: agents as members: runs, queues, attempts, decisions and hidden parts, as the SDK folds them. */
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { type ChatClient, createChatClient, type Room } from '../src/index.ts';
import { getBot, listGrants, registerBot, revokeGrant } from '../src/bots.ts';
import type { Wire } from '../src/wire/words.ts';
import { Peer } from './peer.ts';

const AT = '2026-11-20T14:02:07.042Z';
let peer: Peer;
let chat: ChatClient;

const until = (check: () => void) => vi.waitFor(check, { timeout: 4_000, interval: 5 });

async function joined(): Promise<Room> {
  await chat.connect();
  const room = chat.joinRoom('general');
  await room.ready;
  return room;
}

function run(more: Partial<Wire.Run> = {}): Wire.Run {
  return {
    run: 'run1',
    bot: 'demo',
    state: 'queued',
    trigger: 'm1',
    triggered_by: 'ada',
    created_at: AT,
    ...more,
  };
}

function approval(more: Partial<Wire.Approval> = {}): Wire.Approval {
  return {
    approval: 'ask1',
    run: 'run1',
    bot: 'demo',
    kind: 'permission',
    prompt: 'May it?',
    eligible: { role: 'admin', users: ['ada'] },
    default: 'deny',
    scopes: ['once', 'session'],
    deadline: AT,
    ...more,
  };
}

function decision(by: string): Wire.Decision {
  return { action: 'approve', by, at: AT, cause: 'person', scope: 'once' };
}

/** Answers requests of one type. */
function answers(type: string, reply: (frame: Record<string, unknown>) => object): void {
  const before = peer.intercept;
  peer.intercept = (guest, frame) => {
    if (frame['type'] !== type) return before?.(guest, frame) ?? false;
    guest.send({ type: 'ok', ref: frame['ref'], ...reply(frame) });
    return true;
  };
}

beforeEach(async () => {
  peer = await Peer.start();
  chat = createChatClient({
    url: peer.url,
    auth: 'ada',
    flush: 'sync',
    reconnect: { minMs: 5, maxMs: 20 },
    WebSocket: NodeWebSocket,
  });
});

afterEach(async () => {
  await chat.disconnect();
  await peer.stop();
});

describe('runs and queues', () => {
  test('a run tells its attempt, who stops it and what came of it, and what it cost', async () => {
    const room = await joined();
    const cancel = { by: 'bob', at: AT, outcome: 'requested' as const };
    peer.append('general', { type: 'run_changed', ...run({ state: 'thinking', attempt: 2, cancel }) });
    await until(() => expect(room.runs).toHaveLength(1));
    expect(room.runs[0]).toMatchObject({ attempt: 2, cancellation: { by: 'bob', outcome: 'requested' } });
    const usage = [{ model: 'm', requests: 1, input_tokens: 7, output_tokens: 3 }];
    const end = run({ state: 'cancelled', cancel: { ...cancel, outcome: 'forced' }, usage, ended_at: AT });
    peer.append('general', { type: 'run_changed', ...end });
    await until(() => expect(room.runs).toEqual([]));
    expect(room.getRun('run1')).toMatchObject({
      cancellation: { outcome: 'forced' },
      usage: [{ model: 'm', inputTokens: 7, outputTokens: 3 }],
      endedAt: Date.parse(AT),
    });
  });

  test('runs from before the first page are known from the join', async () => {
    peer.say('general', { id: 'm1', sender: 'ada', text: 'hello' });
    peer.extra = { runs: [run({ state: 'executing', started_at: AT })], approvals: [approval()] };
    const room = await joined();
    expect(room.runs.map(({ id, state }) => [id, state])).toEqual([['run1', 'executing']]);
    expect(room.approvals.pending.map(({ id }) => id)).toEqual(['ask1']);
  });

  test('what waits for a bot is told with its reason, changes, and is gone', async () => {
    const queue = { bot: 'demo', waiting: ['run1', 'run2'], count: 2, reason: 'bot_stopped' };
    peer.extra = { signals: { typing: [], presence: [], queues: [queue] } };
    const room = await joined();
    expect(room.queues).toEqual([queue]);
    peer.tell('general', { type: 'queue', room: 'general', ...queue, waiting: ['run2'], count: 1 });
    await until(() => expect(room.queues[0]?.waiting).toEqual(['run2']));
    peer.tell('general', { type: 'queue', room: 'general', bot: 'demo', waiting: [], count: 0 });
    await until(() => expect(room.queues).toEqual([]));
  });

  test('a message that finds the queue full fails at once, and holds up nothing behind it', async () => {
    const room = await joined();
    peer.intercept = (guest, frame) => {
      if (frame['text'] !== '@demo more') return false;
      const refusal = { code: 'queue_full', message: 'full', retryable: true, limit: 5, field: 'to' };
      guest.send({ type: 'error', ref: frame['ref'], ...refusal });
      return true;
    };
    const full = room.sendMessage('@demo more');
    const next = room.sendMessage('nobody in particular');
    await expect(full.settled).rejects.toMatchObject({ code: 'queue_full', limit: 5, field: 'to' });
    await next.settled;
    expect(room.getMessage(full.key)?.delivery).toBe('failed');
  });

  test('a chain of bots that came to its end goes on when a person says so', async () => {
    const room = await joined();
    peer.append('general', { type: 'run_changed', ...run({ paused: true }) });
    await until(() => expect(room.runs[0]?.paused).toBe(true));
    await room.continueRun('run1');
    expect(peer.heard.at(-1)).toMatchObject({ type: 'continue_run', room: 'general', run: 'run1' });
  });
});

describe('decisions', () => {
  test('are pending until one is in the log, whoever gave it', async () => {
    const room = await joined();
    peer.append('general', { type: 'approval_requested', approval: approval() });
    await until(() => expect(room.approvals.pending).toHaveLength(1));
    expect(room.approvals.get('ask1')).toMatchObject({
      prompt: 'May it?',
      deadline: Date.parse(AT),
      scopes: ['once', 'session'],
    });
    peer.append('general', {
      type: 'approval_decided',
      approval: 'ask1',
      run: 'run1',
      decision: decision('bob'),
    });
    await until(() => expect(room.approvals.pending).toEqual([]));
    expect(room.approvals.get('ask1')?.decision).toMatchObject({ by: 'bob', at: Date.parse(AT) });
  });

  test('whoever comes second is told what counts', async () => {
    const room = await joined();
    answers('decide', () => ({ accepted: false, decision: decision('bob') }));
    const decided = await room.approvals.decide('ask1', { action: 'deny', reason: 'too early' });
    expect(decided).toMatchObject({ accepted: false, decision: { action: 'approve', by: 'bob' } });
    expect(peer.heard.at(-1)).toMatchObject({ approval: 'ask1', action: 'deny', reason: 'too early' });
  });

  test('read backwards, the answer is known before the question', async () => {
    peer.append('general', { type: 'approval_requested', approval: approval() });
    for (let n = 1; n <= 60; n += 1) peer.say('general', { id: `m${n}`, sender: 'bob', text: `${n}` });
    peer.append('general', {
      type: 'approval_decided',
      approval: 'ask1',
      run: 'run1',
      decision: decision('bob'),
    });
    const room = await joined();
    expect(room.approvals.get('ask1')).toBeUndefined();
    await room.loadOlder();
    expect(room.approvals.get('ask1')?.decision?.by).toBe('bob');
    expect(room.approvals.pending).toEqual([]);
  });
});

describe('answers', () => {
  test('another attempt voids the text of the one before it, and all parts after', async () => {
    const room = await joined();
    peer.say('general', { id: 'a1', sender: 'demo', status: 'streaming' });
    peer.open('general', 'a1', 0);
    peer.grow('general', 'a1', 'half of the first');
    peer.open('general', 'a1', 1, 0, { type: 'reasoning', text: '' });
    peer.grow('general', 'a1', 'and a thought', { part: 1 });
    await until(() => expect(room.getMessage('a1')?.parts).toHaveLength(2));
    peer.open('general', 'a1', 0, 1);
    peer.grow('general', 'a1', 'whole');
    await until(() => expect(room.getMessage('a1')?.parts).toEqual([{ type: 'text', text: 'whole' }]));
  });

  test('a part that others may see only is known to be there, and is not taken for torn', async () => {
    const room = await joined();
    peer.say('general', { id: 'a1', sender: 'demo', status: 'streaming' });
    const value: Wire.Part = { type: 'reasoning', text: '' };
    const where = { room: 'general', message_id: 'a1', part: 0, generation: 0 };
    peer.tell('general', { type: 'part', ...where, value, visible_to: 'admin' });
    const ends = [{ part: 0, generation: 0, end: 900, crc32: 1 }];
    peer.append('general', { type: 'message_completed', message_id: 'a1', status: 'complete', ends });
    await until(() => expect(room.getMessage('a1')?.status).toBe('complete'));
    expect(room.getMessage('a1')?.parts).toEqual([{ type: 'reasoning', text: '', visibleTo: 'admin' }]);
    expect(peer.heard.filter(({ type }) => type === 'get_message')).toEqual([]);
  });

  test('a tool call tells its arguments as they are written, its output and who stopped it', async () => {
    const room = await joined();
    peer.say('general', { id: 'a1', sender: 'demo', status: 'streaming' });
    const call: Wire.Part = { type: 'tool_call', tool_call: 'c1', name: 'count', state: 'pending' };
    peer.open('general', 'a1', 0, 0, { ...call, arguments_text: '{"from": ' });
    await until(() => expect(room.tools.get('c1')?.argumentsText).toBe('{"from": '));
    const shown = { output_bytes: 90_000, output_url: '/v1/outputs/c1' };
    peer.open('general', 'a1', 0, 0, { ...call, state: 'running', approval: 'ask1', ...shown });
    peer.grow('general', 'a1', 'one\ntwo\n');
    await until(() => expect(room.tools.get('c1')?.output).toBe('one\ntwo\n'));
    expect(room.tools.get('c1')).toMatchObject({
      approval: 'ask1',
      outputBytes: 90_000,
      outputUrl: '/v1/outputs/c1',
    });
    const cancel = { by: 'ada', at: AT, outcome: 'requested' };
    const changed = { type: 'tool_changed', message_id: 'a1', part: 0, tool_call: 'c1', name: 'count' };
    peer.append('general', { ...changed, state: 'running', cancel });
    await until(() => expect(room.tools.get('c1')?.cancellation?.outcome).toBe('requested'));
    expect(room.tools.get('c1')?.state).toBe('running');
  });
});

describe('bots', () => {
  const bot: Wire.Bot = {
    user: { id: 'demo', kind: 'bot', name: 'demo' },
    connector: 'builtin',
    status: 'stopped',
    owner: 'ada',
  };

  test('are started and stopped, and the list says so', async () => {
    answers('list_bots', () => ({ bots: [bot] }));
    answers('start_bot', () => ({ bot: { ...bot, status: 'starting', restarts: 0 } }));
    await chat.connect();
    await chat.loadBots();
    expect(chat.bots[0]?.status).toBe('stopped');
    expect((await chat.startBot('demo')).status).toBe('starting');
    expect(chat.bots[0]?.status).toBe('starting');
  });

  test('are registered in the words of the settings file, and looked at', async () => {
    answers('register_bot', () => ({ bot, token: 'secret' }));
    answers('get_bot', () => ({ bot, spec: { id: 'demo', connector: { type: 'bot_socket' } } }));
    await chat.connect();
    const made = await registerBot(chat, { id: 'demo', connector: { type: 'bot_socket' } });
    expect(made).toMatchObject({ token: 'secret', bot: { owner: 'ada' } });
    expect(await getBot(chat, 'demo')).toMatchObject({ spec: { id: 'demo' } });
  });

  test('F6: what they were allowed for longer is listed and taken back', async () => {
    const here = {
      bot: 'demo',
      tool: 'deploy',
      scope: 'session',
      room: 'general',
      by: 'ada',
      at: AT,
    } as const;
    const everywhere = { ...here, scope: 'always', room: undefined } as const;
    answers('list_grants', () => ({ grants: [here, everywhere] }));
    answers('revoke_grant', () => ({}));
    await chat.connect();
    const grants = await listGrants(chat, { room: 'general' });
    expect(grants).toMatchObject([{ room: 'general', at: Date.parse(AT) }, { scope: 'always' }]);
    for (const grant of grants) await revokeGrant(chat, grant);
    const asked = peer.heard.filter(({ type }) => type === 'revoke_grant');
    const both = { type: 'revoke_grant', bot: 'demo', tool: 'deploy' };
    expect(asked).toMatchObject([
      { ...both, scope: 'session', room: 'general' },
      { ...both, scope: 'always', by: 'ada' },
    ]);
    expect(asked[0]).not.toHaveProperty('by');
    expect(asked[1]).not.toHaveProperty('room');
  });
});

test('a sign-out tells whoever waits for a message that it will not go out', async () => {
  const sent = chat.sendMessage('general', 'too late');
  await chat.disconnect({ forget: true });
  await expect(sent.settled).rejects.toMatchObject({ code: 'discarded' });
});
