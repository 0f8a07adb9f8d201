// The examples are true: each starts by its one command, and does what its README says one can see (F4, F6, F9).
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { Chat, tools, words, type Part } from '../src/chat.ts';
import { Example } from '../src/example.ts';

/** A first start makes an environment for Python. */
const PATIENCE = { timeout: 600_000 };

/** Waits until a tool says how far it is, and answers with its call. */
async function progress(chat: Chat): Promise<Part> {
  const told = await chat.frame('progress', (frame) => {
    const value = frame['value'] as Part | undefined;
    return frame.type === 'part' && value?.['progress'] !== undefined;
  });
  return told['value'] as Part;
}

test(
  'F9: openai-mcp answers with a tool that can be stopped, one that waits for a yes, and one at once',
  PATIENCE,
  async () => {
    await using example = await Example.start('openai-mcp');
    using chat = await Chat.in(example);

    const slow = await chat.say('@helper count slowly');
    const { tool_call } = await progress(chat);
    await chat.ask('cancel', { tool_call });
    const stopped = await chat.outcome(slow);
    expect(stopped.run.state).toBe('completed');
    expect(tools(stopped.message)).toMatchObject([
      { name: 'trigger-long-running-operation', state: 'cancelled' },
    ]);
    expect(words(stopped.message)).toContain('Stop it if you like.');
    expect(words(stopped.message)).toContain('Anything else?');

    const held = await chat.say('@helper echo something');
    const { approval } = await chat.question(held);
    await chat.ask('decide', { approval, action: 'approve', arguments: { message: 'something else' } });
    const allowed = await chat.outcome(held);
    expect(tools(allowed.message)).toMatchObject([
      { state: 'completed', arguments: { message: 'something else' } },
    ]);

    const sum = await chat.answer('@helper add 19 and 23');
    expect(JSON.stringify(tools(sum.message)[0]?.result)).toContain('42');
  },
);

test('F9: ag-ui thinks and checks, deploys when it may, and fails to roll back', PATIENCE, async () => {
  await using example = await Example.start('ag-ui');
  using chat = await Chat.in(example);

  const checked = await chat.answer('@release check the shop');
  expect(checked.run.state).toBe('completed');
  expect(checked.message?.parts[0]).toMatchObject({ type: 'reasoning' });
  expect(words(checked.message)).toBe('Done: shop: 42 checks passed.');

  const held = await chat.say('@release deploy it');
  const { approval } = await chat.question(held);
  await chat.ask('decide', { approval, action: 'approve', arguments: { service: 'shop', env: 'staging' } });
  expect(words((await chat.outcome(held)).message)).toBe('Done: shop deployed to staging.');

  const failed = await chat.answer('@release roll back');
  expect(failed.run.state).toBe('failed');

  const stopped = await chat.say('@release check the shop');
  await chat.runIs(stopped, 'executing');
  await chat.ask('cancel', { message_id: stopped });
  expect((await chat.outcome(stopped)).run).toMatchObject({ state: 'cancelled' });
  await expect.poll(() => example.output).toContain('check of shop: stopped');
});

test(
  'F9: acp shows what it would write and asks, reads, and can be stopped while it tidies',
  PATIENCE,
  async () => {
    await using example = await Example.start('acp');
    using chat = await Chat.in(example);

    const remember = await chat.say('@keeper remember the milk');
    const { approval } = await chat.question(remember);
    await chat.ask('decide', { approval, action: 'approve' });
    expect(words((await chat.outcome(remember)).message)).toBe('Written down.');
    expect(words((await chat.answer('@keeper notes')).message)).toContain('- the milk\n');
    const notes = join(example.data, 'acp/keeper/general/notes.md');
    expect(await readFile(notes, 'utf8')).toBe('- the milk\n');

    const tidy = await chat.say('@keeper tidy');
    await chat.frame('a plan', (frame) => frame.type === 'part' && (frame['value'] as Part).type === 'plan');
    await chat.ask('cancel', { message_id: tidy });
    expect((await chat.outcome(tidy)).run).toMatchObject({ state: 'cancelled' });
  },
);

test('F9: python-bot looks, says how far it is, and goes on when its tool is stopped', PATIENCE, async () => {
  await using example = await Example.start('python-bot');
  using chat = await Chat.in(example);

  const brief = await chat.answer('@surveyor look at 2 things');
  expect(words(brief.message)).toContain('Done: 2 things');
  expect(tools(brief.message)).toMatchObject([
    { state: 'completed', output: 'thing 1: all right\nthing 2: all right\n', result: { looked_at: 2 } },
  ]);

  const long = await chat.say('@surveyor look at 20 things');
  await chat.ask('cancel', { tool_call: await chat.toolAtWork(long) });
  const stopped = await chat.outcome(long);
  expect(stopped.run).toMatchObject({ state: 'completed' });
  expect(tools(stopped.message)).toMatchObject([{ state: 'cancelled' }]);
  expect(words(stopped.message)).toContain('The survey ended early');
});

test('every example is started by a test, and named in the README', async () => {
  const root = join(import.meta.dirname, '../../examples');
  const folders = (await readdir(root, { withFileTypes: true })).filter((entry) => entry.isDirectory());
  const names = folders.map(({ name }) => name).filter((name) => !name.startsWith('.'));
  const [readme, tests] = await Promise.all([
    readFile(join(root, 'README.md'), 'utf8'),
    readFile(import.meta.filename, 'utf8'),
  ]);
  for (const name of names) {
    expect(readme).toContain(`make example-${name}\``);
    expect(tests).toContain(`Example.start('${name}')`);
  }
});
