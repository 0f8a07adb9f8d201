#!/usr/bin/env node
// A keeper of notes, as an agent process: it speaks the Agent Client Protocol over stdin and stdout, and knows nothing of Antiphon.
import { Readable, Writable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';

import * as acp from '@agentclientprotocol/sdk';

const sessions = new Map();
let opened = 0;

/** One prompt, and how to speak while working on it. */
class Turn {
  constructor(session, client) {
    this.session = session;
    this.client = client;
    this.calls = 0;
  }

  update(sessionUpdate, fields) {
    const params = { sessionId: this.session.id, update: { sessionUpdate, ...fields } };
    return this.client.notify(acp.methods.client.session.update, params);
  }

  /** Speaks at a pace that people can follow. */
  async say(text) {
    for (const word of text.split(/(?<= )/)) {
      await this.update('agent_message_chunk', { content: { type: 'text', text: word } });
      await this.pause(40);
    }
  }

  async pause(ms) {
    await sleep(ms);
    if (this.session.isCancelled) throw new Cancelled();
  }

  async announce(title, kind, fields) {
    const toolCallId = `call_${++this.calls}`;
    await this.update('tool_call', { toolCallId, title, kind, status: 'pending', ...fields });
    return toolCallId;
  }

  move(toolCallId, status, fields) {
    return this.update('tool_call_update', { toolCallId, status, ...fields });
  }

  /** Whether people let it; once they said `always`, it asks no more. */
  async mayWrite(toolCallId) {
    if (this.session.mayAlwaysWrite) return true;
    const { outcome } = await this.client.request(acp.methods.client.session.requestPermission, {
      sessionId: this.session.id,
      toolCall: { toolCallId },
      options: [
        { optionId: 'once', name: 'Write it', kind: 'allow_once' },
        { optionId: 'always', name: 'Write, and do not ask again', kind: 'allow_always' },
        { optionId: 'no', name: 'Do not write', kind: 'reject_once' },
      ],
    });
    if (outcome.outcome === 'cancelled') throw new Cancelled();
    this.session.mayAlwaysWrite = outcome.optionId === 'always';
    return outcome.optionId !== 'no';
  }

  get notes() {
    return { sessionId: this.session.id, path: `${this.session.cwd}/notes.md` };
  }

  /** The notes so far; none if there is no file. */
  async read() {
    try {
      return (await this.client.request(acp.methods.client.fs.readTextFile, this.notes)).content;
    } catch {
      return '';
    }
  }
}

class Cancelled extends Error {}

const deeds = {
  async remember(turn, what) {
    await turn.update('agent_thought_chunk', {
      content: { type: 'text', text: 'That belongs into the notes.' },
    });
    const oldText = await turn.read();
    const newText = `${oldText}- ${what}\n`;
    const content = [{ type: 'diff', path: turn.notes.path, oldText, newText }];
    const call = await turn.announce(`Write down “${what}”`, 'edit', { rawInput: { note: what }, content });
    if (!(await turn.mayWrite(call))) return turn.say('Then I will not write it down.');
    await turn.move(call, 'in_progress');
    await turn.client.request(acp.methods.client.fs.writeTextFile, { ...turn.notes, content: newText });
    await turn.move(call, 'completed');
    return turn.say('Written down.');
  },

  async notes(turn) {
    const call = await turn.announce('Read the notes', 'read');
    const text = await turn.read();
    await turn.move(call, 'completed', { content: [{ type: 'content', content: { type: 'text', text } }] });
    return turn.say(text === '' ? 'There are no notes yet.' : `These are the notes:\n\n${text}`);
  },

  async tidy(turn) {
    const steps = ['Look at every note', 'Find what says the same', 'Put them in order', 'Look again'];
    const plan = (done) =>
      turn.update('plan', {
        entries: steps.map((content, at) => ({
          content,
          priority: 'medium',
          status: at < done ? 'completed' : at === done ? 'in_progress' : 'pending',
        })),
      });
    const call = await turn.announce('Tidy up', 'think');
    let output = '';
    for (const [at, step] of steps.entries()) {
      await plan(at);
      output += `${step}: done\n`;
      await turn.pause(2000);
      await turn.move(call, 'in_progress', {
        content: [{ type: 'content', content: { type: 'text', text: output } }],
      });
    }
    await plan(steps.length);
    await turn.move(call, 'completed');
    return turn.say('Everything is in order.');
  },
};

async function prompt({ sessionId, prompt: blocks }, client) {
  const session = sessions.get(sessionId);
  session.isCancelled = false;
  const turn = new Turn(session, client);
  // The question comes last, with its author's name in front.
  const question = blocks
    .at(-1)
    .text.replace(/^[^:]*: /, '')
    .replace(/@\S+\s*/g, '')
    .trim();
  const [deed, ...rest] = question.split(' ');
  try {
    if (Object.hasOwn(deeds, deed)) await deeds[deed](turn, rest.join(' ').trim() || 'nothing');
    else await turn.say('I keep notes. Say `remember` and something, `notes`, or `tidy`.');
    return { stopReason: 'end_turn' };
  } catch (fault) {
    if (fault instanceof Cancelled) return { stopReason: 'cancelled' };
    throw fault;
  }
}

acp
  .agent({ name: 'keeper' })
  .onRequest('initialize', () => ({
    protocolVersion: acp.PROTOCOL_VERSION,
    agentCapabilities: { loadSession: true },
  }))
  .onRequest('session/new', ({ params: { cwd } }) => {
    const id = `${process.pid}-${++opened}`;
    sessions.set(id, { id, cwd });
    return { sessionId: id };
  })
  // All that it needs to know is in the folder.
  .onRequest('session/load', ({ params: { sessionId, cwd } }) => {
    sessions.set(sessionId, { id: sessionId, cwd });
    return {};
  })
  .onRequest('session/prompt', ({ params, client }) => prompt(params, client))
  .onNotification('session/cancel', ({ params: { sessionId } }) => {
    const session = sessions.get(sessionId);
    if (session !== undefined) session.isCancelled = true;
  })
  .connect(acp.ndJsonStream(Writable.toWeb(process.stdout), Readable.toWeb(process.stdin)));
