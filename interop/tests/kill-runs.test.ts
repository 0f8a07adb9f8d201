// Three hundred runs while chance kills the server, its agents and their connections: every run ends once, in its turn,
// and no word is doubled (F3, F5, F12).
import { randomUUID } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { between, random, seed, type Random } from '@antiphon/e2e/random';
import type { Server } from '@antiphon/e2e/server';
import { guest, rest, wholeLog, type Frame, type Guest } from '@antiphon/e2e/wire';
import { expect, test } from 'vitest';
import { antiphon, modelBot } from '../src/antiphon.ts';
import { askUntilHeard } from '../src/asker.ts';
import { Chat, words } from '../src/chat.ts';
import { broken, endings, unfinished, type Question } from '../src/ledger.ts';
import { Aimock } from '../src/peers/aimock.ts';

const SEED = seed();
const ROOMS = 6;
const QUESTIONS = 50;
/** Lines of an answer that counts: long enough to be killed in. */
const LINES = 30;
const STORM_MS = 12_000;
/** Everything that waits is served within this once the storm is over; nothing waits that long unless it is broken. */
const CALM_MS = 60_000;
const DEMO = 'demo';
const COUNTER = 'counter';

/** A person's room, and what they asked in it so far. */
interface Talk {
  readonly who: Guest;
  readonly room: string;
  readonly questions: Question[];
}

/** What the counting bot says to this number. */
function count(number: number): string {
  return Array.from({ length: LINES }, (_, line) => `${number}: line ${line + 1}\n`).join('');
}

/** What the demonstration agent says to something that it does not understand, whatever that is. */
async function bewildered(server: Server): Promise<(question: string) => string> {
  using chat = await Chat.with(server, DEMO);
  const { message } = await chat.answer('mumble 0');
  const [before, after] = words(message).split('mumble 0') as [string, string];
  return (question) => before + question + after;
}

/** A room of its own, with all bots, for a person. */
async function open(server: Server, bots: readonly string[]): Promise<Talk> {
  const who = await guest(server.url, 'Mara');
  const room = randomUUID();
  await rest(server.url, who, '/rooms', { id: room, name: 'Storm', kind: 'group', members: bots });
  return { who, room, questions: [] };
}

/** Asks this room's questions, one after the other, without waiting for answers. */
async function ask(
  server: Server,
  talk: Talk,
  first: number,
  chance: Random,
  mumbled: (question: string) => string,
): Promise<void> {
  for (let number = first; number < first + QUESTIONS; number++) {
    const bot = chance() < 0.12 ? DEMO : COUNTER;
    const text = bot === DEMO ? `mumble ${number}` : `count ${number}.`;
    const whole = bot === DEMO ? mumbled(text) : count(number);
    const id = await askUntilHeard(server.url, talk.who, talk.room, `@${bot} ${text}`);
    talk.questions.push({ id, bot, answer: () => whole });
    await sleep(between(chance, 10, 300));
  }
}

/** Kills it at moments that chance chooses, and brings it back a little later, until the storm is over. */
async function strike(
  it: { kill: () => Promise<void>; restart: () => Promise<void> },
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
    match: { userMessage: `count ${number}.` },
    response: { content: count(number) },
  }));
  await using aimock = await Aimock.start(fixtures, { latencyMs: 8 });
  await using server = await antiphon([modelBot(aimock, { id: COUNTER }, { retries: 1 })], {
    settings: { limits: { requests_per_second: 10_000 } },
  });
  const mumbled = await bewildered(server);
  const talks = await Promise.all(Array.from({ length: ROOMS }, () => open(server, [COUNTER, DEMO])));

  const end = Date.now() + STORM_MS;
  let asked = false;
  const over = (): boolean => asked && Date.now() > end;
  const asking = Promise.all(
    talks.map((talk, index) => ask(server, talk, index * QUESTIONS, random(SEED + index), mumbled)),
  ).finally(() => (asked = true));
  const kills = await Promise.all([
    strike(server, random(SEED + 100), over),
    strike(aimock, random(SEED + 101), over),
  ]);
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
  // The storm was one, and was survived: both kinds of ends are there.
  const counts = endings(ended.flat());
  console.log(`SEED=${SEED}: ${kills.join(' and ')} kills; ${JSON.stringify(counts)}`);
  expect(counts['interrupted']).toBeGreaterThan(0);
  expect(counts['completed']).toBeGreaterThan(numbers.length / 4);
  expect(server.output).not.toContain('panicked');
}, 120_000);
