// The example agent of ACP's own SDK as a bot: two tools, one of which people have to allow (F6, F9).
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { antiphon } from '../src/antiphon.ts';
import { Chat, tools, words, type Part } from '../src/chat.ts';
import { acpAgent } from '../src/peers/acp.ts';
import type { Bot } from '../src/toml.ts';

const READS = "I'll help you with that.";
const KNOWS = 'Now I understand the project structure.';

function coder(): Bot {
  const { command, args } = acpAgent();
  return { id: 'coder', connector: { type: 'acp', command, args: [...args] } };
}

/** The agent of `examples/acp`, with the same SDK. */
function keeper(): Bot {
  const program = fileURLToPath(new URL('../../examples/acp/agent.mjs', import.meta.url));
  return {
    id: 'keeper',
    connector: { type: 'acp', command: process.execPath, args: [program], files: true },
  };
}

/** How often the program was started again, and how its bot is. */
async function health(chat: Chat, id: string): Promise<unknown> {
  const { bots } = (await chat.ask('list_bots', {})) as unknown as { bots: { user: { id: string } }[] };
  return bots.find(({ user }) => user.id === id);
}

/** Waits until people are asked about the tool of a run; answers with the id of the approval. */
async function asked(chat: Chat, run: string): Promise<string> {
  const frame = await chat.frame('a question to people', (frame) => {
    const approval = frame['approval'] as { run?: string } | undefined;
    return frame.type === 'approval_requested' && approval?.run === run;
  });
  return (frame['approval'] as { approval: string }).approval;
}

test('F6 F9: an agent works with its tools, and people allow what it asks for', async () => {
  await using server = await antiphon([coder()]);
  using chat = await Chat.with(server, 'coder');
  const question = await chat.say('improve the project');
  const { run } = await chat.runIs(question, 'waiting_approval');
  await chat.ask('decide', { approval: await asked(chat, run), action: 'approve' });
  const { states, message } = await chat.outcome(question);
  expect(states.at(-1)).toBe('completed');
  expect(words(message)).toContain(READS);
  expect(words(message)).toContain('successfully updated the configuration');
  expect(tools(message)).toMatchObject([
    {
      name: 'read',
      title: 'Reading project files',
      state: 'completed',
      arguments: { path: '/project/README.md' },
    },
    { name: 'edit', state: 'completed', result: { success: true } },
  ]);
});

test('F6: what people refuse is not done, and the agent goes on', async () => {
  await using server = await antiphon([coder()]);
  using chat = await Chat.with(server, 'coder');
  const question = await chat.say('improve the project');
  const { run } = await chat.runIs(question, 'waiting_approval');
  await chat.ask('decide', { approval: await asked(chat, run), action: 'deny', reason: 'not today' });
  const { states, message } = await chat.outcome(question);
  expect(states.at(-1)).toBe('completed');
  expect(words(message)).toContain("I'll skip the configuration update");
  // The agent leaves the call pending for ever; the room does not.
  expect(tools(message).map(({ state }) => state)).toEqual(['completed', 'denied']);
});

test('F4: a stop while people are asked ends the run, whatever the agent says of it', async () => {
  await using server = await antiphon([coder()]);
  using chat = await Chat.with(server, 'coder');
  const question = await chat.say('improve the project');
  const { run } = await chat.runIs(question, 'waiting_approval');
  await asked(chat, run);
  await chat.ask('cancel', { run });
  const stopped = await chat.outcome(question);
  expect(stopped.run).toMatchObject({ state: 'cancelled', cancel: { outcome: 'stopped' } });
  expect(tools(stopped.message).map(({ state }) => state)).toEqual(['completed', 'cancelled']);
  // Same program, same session: it was the turn that ended.
  const next = await chat.say('and now?');
  await chat.runIs(next, 'waiting_approval');
  expect(await health(chat, 'coder')).toMatchObject({ status: 'running', restarts: 0 });
});

test('F4: a stop in the middle of a turn is heeded by the agent, which takes the next one', async () => {
  await using server = await antiphon([coder()]);
  using chat = await Chat.with(server, 'coder');
  const question = await chat.say('improve the project');
  await chat.frame('a tool', ({ type, value }) => type === 'part' && (value as Part).name === 'read');
  const { run } = await chat.runIs(question, 'thinking');
  await chat.ask('cancel', { run });
  const stopped = await chat.outcome(question);
  expect(stopped.run).toMatchObject({ state: 'cancelled', cancel: { outcome: 'stopped' } });
  // Its first tool was announced; the second one never is.
  const [read, ...more] = tools(stopped.message);
  expect(['cancelled', 'completed']).toContain(read?.state);
  expect(more).toEqual([]);
  await chat.runIs(await chat.say('and now?'), 'waiting_approval');
  expect(await health(chat, 'coder')).toMatchObject({ status: 'running', restarts: 0 });
});

test('B8 F4: a tool at work shows what it does, and stops with its run', async () => {
  await using server = await antiphon([keeper()]);
  using chat = await Chat.with(server, 'keeper');
  const question = await chat.say('tidy up');
  const { run } = await chat.runIs(question, 'executing');
  await chat.frame('output', ({ type, text }) => type === 'append' && String(text).includes(': done'));
  // ACP has no word for one tool alone.
  const running = await chat.frame(
    'a tool',
    ({ type, state }) => type === 'tool_changed' && state === 'running',
  );
  const refused = await chat.refused('cancel', { tool_call: running['tool_call'] });
  expect(refused).toMatchObject({ code: 'forbidden' });
  await chat.ask('cancel', { run });
  const stopped = await chat.outcome(question);
  expect(stopped.run).toMatchObject({ state: 'cancelled', cancel: { outcome: 'stopped' } });
  expect(tools(stopped.message)).toMatchObject([
    { state: 'cancelled', output: expect.stringContaining('Look at every note: done') as string },
  ]);
  expect(words((await chat.answer('notes')).message)).toBe('There are no notes yet.');
  expect(await health(chat, 'keeper')).toMatchObject({ status: 'running', restarts: 0 });
});

test('B5: of two questions at once the second waits for the first, which it would have killed', async () => {
  await using server = await antiphon([coder()]);
  using chat = await Chat.with(server, 'coder');
  const [first, second] = [await chat.say('improve the project'), await chat.say('once more')];
  for (const question of [first, second]) {
    const { run } = await chat.runIs(question, 'waiting_approval');
    await chat.ask('decide', { approval: await asked(chat, run), action: 'approve' });
    const { states, message } = await chat.outcome(question);
    expect(states.at(-1)).toBe('completed');
    expect(words(message)).toContain(KNOWS);
  }
  const steps = (await chat.log()).filter(({ type }) => type === 'run_changed');
  const place = (trigger: string, state: string): number =>
    steps.findIndex((step) => step['trigger'] === trigger && step['state'] === state);
  expect(place(second, 'processing')).toBeGreaterThan(place(first, 'completed'));
});

test('the example keeps notes in the folder of its room, after people have seen what it would write', async () => {
  await using server = await antiphon([keeper()]);
  using chat = await Chat.with(server, 'keeper');
  const question = await chat.say('remember the milk');
  const { run } = await chat.runIs(question, 'waiting_approval');
  await chat.ask('decide', { approval: await asked(chat, run), action: 'approve', scope: 'session' });
  expect(words((await chat.outcome(question)).message)).toBe('Written down.');
  // It was allowed for good to the agent, which does not ask again.
  expect(words((await chat.answer('remember the bread')).message)).toBe('Written down.');
  expect(words((await chat.answer('notes')).message)).toContain('- the milk\n- the bread\n');
  using other = await Chat.with(server, 'keeper', chat.who);
  expect(words((await other.answer('notes')).message)).toBe('There are no notes yet.');
});
