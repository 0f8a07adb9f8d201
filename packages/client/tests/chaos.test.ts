/** B11, F2, F8: connections cut at any moment, answers lost, frames left out: nothing lost, doubled or out of order. */
import { expect, test, vi } from 'vitest';
import { WebSocket as NodeWebSocket } from 'ws';
import { createChatClient, type Room, textOf } from '../src/index.ts';
import { byteLength } from '../src/stream/assemble.ts';
import { crc32 } from '../src/stream/crc32.ts';
import { Peer } from './peer.ts';
import { chance, type Chance } from './random.ts';

const WORDS = ['one ', 'zwei ', '三 ', '🌍 ', 'ünf '];
const TURNS = 250;

/** What a room's peer does to those who listen. */
class Trouble {
  readonly #peer: Peer;
  readonly #dice: Chance;
  #open: { id: string; text: string } | undefined;
  #said = 0;

  constructor(peer: Peer, dice: Chance) {
    this.#peer = peer;
    this.#dice = dice;
    peer.intercept = (guest, frame) => {
      // The message is stored, and whoever sent it never hears of it on this connection.
      if (frame['type'] !== 'send_message' || dice.next() > 0.2) return false;
      if (!peer.message('r', frame['id'] as string)) {
        guest.rooms.clear();
        const { id, text } = frame as { id: string; text: string };
        peer.say('r', { id, sender: guest.user, text });
      }
      guest.socket.terminate();
      return true;
    };
  }

  turn(): void {
    const dice = this.#dice.next();
    if (dice < 0.05) this.#peer.cut();
    else if (dice < 0.3) this.#say('complete', `bob ${this.#said}`);
    else if (!this.#open) this.#begin();
    else if (dice < 0.9) this.#grow();
    else this.complete();
  }

  complete(): void {
    if (!this.#open) return;
    const { id, text } = this.#open;
    this.#open = undefined;
    const message = this.#peer.message('r', id)!;
    const ends = [{ part: 0, generation: 0, end: byteLength(text), crc32: crc32(text) }];
    Object.assign(message, {
      status: 'complete',
      parts: [{ type: 'text', text }],
      rev: this.#peer.log('r').length + 1,
    });
    this.#peer.streams.set('r', []);
    this.#peer.append('r', {
      type: 'message_completed',
      message_id: id,
      status: 'complete',
      ends,
      by: 'scribe',
    });
  }

  #say(status: 'complete' | 'streaming', text?: string): string {
    const id = `m${(this.#said += 1)}`;
    this.#peer.say('r', { id, sender: 'bob', status, ...(text === undefined ? {} : { text }) });
    return id;
  }

  #begin(): void {
    const id = this.#say('streaming');
    this.#open = { id, text: '' };
    this.#peer.open('r', id);
  }

  #grow(): void {
    const word = this.#dice.pick(WORDS);
    this.#open!.text += word;
    this.#peer.grow('r', this.#open!.id, word, { lose: this.#dice.next() < 0.05 });
  }
}

function shown(room: Room): string[] {
  return room.messages.map((message) => `${message.seq} ${message.id} ${message.status} ${textOf(message)}`);
}

function logged(peer: Peer): string[] {
  return peer.log('r').flatMap((entry) => {
    if (entry.type !== 'message') return [];
    const { seq, id, status, parts } = entry.message;
    return [
      `${seq} ${id} ${status} ${parts.map((part) => (part.type === 'text' ? part.text : '')).join('')}`,
    ];
  });
}

test('a client in trouble ends up with exactly the log', { timeout: 60_000 }, async () => {
  const dice = chance();
  const peer = await Peer.start();
  const trouble = new Trouble(peer, dice);
  const chat = createChatClient({
    url: peer.url,
    auth: 'ada',
    flush: 'sync',
    reconnect: { minMs: 1, maxMs: 10 },
    WebSocket: NodeWebSocket,
  });
  await chat.connect();
  const room = chat.joinRoom('r', { history: 1_000 });
  await room.ready;
  const told: string[] = [];
  room.onMessage(({ key }) => told.push(key));
  const sendings = [];
  for (let turn = 0; turn < TURNS; turn += 1) {
    trouble.turn();
    if (dice.next() < 0.15) sendings.push(room.sendMessage(`ada ${turn}`));
    if (dice.next() < 0.3) await new Promise((resolve) => setTimeout(resolve, dice.between(0, 8)));
  }
  trouble.complete();
  const hint = `seed ${dice.seed}`;
  const stored = await Promise.all(sendings.map(({ settled }) => settled));
  await vi.waitFor(() => expect(shown(room), hint).toEqual(logged(peer)), { timeout: 30_000 });
  // In the order in which they were said, each under the key that it was shown with from the start.
  expect(
    stored.map(({ key }) => key),
    hint,
  ).toEqual(sendings.map(({ key }) => key));
  expect(
    stored.map(({ seq }) => seq),
    hint,
  ).toEqual(stored.map(({ seq }) => seq!).sort((a, b) => a - b));
  expect(new Set(room.keys).size, hint).toBe(room.keys.length);
  expect([...told].sort(), hint).toEqual([...room.keys].sort());
  await chat.disconnect();
  await peer.stop();
});
