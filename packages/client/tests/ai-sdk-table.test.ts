/** A page is told of an answer what `protocol/ai-sdk` says, as the server tells it. */
import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type Picture, Shown } from '../src/ai-sdk/shown.ts';
import type { AiVersion, UIMessageLike } from '../src/ai-sdk/words.ts';
import { Agents } from '../src/room/agents.ts';
import type { Place } from '../src/room/core.ts';
import { RoomLog } from '../src/room/log.ts';
import { People } from '../src/room/people.ts';
import type { Wire } from '../src/wire/words.ts';

type Json = Record<string, unknown>;

interface Case {
  readonly about: string;
  readonly holds?: UIMessageLike;
  readonly steps: readonly { frames: readonly Json[]; chunks: unknown[] | Record<string, unknown[]> }[];
}

const TABLE = join(import.meta.dirname, '../../../protocol/ai-sdk');
const read = (name: string): unknown => JSON.parse(readFileSync(join(TABLE, name), 'utf8'));
const defaults = read('defaults.json') as Record<string, Json>;
const cases = readdirSync(TABLE).filter((name) => name !== 'defaults.json');

/** Puts what a case says over what is usual. */
function over(usual: unknown, said: unknown): unknown {
  if (!isObject(usual) || !isObject(said)) return said;
  const all = { ...usual };
  for (const [name, value] of Object.entries(said)) all[name] = over(usual[name], value);
  return Object.fromEntries(Object.entries(all).filter(([, value]) => value !== null));
}

function isObject(value: unknown): value is Json {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** Nothing is asked here. */
const place = {} as Place;

/** A room as this client folds it. */
class Folded {
  readonly agents = new Agents(place);
  readonly log = new RoomLog(new People(place), this.agents);
  #seq = 0;

  constructor() {
    this.#join(defaults['joined'] as unknown as Wire.Joined);
  }

  take(said: Json): void {
    const kind = said['type'] as string;
    const frame = over(defaults[kind], said) as Json;
    if (kind === 'joined') return this.#join(frame as unknown as Wire.Joined);
    if (kind === 'part') {
      const part = frame as unknown as Extract<Wire.Event, { type: 'part' }>;
      return this.log.messages.setPart(
        part.message_id,
        part.part,
        part.generation,
        part.value,
        part.visible_to,
      );
    }
    if (kind === 'append') {
      const append = frame as unknown as Extract<Wire.Event, { type: 'append' }>;
      expect(this.log.messages.grow(append.message_id, append.part, append)).toBe(true);
      return;
    }
    this.#seq += 1;
    const entry = over(over(defaults['entry'], { seq: this.#seq }), frame) as Wire.Entry;
    expect(['old', 'hole']).not.toContain(this.log.apply(entry, 'ada'));
  }

  get picture(): Picture {
    this.log.messages.publish();
    const run = this.agents.get('r1');
    if (!run) throw new Error('a case begins with its run');
    return {
      room: 'general',
      run,
      message: this.log.messages.get('a1'),
      approvals: this.agents.approvals.all.filter((approval) => approval.run === run.id),
    };
  }

  #join(joined: Wire.Joined): void {
    this.log.begin(joined);
    this.#seq = joined.head;
    for (const entry of joined.entries) this.log.apply(entry, 'ada');
    for (const open of joined.streams) expect(this.log.messages.restore(open)).toBe(true);
  }
}

test.for(cases)('%s', (name) => {
  const { steps, holds, about } = read(name) as Case;
  for (const version of [5, 6, 7] satisfies AiVersion[]) {
    const folded = new Folded();
    const shown = new Shown(version);
    if (holds) shown.hold(holds);
    for (const [step, { frames, chunks }] of steps.entries()) {
      for (const frame of frames) folded.take(frame);
      const told: unknown = JSON.parse(JSON.stringify(shown.tell(folded.picture)));
      const wanted = Array.isArray(chunks) ? chunks : chunks[`${version}`];
      expect(told, `${about} Step ${step}, version ${version}`).toEqual(wanted);
    }
  }
});

test('the table is where it was', () => {
  expect(cases.length).toBeGreaterThan(20);
});
