/**
 * The connection as a pure function: what is, plus what happened, gives what is next. What has to be done follows from
 * the step (`connection.ts`). Time and chance come in with each event, so every rule here can be tested without waiting.
 */
import { ChatError } from '../errors.ts';
import type { ConnectionState } from '../model/connection.ts';
import { type Backoff, delayAfter, firstDelay, STEADY_MS } from './backoff.ts';
import type { Failure } from './close.ts';

/** A token function may ask a person; a line that is not open and greeted in 8 s will not be. */
const TOKEN_MS = 30_000;
const DIAL_MS = 8_000;
/** Grace beyond the server's ping interval, and the time that a probe has for its answer. */
const HEARTBEAT_GRACE_MS = 10_000;
const PROBE_MS = 2_000;
/** A page that nobody sees does not hurry. */
const HIDDEN_RETRY_MS = 30_000;
/**
 * A token is refreshed after this part of its life, of several tabs by the one that is first; never sooner than after
 * half a minute, whatever the clocks say.
 */
const REFRESH_AT = 0.8;
const REFRESH_SPREAD = 0.05;
const REFRESH_MIN_MS = 30_000;
/** So many lines of the first kind that did not come about mean that it is blocked here; it is tried again after a while. */
const BLOCKED_AFTER = 2;
const BLOCKED_MS = 5 * 60_000;

/** What the connection is doing inside its public state. */
export type Step = 'rest' | 'token' | 'dial' | 'live' | 'wait';

/** All that the connection knows. */
export interface Machine {
  readonly state: ConnectionState;
  readonly step: Step;
  readonly since: number;
  readonly attempt: number;
  /** When this step is over, whatever happens. */
  readonly deadline: number | undefined;
  readonly refreshAt: number | undefined;
  readonly connectedAt: number | undefined;
  readonly pingIntervalMs: number;
  /** When a probe was sent whose answer is awaited. */
  readonly probedAt: number | undefined;
  /** The token was refused once; the next refusal is final. */
  readonly rejected: boolean;
  /** What the server said about coming back. */
  readonly hintMs: number | undefined;
  readonly error: ChatError | undefined;
  readonly hidden: boolean;
  /** Which of the transports carries the line, or is to. */
  readonly way: number;
  /** How many lines of the first transport in a row did not come about; what once worked here is not blocked. */
  readonly misses: number;
  readonly missedAt: number;
}

/** What can happen. */
export type Happening =
  | { type: 'connect' | 'disconnect' | 'token' | 'wake' | 'online' | 'offline' | 'suspend' }
  | { type: 'visibility'; hidden: boolean }
  | { type: 'welcome'; pingIntervalMs: number; expiresAt: number }
  | { type: 'bye'; afterMs: number }
  /** There is no token, no line, or none any more. */
  | ({ type: 'failed' } & Failure)
  | { type: 'tick'; heardAt: number };

/** Time and chance at the moment of an event. */
export interface Moment {
  readonly now: number;
  readonly random: number;
  readonly backoff: Backoff;
  /** How many transports there are. */
  readonly ways: number;
}

/** What ends with a line. */
const NO_LINE = {
  step: 'rest',
  deadline: undefined,
  refreshAt: undefined,
  connectedAt: undefined,
  probedAt: undefined,
  hintMs: undefined,
} as const;

/** Before anything happened. */
export const START: Machine = {
  ...NO_LINE,
  state: 'idle',
  since: 0,
  attempt: 0,
  pingIntervalMs: 25_000,
  rejected: false,
  error: undefined,
  hidden: false,
  way: 0,
  misses: 0,
  missedAt: 0,
};

/** What is next. */
export function step(machine: Machine, event: Happening, moment: Moment): Machine {
  const next = react(machine, event, moment);
  return next.state === machine.state ? next : { ...next, since: moment.now };
}

/** When the machine wants the next `tick`. */
export function nextTick({ deadline = Infinity, refreshAt = Infinity }: Machine): number {
  return Math.min(deadline, refreshAt);
}

function react(machine: Machine, event: Happening, moment: Moment): Machine {
  const { step: doing, state } = machine;
  const ended = state === 'idle' || state === 'failed';
  switch (event.type) {
    case 'connect':
      return hurry(ended ? { ...machine, attempt: 0, rejected: false, error: undefined } : machine, moment);
    case 'disconnect':
      return { ...machine, ...NO_LINE, state: 'idle', error: undefined };
    case 'token':
      return doing === 'token' ? dial(machine, moment) : machine;
    case 'welcome':
      return welcome(machine, event, moment);
    case 'bye':
      return { ...machine, hintMs: event.afterMs };
    case 'failed':
      return failed(machine, event, moment);
    case 'tick':
      return tick(machine, event.heardAt, moment);
    case 'visibility':
      return { ...machine, hidden: event.hidden };
    case 'wake':
      if (doing === 'live') return probe(machine, moment);
      return ended || state === 'offline' ? machine : hurry(machine, moment);
    case 'online':
      // Another network may let through what the last one did not, and the other way round.
      return ended ? machine : hurry({ ...machine, misses: 0 }, moment);
    case 'offline':
    case 'suspend':
      if (ended || state === 'offline') return machine;
      return {
        ...machine,
        ...NO_LINE,
        state: event.type === 'offline' ? 'offline' : 'reconnecting',
        error: undefined,
      };
  }
}

/** Waits no longer. */
function hurry(machine: Machine, moment: Moment): Machine {
  return machine.step === 'wait' || machine.step === 'rest' ? begin(machine, moment) : machine;
}

function begin(machine: Machine, { now }: Moment): Machine {
  return { ...machine, ...NO_LINE, state: 'connecting', step: 'token', deadline: now + TOKEN_MS };
}

function dial(machine: Machine, { now, ways }: Moment): Machine {
  const blocked = machine.misses >= BLOCKED_AFTER && now < machine.missedAt + BLOCKED_MS;
  return { ...machine, step: 'dial', deadline: now + DIAL_MS, way: blocked && ways > 1 ? 1 : 0 };
}

function welcome(
  machine: Machine,
  { pingIntervalMs, expiresAt }: { pingIntervalMs: number; expiresAt: number },
  { now, random }: Moment,
): Machine {
  const life = (expiresAt - now) * (REFRESH_AT + random * REFRESH_SPREAD);
  const refreshAt = now + Math.max(REFRESH_MIN_MS, life);
  const common = { ...machine, refreshAt, pingIntervalMs, rejected: false };
  if (machine.step === 'live') return common;
  return {
    ...common,
    state: 'connected',
    step: 'live',
    deadline: now + pingIntervalMs + HEARTBEAT_GRACE_MS,
    connectedAt: now,
    error: undefined,
    misses: machine.way === 0 ? -Infinity : machine.misses,
  };
}

function failed(machine: Machine, { error, final }: Failure, moment: Moment): Machine {
  const { step: doing, rejected } = machine;
  if (doing === 'rest' || doing === 'wait') return machine;
  if (final === 'no') return retry(machine, error, moment);
  // The first refusal asks for another token, the second is final: repeating a stale one helps nobody.
  if (final === 'token' && !rejected) return begin({ ...machine, rejected: true, error }, moment);
  // Why another token was needed says more than that there is none.
  return fail(machine, (doing === 'token' && rejected && machine.error) || error);
}

function tick(machine: Machine, heardAt: number, moment: Moment): Machine {
  const { refreshAt = Infinity, deadline = Infinity } = machine;
  if (moment.now >= refreshAt) return { ...machine, refreshAt: undefined };
  if (moment.now < deadline) return machine;
  if (machine.step === 'live') return listen(machine, heardAt, moment);
  return machine.step === 'wait' ? begin(machine, moment) : retry(machine, machine.error, moment);
}

/** Silence is judged by the clock, and once more by a probe: a timer may be late because the machine slept. */
function listen(machine: Machine, heardAt: number, moment: Moment): Machine {
  const { probedAt } = machine;
  if (probedAt !== undefined && heardAt < probedAt) return retry(machine, machine.error, moment);
  const deadline = heardAt + machine.pingIntervalMs + HEARTBEAT_GRACE_MS;
  if (probedAt === undefined && deadline <= moment.now) return probe(machine, moment);
  return { ...machine, probedAt: undefined, deadline };
}

function probe(machine: Machine, { now }: Moment): Machine {
  return machine.probedAt === undefined ? { ...machine, probedAt: now, deadline: now + PROBE_MS } : machine;
}

function retry(machine: Machine, error: ChatError | undefined, { now, random, backoff }: Moment): Machine {
  const { connectedAt = Infinity, hintMs, hidden } = machine;
  const steady = now - connectedAt >= STEADY_MS;
  const failures = steady ? 0 : machine.attempt;
  if (failures >= backoff.maxAttempts)
    return fail(machine, error ?? new ChatError('disconnected', 'the server could not be reached'));
  const delay = steady ? firstDelay(random) : delayAfter(failures, random, backoff);
  return {
    ...machine,
    ...NO_LINE,
    ...(machine.step === 'dial' && missed(machine, now)),
    error,
    state: 'reconnecting',
    step: 'wait',
    attempt: failures + 1,
    deadline: now + (hintMs ?? Math.max(delay, hidden ? HIDDEN_RETRY_MS : 0)),
  };
}

/** A line did not come about. Where that was one of the second kind, nothing gets through: the first is not to blame. */
function missed({ way, misses }: Machine, now: number): Partial<Machine> {
  return way === 0 ? { misses: misses + 1, missedAt: now } : { misses: 0 };
}

function fail(machine: Machine, error: ChatError): Machine {
  return { ...machine, ...NO_LINE, state: 'failed', error };
}
