// The storm: each of its victims is killed at moments that chance chooses, and brought back a little later.
import { setTimeout as sleep } from 'node:timers/promises';
import { between, random, type Random } from '@antiphon/e2e/random';
import type { Server } from '@antiphon/e2e/server';
import type { Range } from '@antiphon/e2e/proxy';
import type { Downtime } from './ledger.ts';

/** Something that can be killed, and brought back. */
export interface Victim {
  /** Answers `false` if it was not there to be killed. */
  readonly kill: () => unknown;
  readonly restart?: () => Promise<void>;
  /** How long it is left alone each time. */
  readonly peaceMs?: Range;
}

const PEACE_MS: Range = { least: 300, most: 1_800 };
/** A server takes all others along: between two of its deaths they can be up, and be killed by themselves. */
const PEACE_OF_A_SERVER_MS: Range = { least: 1_000, most: 4_000 };

/** Each of them is hit as often as this at least, however slow the machine is. */
const LEAST_HITS = 3;

/** Goes on until it is over and all were hit often enough; answers how often that was. */
export async function storm<Name extends string>(
  victims: Readonly<Record<Name, Victim>>,
  seed: number,
  isOver: () => boolean,
): Promise<Readonly<Record<Name, number>>> {
  const names = Object.keys(victims) as Name[];
  const hits = Object.fromEntries(names.map((name) => [name, 0])) as Record<Name, number>;
  const isEnough = (): boolean => isOver() && names.every((name) => hits[name] >= LEAST_HITS);
  await Promise.all(
    names.map((name, index) =>
      strike(victims[name], random(seed + index), isEnough, () => (hits[name] += 1)),
    ),
  );
  return hits;
}

async function strike(it: Victim, chance: Random, isEnough: () => boolean, hit: () => void): Promise<void> {
  const { least, most } = it.peaceMs ?? PEACE_MS;
  for (;;) {
    await sleep(between(chance, least, most));
    if (isEnough()) return;
    if ((await it.kill()) !== false) hit();
    await sleep(between(chance, 0, 300));
    await it.restart?.();
  }
}

/** A server as a victim; it is written down when it was not there. */
export function mortal(server: Server, downtimes: Downtime[]): Victim {
  let from = 0;
  return {
    peaceMs: PEACE_OF_A_SERVER_MS,
    kill: async () => {
      from = Date.now();
      await server.kill();
    },
    restart: async () => {
      await server.restart();
      downtimes.push({ from, to: Date.now() });
    },
  };
}
