// Three hundred runs while chance kills the server, its agents and their connections: every run ends once, in its turn,
// and no word is doubled (F3, F5, F12).
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { FaultProxy } from '@antiphon/e2e/proxy';
import { between, random, seed, type Random } from '@antiphon/e2e/random';
import type { Server } from '@antiphon/e2e/server';
import { guest, rest, wholeLog, type Frame, type Guest } from '@antiphon/e2e/wire';
import { expect, test } from 'vitest';
import { antiphon, modelBot, socketBot, tokenOf } from '../src/antiphon.ts';
import { askUntilHeard } from '../src/asker.ts';
import { LINES, line, lines, numberOf, pick, recital, type Role } from '../src/cast.ts';
import { Chat, words } from '../src/chat.ts';
import { broken, endings, unfinished, type Question } from '../src/ledger.ts';
import { Aimock } from '../src/peers/aimock.ts';
import { Relay } from '../src/peers/relay.ts';
import { Rogue } from '../src/rogue.ts';

const SEED = seed();
const ROOMS = 6;
const QUESTIONS = 50;
const STORM_MS = 12_000;
/** Everything that waits is served within this once the storm is over; nothing waits that long unless it is broken. */
const CALM_MS = 60_000;
const LEASE_MS = 1_000;

/** The model behind an endpoint. */
const COUNTER: Role = {
  bot: 'counter',
  share: 35,
  question: (number) => `count ${number}.`,
  // A model is asked once; it knows nothing of attempts.
  answer: (number) => lines(number, 1),
};

/** A bot of our SDK, in a process of its own. */
const RELAY: Role = {
  bot: 'relay',
  share: 30,
  question: (number) => `recite ${number}.`,
  answer: recital,
};

/** The bot that does everything wrong. */
const ROGUE: Role = { bot: 'rogue', share: 25, question: (number) => `tell ${number}.`, answer: lines };

/** A person's room, and what they asked in it so far. */
interface Talk {
  readonly who: Guest;
  readonly room: string;
  readonly questions: Question[];
}

/** The demonstration agent, which says the same to everything that it does not understand. */
async function bewildered(server: Server): Promise<Role> {
  using chat = await Chat.with(server, 'demo');
  const question = (number: number): string => `mumble ${number}`;
  const { message } = await chat.answer(question(0));
  const [before, after] = words(message).split(question(0)) as [string, string];
  return { bot: 'demo', share: 10, question, answer: (number) => before + question(number) + after };
}

/** A room of its own, with all bots, for a person. */
async function open(server: Server, members: readonly string[]): Promise<Talk> {
  const who = await guest(server.url, 'Mara');
  const room = randomUUID();
  await rest(server.url, who, '/rooms', { id: room, name: 'Storm', kind: 'group', members });
  return { who, room, questions: [] };
}

/** Asks this room's questions, one after the other, without waiting for answers. */
async function ask(
  url: string,
  talk: Talk,
  first: number,
  roles: readonly Role[],
  chance: Random,
): Promise<void> {
  for (let number = first; number < first + QUESTIONS; number++) {
    const { bot, question, answer } = pick(roles, chance);
    const id = await askUntilHeard(url, talk.who, talk.room, `@${bot} ${question(number)}`);
    talk.questions.push({ id, bot, answer: (attempt) => answer(number, attempt) });
    await sleep(between(chance, 10, 200));
  }
}

/** Kills it at moments that chance chooses, and brings it back a little later, until the storm is over. */
async function strike(
  it: { kill: () => Promise<void> | void; restart: () => Promise<void> | void },
  chance: Random,
  over: () => boolean,
): Promise<number> {
  for (let kills = 0; ; kills++) {
    await sleep(between(chance, 300, 1_800));
    if (over()) return kills;
    await it.kill();
    await sleep(between(chance, 0, 300));
    await it.restart();
  }
}

test(`F3 F5 F12: every run ends once and in its turn, whoever is killed (SEED=${SEED})`, async () => {
  const numbers = Array.from({ length: ROOMS * QUESTIONS }, (_, number) => number);
  const fixtures = numbers.map((number) => ({
    match: { userMessage: COUNTER.question(number) },
    response: { content: COUNTER.answer(number, 1) },
  }));
  await using aimock = await Aimock.start(fixtures, { latencyMs: 8 });
  const counter = modelBot(aimock, { id: COUNTER.bot }, { retries: 1 });
  const afar = [RELAY, ROGUE].map(({ bot }) => socketBot(bot, { lease_ms: LEASE_MS, attempts: 3 }));
  await using server = await antiphon([counter, ...afar], {
    settings: { limits: { requests_per_second: 10_000 } },
  });
  await using proxy = await FaultProxy.start(server.port, SEED);
  const roles = [COUNTER, RELAY, ROGUE, await bewildered(server)];
  await using relay = await Relay.start(proxy.origin, tokenOf(RELAY.bot));
  await using rogue = new Rogue(proxy.origin, tokenOf(ROGUE.bot), {
    leaseMs: LEASE_MS,
    lines: LINES,
    line: ({ run, trigger }, at) => line(numberOf(words(trigger)), run.attempt, at),
    chance: random(SEED + 200),
  });
  const talks = await Promise.all(
    Array.from({ length: ROOMS }, () =>
      open(
        server,
        roles.map(({ bot }) => bot),
      ),
    ),
  );

  const end = Date.now() + STORM_MS;
  let asked = false;
  const over = (): boolean => asked && Date.now() > end;
  const asking = Promise.all(
    talks.map((talk, index) => ask(server.url, talk, index * QUESTIONS, roles, random(SEED + index))),
  ).finally(() => (asked = true));
  const cut = { kill: () => proxy.reset(), restart: () => undefined };
  const kills = await Promise.all(
    [server, aimock, relay, cut].map((it, index) => strike(it, random(SEED + 100 + index), over)),
  );
  await asking;

  const logs = (): Promise<readonly Frame[][]> =>
    Promise.all(talks.map(({ who, room }) => wholeLog(server.url, who, room)));
  const waiting = (log: readonly Frame[], index: number): number =>
    unfinished(log, talks[index]?.questions ?? []);
  await expect
    .poll(() => logs().then((all) => all.map(waiting)), { timeout: CALM_MS, interval: 500 })
    .toEqual(talks.map(() => 0));
  const ended = await logs();
  expect(ended.flatMap((log, index) => broken(log, talks[index]?.questions ?? []))).toEqual([]);
  expect(rogue.accepted).toEqual([]);
  expect(rogue.surprises).toEqual([]);
  // The storm was one, and was survived: all kinds of ends are there.
  const counts = endings(ended.flat());
  console.log(`SEED=${SEED}: ${kills.join(', ')} kills; ${rogue.fenced} fenced; ${JSON.stringify(counts)}`);
  expect(rogue.fenced).toBeGreaterThan(0);
  expect(counts['interrupted']).toBeGreaterThan(0);
  expect(counts['completed']).toBeGreaterThan(numbers.length / 4);
  expect(server.output).not.toContain('panicked');
}, 120_000);
