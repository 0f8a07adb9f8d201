// JSON-RPC over the stdio of a process, a line for each message: enough to see that a peer answers.
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { CommandLine } from './peers/everything.ts';

/** Starts the program, sends one request, and answers with what it answered; then the program is ended. */
export async function askOnStdio(
  { command, args }: CommandLine,
  method: string,
  params: object,
): Promise<Record<string, unknown>> {
  const peer = spawn(command, args, { stdio: ['pipe', 'pipe', 'ignore'] });
  try {
    peer.stdin.write(`${JSON.stringify({ jsonrpc: '2.0', id: 1, method, params })}\n`);
    for await (const line of createInterface(peer.stdout)) {
      const message = JSON.parse(line) as { id?: number; result?: Record<string, unknown> };
      if (message.id === 1 && message.result) return message.result;
    }
    throw new Error(`${args.join(' ')} ended without an answer`);
  } finally {
    if (peer.exitCode === null) {
      const ended = once(peer, 'exit');
      peer.kill('SIGKILL');
      await ended;
    }
  }
}
