// An agent of the Agent Client Protocol as a process of its own: says thirty lines to the number that it is told, so that it can be killed
// in the middle. Its argument is the file in which it leaves its process id.
import { writeFileSync } from 'node:fs';
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import * as acp from '@agentclientprotocol/sdk';

const LINES = 30;
const PAUSE_MS = 50;

let sessions = 0;

async function prompt({ sessionId, prompt: blocks }, client) {
  // The question comes last, with its author's name in front.
  const [number] = /\d+/.exec(blocks.at(-1).text);
  for (let line = 1; line <= LINES; line++) {
    const content = { type: 'text', text: `${number}: line ${line}\n` };
    const update = { sessionUpdate: 'agent_message_chunk', content };
    await client.notify(acp.methods.client.session.update, { sessionId, update });
    await sleep(PAUSE_MS);
  }
  return { stopReason: 'end_turn' };
}

acp
  .agent({ name: 'scribe' })
  .onRequest('initialize', () => ({
    protocolVersion: acp.PROTOCOL_VERSION,
    agentCapabilities: { loadSession: false },
  }))
  .onRequest('session/new', () => ({ sessionId: `${process.pid}-${++sessions}` }))
  .onRequest('session/prompt', ({ params, client }) => prompt(params, client))
  .onNotification('session/cancel', () => undefined)
  .connect(acp.ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
writeFileSync(process.argv[2], `${process.pid}`);
