// The README is true: its ten lines talk to the server, with a stock WebSocket client, as they stand there.
import { spawn } from 'node:child_process';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { blocks } from '../src/documents.ts';
import { Server } from '../src/server.ts';

const README = join(import.meta.dirname, '../../README.md');
/** Node 20 has no WebSocket of its own; later ones and browsers do. */
const WITH_WEBSOCKET = "globalThis.WebSocket ??= (await import('ws')).default;\n";

/** Runs a program until its output holds what is expected, and gives the output. */
async function runUntil(command: string, args: readonly string[], expected: string): Promise<string> {
  const program = spawn(command, args, { cwd: import.meta.dirname, stdio: ['ignore', 'pipe', 'pipe'] });
  let output = '';
  for (const channel of [program.stdout, program.stderr]) {
    channel.setEncoding('utf8').on('data', (text: string) => (output += text));
  }
  try {
    await expect.poll(() => output, { timeout: 60_000 }).toContain(expected);
  } finally {
    program.kill('SIGKILL');
  }
  return output;
}

test('the ten lines of the README sign in, join, send, and hear the agent answer', async () => {
  await using server = await Server.start();
  const [script = ''] = blocks(await readFile(README, 'utf8'), 'js');
  expect(script.trim().split('\n').length).toBeLessThanOrEqual(14);
  const here = script.replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`);
  const output = await runUntil(
    'node',
    ['--input-type=module', '--eval', WITH_WEBSOCKET + here],
    'message_completed',
  );
  expect(output).toContain("type: 'joined'");
  expect(output).toContain("type: 'append'");
});

test('the curl lines of the README join, send, and follow the room', async () => {
  await using server = await Server.start();
  const lines = blocks(await readFile(README, 'utf8'), 'sh').find((block) => block.includes('curl')) ?? '';
  const here = lines.replaceAll('127.0.0.1:8080', `127.0.0.1:${server.port}`);
  const output = await runUntil('bash', ['-euc', here], '"type":"message_completed"');
  expect(output).toContain('"text":"@demo countdown 5"');
});
