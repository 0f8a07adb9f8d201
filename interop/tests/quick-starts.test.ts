// The quick starts are true: what they have people write runs as it stands there, against the real server (E6, F9).
import { execFile } from 'node:child_process';
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { Server } from '@antiphon/e2e/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Chat, tools, words } from '../src/chat.ts';
import { Program } from '../src/program.ts';

const PROJECT = join(import.meta.dirname, '..');
const ROOT = join(PROJECT, '..');
/** Node 20 has no WebSocket of its own. */
const WITH_WEBSOCKET = "globalThis.WebSocket ??= (await import('ws')).default;\n";
/** An installation of Python packages, on a busy machine. */
const INSTALL = { timeout: 480_000 };
/** A compiler and a server side by side. */
const COMPILE = { timeout: 120_000 };
const run = promisify(execFile);

let document = '';
/** Inside the project, so that a program there finds its packages; and elsewhere, so that one does not. */
let inside = '';
let outside = '';

beforeAll(async () => {
  document = await readFile(join(ROOT, 'docs/quick-starts.md'), 'utf8');
  inside = await mkdtemp(join(PROJECT, 'quick-start-'));
  outside = await mkdtemp(join(tmpdir(), 'quick-start-'));
});

afterAll(async () => {
  for (const folder of [inside, outside]) await rm(folder, { recursive: true });
});

/** The fenced blocks of this language below this heading. */
function blocks(heading: string, language: string): string[] {
  const section = document.split(/^## /m).find((part) => part.startsWith(`${heading}\n`));
  if (section === undefined) throw new Error(`there is no quick start for ${heading}`);
  return [...section.matchAll(new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 'gs'))].map(
    ([, code]) => code ?? '',
  );
}

/** The only one. */
function block(heading: string, language: string): string {
  const [found, ...more] = blocks(heading, language);
  if (found === undefined || more.length > 0) throw new Error(`not one block of ${language} for ${heading}`);
  return found;
}

test('the program in TypeScript is one, and hears the agent answer and its tool run', COMPILE, async () => {
  await using server = await Server.start();
  const code = block('TypeScript', 'ts');
  const typed = join(inside, 'hello.ts');
  await writeFile(typed, code);
  const strictly = [
    '--ignoreConfig',
    '--noEmit',
    '--strict',
    '--skipLibCheck',
    '--target',
    'es2022',
    '--module',
    'nodenext',
  ];
  await run('npx', ['tsc', ...strictly, '--types', 'node', typed], { cwd: inside });

  const file = join(inside, 'hello.mjs');
  await writeFile(file, WITH_WEBSOCKET + code.replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`));
  await using program = await Program.start({
    name: 'hello.mjs',
    command: process.execPath,
    args: [file],
    ready: (output) => output.includes('demo: '),
    advice: 'npm run build',
  });
  expect(program.output).toMatch(/^guest_\w+: @demo countdown 3$/m);
  expect(program.output).toMatch(/^countdown: running$/m);
  expect(program.output).toMatch(/^countdown: completed$/m);
});

test('A1: the ten lines with socket.io-client hear the agent answer and its tool run', async () => {
  await using server = await Server.start();
  const readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  const section = readme.split('### With socket.io-client\n')[1] ?? '';
  const code = /```js\n(.*?)```/s.exec(section)?.[1] ?? '';
  const file = join(inside, 'stock.mjs');
  await writeFile(file, code.replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`));
  await using program = await Program.start({
    name: 'stock.mjs',
    command: process.execPath,
    args: [file],
    ready: (output) => output.includes('… Zero.'),
    advice: 'npm ci',
  });
  expect(program.output).toMatch(/^guest_\w+: @demo countdown 3$/m);
  expect(program.output).toMatch(/^countdown running$/m);
  expect(program.output).toMatch(/^countdown completed$/m);
});

/** What the program of a section in JavaScript says until it ends. */
async function saidBy(heading: string, name: string, server: Server): Promise<string> {
  const file = join(inside, name);
  await writeFile(file, block(heading, 'js').replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`));
  return (await run(process.execPath, [file])).stdout;
}

test("F9: OpenAI's library hears the agent as a model", async () => {
  await using server = await Server.start();
  const said = await saidBy("A bot as a model of OpenAI's API", 'ask.mjs', server);
  expect(said).toBe('Zero. That was a countdown of 3 seconds, and nobody stopped it.');
});

test("F9: AG-UI's client hears the agent and what its tool does", async () => {
  await using server = await Server.start();
  const said = await saidBy('A bot as an agent of AG-UI', 'agent.mjs', server);
  expect(said).toMatch(/^RUN_STARTED\n(.*\n)+TOOL_CALL_RESULT\n(.*\n)+RUN_FINISHED\nZero\./);
});

test(
  'the bot in Python is installed, and counts so that people see how far it is and can stop it',
  INSTALL,
  async () => {
    const [makeToken, startServer] = (blocks('A bot in Python', 'sh')[0] ?? '').trim().split('\n');
    expect(startServer).toBe('ANTIPHON_CONFIG=bot.toml make run');
    await run('bash', ['-euc', makeToken ?? ''], { cwd: outside });
    const settings = block('A bot in Python', 'toml').replace('bot.token', join(outside, 'bot.token'));
    await using server = await Server.start({ settings });

    const code = block('A bot in Python', 'python');
    await writeFile(join(outside, 'bot.py'), code.replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`));
    const [make, install, start] = (blocks('A bot in Python', 'sh')[1] ?? '').trim().split('\n');
    const here = (line = ''): string => line.replace('./clients', `${ROOT}/clients`);
    await run('bash', ['-euc', `${here(make)}\n${here(install)}`], { cwd: outside });
    await using program = await Program.start({
      name: 'bot.py',
      command: 'bash',
      args: ['-euc', here(start)],
      cwd: outside,
      // What is said before it has connected waits for it.
      ready: () => true,
      advice: 'it was installed just now',
    });

    using chat = await Chat.in(server);
    const counted = await chat.answer('@counter hello');
    expect(words(counted.message)).toBe('I will count. \n\nThat was ten.');
    expect(tools(counted.message)).toMatchObject([
      { state: 'completed', output: '1\n2\n3\n4\n5\n6\n7\n8\n9\n10\n' },
    ]);

    const again = await chat.say('@counter again');
    await chat.ask('cancel', { tool_call: await chat.toolAtWork(again) });
    const stopped = await chat.outcome(again);
    expect(words(stopped.message)).toContain('I will not, then.');
    expect(tools(stopped.message)).toMatchObject([{ state: 'cancelled' }]);
    expect(program.over()).toBe(false);
  },
);

test('what the quick starts point to is there', async () => {
  for (const [, target = ''] of document.matchAll(/\]\(([^)#\s]*)/g)) {
    if (target !== '') await expect(readFile(join(ROOT, 'docs', target)), target).resolves.toBeTruthy();
  }
});
