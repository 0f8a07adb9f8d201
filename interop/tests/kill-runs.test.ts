// Three hundred runs while chance kills the server, its agents and their connections: every run ends once, in its turn and
// in time, and no word is doubled (F3, F5, F12).
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
import { broken, ended, unfinished, type Downtime, type Question, type Step } from '../src/ledger.ts';
import { Aimock } from '../src/peers/aimock.ts';
import { Relay } from '../src/peers/relay.ts';
import { Scribe } from '../src/peers/scribe.ts';
import { Rogue } from '../src/rogue.ts';
import { mortal, storm } from '../src/storm.ts';

const SEED = seed();
const ROOMS = 6;
const QUESTIONS = 50;
const STORM_MS = 12_000;
/** Everything that waits is served within this once the storm is over; nothing waits that long unless it is broken. */
const CALM_MS = 120_000;
/** The storm, the calm and all that has to be started first, on a busy machine. */
const PATIENCE_MS = 300_000;
const LEASE_MS = 1_000;
/** How long the server holds a run for a bot that is not connected (clause 13.9). */
const LINGER_MS = 5_000;
/** How long an agent's program may take to be up again. */
const START_MS = 10_000;
/** What anybody has to say is said in this. */
const WORK_MS = 3_000;
/** A busy machine; shorter than every time-out that would hide a lease that does not work. */
const SLACK_MS = 10_000;

/** The model behind an endpoint. */
const COUNTER: Role = {
  bot: 'counter',
  share: 30,
  question: (number) => `count ${number}.`,
  // A model is asked once; it knows nothing of attempts.
  answer: (number) => lines(number, 1),
  withinMs: WORK_MS,
};

/** A bot of our SDK, in a process of its own. */
const RELAY: Role = {
  bot: 'relay',
  share: 25,
  question: (number) => `recite ${number}.`,
  answer: recital,
  withinMs: WORK_MS + LEASE_MS + LINGER_MS,
};

/** The bot that does everything wrong. */
const ROGUE: Role = {
  bot: 'rogue',
  share: 20,
  question: (number) => `tell ${number}.`,
  answer: lines,
  withinMs: WORK_MS + LEASE_MS + LINGER_MS,
};

/** An agent's program, which the server starts and looks after. */
const SCRIBE: Role = {
  bot: 'scribe',
  share: 15,
  question: (number) => `write ${number}.`,
  answer: recital,
  withinMs: WORK_MS + START_MS,
};

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
  const answer = (number: number): string => before + question(number) + after;
  return { bot: 'demo', share: 10, question, answer, withinMs: 3 * WORK_MS };
}

/** A room of its own, with all bots, for a person. */
async function open(server: Server, members: readonly string[]): Promise<Talk> {
  const who = await guest(server.url, 'Mara');
  const room = randomUUID();
  await rest(server.url, who, '/rooms', { id: room, name: 'Storm', kind: 'group', members });
  return { who, room, questions: [] };
}

/** Asks one question in this room. */
async function ask(url: string, talk: Talk, number: number, role: Role): Promise<void> {
  const { bot, question, answer } = role;
  const id = await askUntilHeard(url, talk.who, talk.room, `@${bot} ${question(number)}`);
  const withinMs = role.withinMs + SLACK_MS;
  talk.questions.push({ id, bot, answer: (attempt) => answer(number, attempt), withinMs });
}

/** Asks this room's questions, one after the other, without waiting for answers. */
async function askAll(
  url: string,
  talk: Talk,
  first: number,
  roles: readonly Role[],
  chance: Random,
): Promise<void> {
  for (let number = first; number < first + QUESTIONS; number++) {
    await ask(url, talk, number, pick(roles, chance));
    await sleep(between(chance, 10, 200));
  }
}

/** The logs of all rooms, once nothing waits any more. */
async function calm(url: string, talks: readonly Talk[]): Promise<readonly Frame[][]> {
  const logs = (): Promise<readonly Frame[][]> =>
    Promise.all(talks.map(({ who, room }) => wholeLog(url, who, room)));
  const waiting = (log: readonly Frame[], index: number): number =>
    unfinished(log, talks[index]?.questions ?? []);
  await expect
    .poll(() => logs().then((all) => all.map(waiting)), { timeout: CALM_MS, interval: 500 })
    .toEqual(talks.map(() => 0));
  return logs();
}

/** What chance may not have done, with nobody else in the way: a bot is silent at its work, an agent is killed at its work. */
async function hitOnceMore(
  server: Server,
  talks: readonly Talk[],
  rogue: Rogue,
  scribe: Scribe,
): Promise<void> {
  const [one, other] = talks as [Talk, Talk];
  const before = rogue.fenced;
  rogue.fallSilent();
  await ask(server.url, one, ROOMS * QUESTIONS, ROGUE);
  await expect.poll(() => rogue.fenced).toBeGreaterThan(before);

  using chat = await Chat.in(server, other.room, other.who);
  await ask(server.url, other, ROOMS * QUESTIONS + 1, SCRIBE);
  await chat.frame('a word', ({ type }) => type === 'append');
  expect(await scribe.kill()).toBe(true);
  const { id } = other.questions.at(-1) as Question;
  const { run } = await chat.outcome(id);
  expect(run).toMatchObject({ state: 'interrupted', error: expect.stringContaining('program') as string });
}

/** How many of these runs there are for each name. */
function count(ends: readonly Step[], name: (step: Step) => string): Readonly<Record<string, number>> {
  const counts: Record<string, number> = {};
  for (const end of ends) counts[name(end)] = (counts[name(end)] ?? 0) + 1;
  return counts;
}

/** Whether something befell this run. */
function isHurt({ state, attempt }: Step): boolean {
  return state === 'interrupted' || (attempt ?? 1) > 1;
}

const STORM = `F3 F5 F12: every run ends once, in its turn and in time, whoever is killed (SEED=${SEED})`;

test(STORM, { timeout: PATIENCE_MS }, async () => {
  const fixtures = Array.from({ length: ROOMS * QUESTIONS }, (_, number) => ({
    match: { userMessage: COUNTER.question(number) },
    response: { content: COUNTER.answer(number, 1) },
  }));
  await using aimock = await Aimock.start(fixtures, { latencyMs: 8 });
  await using scribe = await Scribe.prepare();
  const bots = [
    modelBot(aimock, { id: COUNTER.bot }, { retries: 1 }),
    { id: SCRIBE.bot, connector: { type: 'acp', start_ms: START_MS, ...scribe.commandLine } },
    ...[RELAY, ROGUE].map(({ bot }) => socketBot(bot, { lease_ms: LEASE_MS, attempts: 3 })),
  ];
  await using server = await antiphon(bots, { settings: { limits: { requests_per_second: 10_000 } } });
  await using proxy = await FaultProxy.start(server.port, SEED);
  await using relay = await Relay.start(proxy.origin, tokenOf(RELAY.bot));
  await using rogue = new Rogue(proxy.origin, tokenOf(ROGUE.bot), {
    leaseMs: LEASE_MS,
    lines: LINES,
    line: ({ run, trigger }, at) => line(numberOf(words(trigger)), run.attempt, at),
    chance: random(SEED + 200),
  });
  const roles = [COUNTER, RELAY, ROGUE, SCRIBE, await bewildered(server)];
  const members = roles.map(({ bot }) => bot);
  const talks = await Promise.all(Array.from({ length: ROOMS }, () => open(server, members)));

  const end = Date.now() + STORM_MS;
  let asked = false;
  const asking = Promise.all(
    talks.map((talk, index) => askAll(server.url, talk, index * QUESTIONS, roles, random(SEED + index))),
  ).finally(() => (asked = true));
  const downtimes: Downtime[] = [];
  const cuts = { kill: () => proxy.reset() };
  const victims = { server: mortal(server, downtimes), endpoint: aimock, relay, cuts, scribe };
  const hits = await storm(victims, SEED + 100, () => asked && Date.now() > end);
  await asking;
  await calm(server.url, talks);
  await hitOnceMore(server, talks, rogue, scribe);

  const logs = await calm(server.url, talks);
  expect(logs.flatMap((log, index) => broken(log, talks[index]?.questions ?? [], downtimes))).toEqual([]);
  expect(rogue.accepted).toEqual([]);
  expect(rogue.surprises).toEqual([]);
  // The storm was one: each bot was hit at its work. And it was survived.
  const ends = logs.flatMap(ended);
  const states = count(ends, ({ state }) => state);
  const hurt = count(ends.filter(isHurt), ({ bot }) => bot);
  console.log(`SEED=${SEED}: ${JSON.stringify({ hits, states, hurt })}; ${rogue.fenced} fenced`);
  expect(Object.keys(hurt).sort()).toEqual([...members].sort());
  expect(states['completed']).toBeGreaterThan((ROOMS * QUESTIONS) / 4);
  expect(server.output).not.toContain('panicked');
});
