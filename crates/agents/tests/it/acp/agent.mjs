// An agent that speaks ACP by hand, and does what its prompt's last word names: well or badly.
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { setImmediate, setTimeout as sleep } from 'node:timers/promises';

const { env } = process;
const sessions = new Map();
const asked = new Map();
let nextId = 1;
let nextSession = 1;
let release;
let dozes = false;
let cost = 0;

const write = (text) => process.stdout.write(`${text}\n`);
const send = (message) => write(JSON.stringify({ jsonrpc: '2.0', ...message }));

function ask(method, params) {
  const id = `agent-${nextId++}`;
  send({ id, method, params });
  return new Promise((resolve) => asked.set(id, resolve));
}

function update(sessionId, sessionUpdate, fields) {
  send({ method: 'session/update', params: { sessionId, update: { sessionUpdate, ...fields } } });
}

const say = (id, text, messageId) =>
  update(id, 'agent_message_chunk', { content: { type: 'text', text }, messageId });
const think = (id, text) => update(id, 'agent_thought_chunk', { content: { type: 'text', text } });
const content = (text) => [{ type: 'content', content: { type: 'text', text } }];

const deeds = {
  /** Says what it was told in all prompts of this session. */
  recite: (id, session) => say(id, JSON.stringify(session.prompts)),

  /** Knows nothing of its session afterwards. */
  forget(id) {
    say(id, 'I forget');
    sessions.delete(id);
  },

  /** Shows everything that there is to show. */
  async show(id) {
    think(id, 'Let me ');
    think(id, 'look.');
    update(id, 'plan', { entries: [{ content: 'look', status: 'in_progress' }, { content: 'tell' }] });
    say(id, 'I look.');
    update(id, 'tool_call', {
      toolCallId: 'call_1',
      title: 'Look around',
      kind: 'search',
      status: 'pending',
      rawInput: { where: 'here' },
    });
    update(id, 'tool_call_update', { toolCallId: 'call_1', status: 'in_progress', content: content('one') });
    update(id, 'tool_call_update', { toolCallId: 'call_1', content: content('one\ntwo') });
    update(id, 'tool_call_update', {
      toolCallId: 'call_1',
      status: 'completed',
      content: content('one\ntwo'),
      rawOutput: { found: 2 },
    });
    update(id, 'tool_call_update', {
      toolCallId: 'call_2',
      title: 'Break',
      kind: 'execute',
      status: 'in_progress',
    });
    update(id, 'tool_call_update', { toolCallId: 'call_2', status: 'failed', content: content('it broke') });
    update(id, 'tool_call', { toolCallId: 'call_3', title: 'Left open', kind: 'think', status: 'pending' });
    update(id, 'plan', {
      entries: [
        { content: 'look', status: 'completed' },
        { content: 'tell', status: 'completed' },
      ],
    });
    update(id, 'usage_update', {
      used: 1234,
      size: 200000,
      cost: { amount: (cost += 0.25), currency: 'USD' },
    });
    update(id, 'available_commands_update', { availableCommands: [] });
    update(id, 'something_new', { a: 1 });
    say(id, 'Found ');
    say(id, 'two.');
  },

  /** Writes what is no protocol, then goes on. */
  garbage(id) {
    write('Debugger attached.');
    write('{"jsonrpc":"2.0","method":"session/update"');
    write('[1,2,3]');
    write('null');
    send({ method: 'session/update', params: 7 });
    send({
      method: 'session/update',
      params: {
        sessionId: 'other',
        update: { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text: 'LOST' } },
      },
    });
    send({ id: 4711, result: {} });
    say(id, 'still here');
  },

  /** A line of five megabytes, then a short one. */
  giant(id) {
    say(id, 'x'.repeat(5 * 1024 * 1024));
    say(id, 'still here');
  },

  async die(id) {
    say(id, 'I begin');
    await sleep(20);
    process.stderr.write('warming up\nout of luck\n', () => process.exit(7));
    await sleep(60_000);
  },

  /** Dies, and says its key. */
  async leak() {
    process.stderr.write(`my key is ${env.TOKEN}\n`, () => process.exit(7));
    await sleep(60_000);
  },

  /** Answers its prompt with an error. */
  complain(id) {
    say(id, 'I begin');
    throw new Error(`my key is ${env.TOKEN}`);
  },

  /** Never ends, but stops when told to. */
  async wait(id, session) {
    say(id, 'I wait');
    update(id, 'tool_call', { toolCallId: 'call_1', title: 'Wait', kind: 'other', status: 'in_progress' });
    while (!session.cancelled) await sleep(5);
    return 'end_turn';
  },

  /** Never ends, whatever it is told; the program hears well. */
  async stubborn(id) {
    say(id, 'I go on');
    for (;;) await sleep(1000);
  },

  /** Works until another session lets it go. */
  async steady(id) {
    say(id, 'I work');
    await new Promise((resolve) => (release = resolve));
    say(id, ' and am done');
  },
  release: () => release(),

  /** Has a tool at work, silently, until another session lets it go. */
  async dig(id) {
    const toolCallId = 'call_1';
    update(id, 'tool_call', { toolCallId, title: 'Dig', kind: 'other', status: 'in_progress' });
    await new Promise((resolve) => (release = resolve));
    update(id, 'tool_call_update', { toolCallId, status: 'completed', rawOutput: { gold: 1 } });
    say(id, 'Gold.');
  },

  /** Answers nothing from now on. */
  doze(id) {
    say(id, 'good night');
    setImmediate().then(() => (dozes = true));
  },

  /** Hears nothing and does not end. */
  async deaf(id) {
    say(id, 'I do not listen');
    process.on('SIGTERM', () => {});
    process.stdin.pause();
    for (;;) await sleep(1000);
  },

  /** Speaks without end, and does not read. */
  async flood(id) {
    process.stdin.pause();
    const piece = 'x'.repeat(8 * 1024);
    for (;;) {
      say(id, piece);
      if (process.stdout.writableNeedDrain) await once(process.stdout, 'drain');
      else await setImmediate();
    }
  },

  /** More tool calls than a message has room for. */
  tools(id) {
    for (let n = 1; n <= 200; n += 1) {
      update(id, 'tool_call', {
        toolCallId: `call_${n}`,
        title: `Tool ${n}`,
        kind: 'read',
        status: 'completed',
      });
    }
    say(id, 'Two hundred tools.');
  },

  /** Asks for a permission, and says what it was answered. */
  async permit(id) {
    update(id, 'tool_call', {
      toolCallId: 'call_1',
      title: 'rm -rf build',
      kind: 'execute',
      status: 'pending',
    });
    const { result } = await ask('session/request_permission', {
      sessionId: id,
      toolCall: { toolCallId: 'call_1', rawInput: { command: 'rm -rf build' } },
      options: [
        { optionId: 'yes', name: 'Yes', kind: 'allow_once' },
        { optionId: 'no', name: 'No', kind: 'reject_once' },
      ],
    });
    if (result.outcome.optionId === 'yes') {
      update(id, 'tool_call_update', {
        toolCallId: 'call_1',
        status: 'completed',
        rawOutput: { gone: true },
      });
    }
    say(id, `outcome ${result.outcome.outcome} ${result.outcome.optionId ?? ''}`);
  },

  /** Asks for a permission when it has begun already. */
  async presume(id) {
    const rawInput = { command: 'rm -rf build' };
    const title = 'rm -rf build';
    update(id, 'tool_call', {
      toolCallId: 'call_1',
      title,
      kind: 'execute',
      status: 'in_progress',
      rawInput,
    });
    const { result } = await ask('session/request_permission', {
      sessionId: id,
      toolCall: { toolCallId: 'call_1' },
      options: [{ optionId: 'no', name: 'No', kind: 'reject_once' }],
    });
    say(id, `outcome ${result.outcome.outcome}`);
  },

  /** Asks for two different things of the same name, each of which may be allowed for good. */
  async twice(id) {
    for (const command of ['make', 'make install']) {
      const toolCallId = `call ${command}`;
      const rawInput = { command };
      update(id, 'tool_call', { toolCallId, title: 'make', kind: 'execute', status: 'pending', rawInput });
      const { result } = await ask('session/request_permission', {
        sessionId: id,
        toolCall: { toolCallId },
        options: [
          { optionId: 'once', name: 'Once', kind: 'allow_once' },
          { optionId: 'always', name: 'Always', kind: 'allow_always' },
          { optionId: 'no', name: 'No', kind: 'reject_once' },
        ],
      });
      say(id, `${command}: ${result.outcome.optionId}. `);
    }
  },

  /** Asks a question by a form. */
  async question(id) {
    const requestedSchema = {
      type: 'object',
      properties: { colour: { type: 'string' } },
      required: ['colour'],
    };
    const { result } = await ask('elicitation/create', {
      sessionId: id,
      mode: 'form',
      message: 'Which colour?',
      requestedSchema,
    });
    say(id, `${result.action} ${result.content?.colour}`);
  },

  /** Calls what nobody offers. */
  async strange(id, session) {
    const answers = [
      await ask('terminal/create', { sessionId: id, command: 'ls' }),
      await ask('fs/read_text_file', { sessionId: id, path: `${session.cwd}/a.txt` }),
      await ask('session/request_permission', { sessionId: id, options: [] }),
    ];
    say(id, answers.map(({ error }) => error.code).join(' '));
  },

  /** Uses the files of its room, and tries others. */
  async files(id, session) {
    const path = `${session.cwd}/notes/a.txt`;
    await ask('fs/write_text_file', { sessionId: id, path, content: 'one\ntwo\n' });
    const whole = await ask('fs/read_text_file', { sessionId: id, path });
    const second = await ask('fs/read_text_file', { sessionId: id, path, line: 2, limit: 1 });
    const none = await ask('fs/read_text_file', { sessionId: id, path: `${session.cwd}/none` });
    const outside = await ask('fs/read_text_file', { sessionId: id, path: '/etc/passwd' });
    const above = await ask('fs/write_text_file', {
      sessionId: id,
      path: `${session.cwd}/../a.txt`,
      content: 'x',
    });
    const codes = [none, outside, above].map(({ error }) => error.code);
    say(id, JSON.stringify([whole.result.content, second.result.content, ...codes]));
  },

  /** A command of its own. */
  '/recite': (id, session) => say(id, JSON.stringify(session.prompts)),

  tired: () => 'max_tokens',
  unwilling: () => 'refusal',
  silent: () => 'end_turn',
};

async function prompt({ sessionId, prompt: blocks }, id) {
  const session = sessions.get(sessionId);
  if (session === undefined) return send({ id, error: { code: -32002, message: 'no such session' } });
  if (session.isBusy) return send({ id, error: { code: -32603, message: 'BUSY' } });
  session.isBusy = true;
  session.cancelled = false;
  const texts = blocks.map((block) => block.text);
  session.prompts.push(texts);
  const deed = deeds[texts.at(-1).trim().split(/\s+/).at(-1)];
  let stopReason;
  try {
    stopReason = (deed && (await deed(sessionId, session))) || 'end_turn';
  } catch ({ message }) {
    return send({ id, error: { code: -32603, message: 'Internal error', data: { details: message } } });
  } finally {
    session.isBusy = false;
  }
  if (stopReason === 'end_turn' && deed === undefined) say(sessionId, `heard ${texts.at(-1)}`);
  send({ id, result: { stopReason } });
}

function open(sessionId, cwd, id, result) {
  if (env.SIGN_IN && !sessions.signedIn)
    return send({ id, error: { code: -32000, message: 'Authentication required' } });
  sessions.set(sessionId, { cwd, prompts: [], isBusy: false, cancelled: false });
  send({ id, result });
}

const handlers = {
  initialize: (_params, id) => {
    if (env.MUTE) return;
    const agentCapabilities = { loadSession: env.LOADS !== undefined };
    const authMethods = env.SIGN_IN ? [{ id: 'key', name: 'A key' }] : [];
    send({ id, result: { protocolVersion: Number(env.VERSION ?? 1), agentCapabilities, authMethods } });
  },
  authenticate: ({ methodId }, id) => {
    sessions.signedIn = methodId === env.SIGN_IN;
    send(sessions.signedIn ? { id, result: {} } : { id, error: { code: -32602, message: 'no such way' } });
  },
  'session/new': ({ cwd }, id) => {
    const sessionId = `session-${process.pid}-${nextSession++}`;
    open(sessionId, cwd, id, { sessionId });
  },
  'session/load': ({ sessionId, cwd }, id) => {
    // Replays what was said, which is no news; the answer comes behind it, as the protocol wants it.
    say(sessionId, 'REPLAYED');
    open(sessionId, cwd, id, null);
  },
  'session/prompt': prompt,
  'session/cancel': ({ sessionId }) => {
    const session = sessions.get(sessionId);
    if (session) session.cancelled = true;
  },
};

process.stderr.write(`agent ${process.pid} in ${process.cwd()}\n`);
if (env.FAILS) {
  process.stderr.write('no model is configured\n');
  process.exit(2);
}
createInterface({ input: process.stdin })
  .on('line', (line) => {
    const { id, method, params, ...rest } = JSON.parse(line);
    if (method === undefined) {
      asked.get(id)?.(rest);
      asked.delete(id);
    } else if (!dozes) {
      handlers[method]?.(params, id);
    }
  })
  .on('close', () => process.exit(0));
