// The README is true: its bots of five lines, in TypeScript and in Python, answer as they stand there.
import { mkdtemp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { Server } from '@antiphon/e2e/server';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { Chat, words } from '../src/chat.ts';
import { Program } from '../src/program.ts';

const PROJECT = join(import.meta.dirname, '..');
const ROOT = join(PROJECT, '..');
const TOKEN = 'a-token-that-only-this-test-and-its-server-know';

let readme = '';
let folder = '';

beforeAll(async () => {
  readme = await readFile(join(ROOT, 'README.md'), 'utf8');
  // Inside the project, so that a script there finds its packages.
  folder = await mkdtemp(join(PROJECT, 'readme-'));
});

afterAll(async () => {
  await rm(folder, { recursive: true });
});

/** The first fenced block of this language. */
function block(language: string): string {
  const found = new RegExp(`\`\`\`${language}\n(.*?)\`\`\``, 's').exec(readme)?.[1];
  if (found === undefined) throw new Error(`the README has no ${language}`);
  return found;
}

/** Starts the README's server and a bot, says something to it, and returns what it answers. */
async function answers(
  language: string,
  file: string,
  command: string,
  env: Record<string, string>,
): Promise<string> {
  await using server = await Server.start({ settings: block('toml'), env: { BOT_TOKEN: TOKEN } });
  const path = join(folder, file);
  await writeFile(path, block(language).replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`));
  await using program = await Program.start({
    name: file,
    command,
    args: [path],
    env: { ...env, BOT_TOKEN: TOKEN },
    // What is said before it has connected waits for it.
    ready: () => true,
    advice: 'npm run build --workspace packages/bot; interop/scripts/python.sh',
  });
  using chat = await Chat.with(server, 'echo');
  const answer = words((await chat.answer('hello')).message);
  expect(program.over()).toBe(false);
  return answer;
}

test('the five lines of TypeScript are a bot', async () => {
  expect(block('ts').trim().split('\n').length).toBeLessThanOrEqual(5);
  expect(await answers('ts', 'bot.mjs', process.execPath, {})).toBe('You said: hello');
});

test('the lines of Python are a bot', async () => {
  const python = join(PROJECT, '.venv/bin/python');
  const env = { PYTHONPATH: join(ROOT, 'clients/python/src') };
  expect(await answers('python', 'bot.py', python, env)).toBe('You said: hello');
});
