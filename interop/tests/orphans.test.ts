// A server that is killed leaves no agent's program behind, however much that one would like to stay (F3).
import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { antiphon } from '../src/antiphon.ts';
import { Chat, words } from '../src/chat.ts';
import { Scribe } from '../src/peers/scribe.ts';

/** The program gets three seconds to end by itself; a busy machine needs more. */
const PATIENCE_MS = 30_000;

/** Starts the program that follows, hears of no end, and stays when the program has ended. Says who it is in a file. */
const STUBBORN = `trap '' TERM; echo $$ > "$0"; "$@"; while :; do sleep 1000; done`;

/** Whether a process lives; a zombie that nobody has looked at does not. */
async function lives(pid: number): Promise<boolean> {
  try {
    const stat = await readFile(`/proc/${pid}/stat`, 'utf8');
    return !/^\d+ \(.*\) Z/s.test(stat);
  } catch {
    return false;
  }
}

test('F3: after a kill of the server its agents end too, and the next server starts them again', async () => {
  await using scribe = await Scribe.prepare();
  const { command, args } = scribe.commandLine;
  const file = `${args.at(-1)}-shell`;
  const shell = { command: '/bin/sh', args: ['-c', STUBBORN, file, command, ...args] };
  const bot = { id: 'scribe', connector: { type: 'acp' as const, ...shell } };
  await using server = await antiphon([bot]);
  using chat = await Chat.with(server, 'scribe');
  await chat.runIs(await chat.say('write 1.'), 'thinking');
  const pid = Number(await readFile(file, 'utf8'));
  expect(await lives(pid)).toBe(true);

  await server.kill();
  for (const patience = Date.now() + PATIENCE_MS; (await lives(pid)) && Date.now() < patience;)
    await sleep(50);
  expect(await lives(pid), 'the program was left behind').toBe(false);

  await server.restart();
  using again = await Chat.with(server, 'scribe');
  expect(words((await again.answer('write 2.')).message)).toContain('2: line 30');
});
