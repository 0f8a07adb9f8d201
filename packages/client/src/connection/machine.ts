/**
 * The connection as a pure function: what is, plus what happened, gives what is next and what to do. Time and chance
 * come in with each event, so every rule here can be tested without waiting.
 */
import { ChatError } from '../errors.ts';
import type { ConnectionState } from '../model/connection.ts';
import { type Backoff, delayAfter, firstDelay, STEADY_MS } from './backoff.ts';

/** A token function may ask a person; a socket that does not open in 8 s will not. */
const TOKEN_MS = 30_000;
const DIAL_MS = 8_000;
/** Grace beyond the server's ping interval, and the time that a probe has for its answer. */
const HEARTBEAT_GRACE_MS = 10_000;
const PROBE_MS = 2_000;
/** A page that nobody sees does not hurry. */
const HIDDEN_RETRY_MS = 30_000;
/** A token is refreshed after this part of its life; never sooner than this, whatever the clocks say. */
const REFRESH_AT = 0.8;
const REFRESH_MIN_MS = 30_000;

/** What the connection is doing inside its public state. */
export type Step = 'rest' | 'token' | 'dial' | 'greet' | 'live' | 'wait';

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
}

/** What can happen. */
export type Happening =
  | { type: 'connect' | 'disconnect' | 'opened' | 'wake' | 'online' | 'offline' | 'suspend' | 'refresh' }
  | { type: 'visibility'; hidden: boolean }
  | { type: 'token' }
  | { type: 'no_token'; error: ChatError; final: boolean }
  | { type: 'welcome'; pingIntervalMs: number; expiresAt: number }
  | { type: 'refused'; error: ChatError }
  | { type: 'bye'; afterMs: number }
  | { type: 'closed'; error: ChatError; final: 'no' | 'yes' | 'token' }
  | { type: 'tick'; heardAt: number };

/** What to do. */
export type Deed =
  'fetch_token' | 'fetch_token_again' | 'dial' | 'greet' | 'probe' | 'refresh' | 'close' | 'drop_token';

/** Time and chance at the moment of an event. */
export interface Moment {
  readonly now: number;
  readonly random: number;
  readonly backoff: Backoff;
}

type Next = readonly [Machine, readonly Deed[]];

/** Before anything happened. */
export const START: Machine = {
  state: 'idle',
  step: 'rest',
  since: 0,
  attempt: 0,
  deadline: undefined,
  refreshAt: undefined,
  connectedAt: undefined,
  pingIntervalMs: 25_000,
  probedAt: undefined,
  rejected: false,
  hintMs: undefined,
  error: undefined,
  hidden: false,
};

/** What is next. */
export function step(machine: Machine, event: Happening, moment: Moment): Next {
  switch (event.type) {
    case 'connect':
      return connect(machine, moment);
    case 'disconnect':
      return [rest(machine, 'idle', moment, undefined), ['close', 'drop_token']];
    case 'token':
      return machine.step === 'token' ? [at(machine, 'dial', moment.now + DIAL_MS), ['dial']] : same(machine);
    case 'no_token':
      if (machine.step !== 'token') return same(machine);
      return event.final ? fail(machine, event.error, moment) : retry(machine, event.error, moment);
    case 'opened':
      return machine.step === 'dial' ? [{ ...machine, step: 'greet' }, ['greet']] : same(machine);
    case 'welcome':
      return [welcome(machine, event, moment), []];
    case 'refused':
      return refused(machine, event.error, moment);
    case 'bye':
      return [{ ...machine, hintMs: event.afterMs }, []];
    case 'closed':
      return closed(machine, event, moment);
    case 'tick':
      return tick(machine, event.heardAt, moment);
    case 'refresh':
      return machine.step === 'live' ? [{ ...machine, refreshAt: undefined }, ['refresh']] : same(machine);
    case 'visibility':
      return [{ ...machine, hidden: event.hidden }, []];
    default:
      return surroundings(machine, event.type, moment);
  }
}

/** When the machine wants the next `tick`. */
export function nextTick(machine: Machine): number | undefined {
  const times = [machine.deadline, machine.refreshAt].filter((time) => time !== undefined);
  return times.length === 0 ? undefined : Math.min(...times);
}

function surroundings(
  machine: Machine,
  what: 'wake' | 'online' | 'offline' | 'suspend',
  moment: Moment,
): Next {
  const away = machine.state === 'idle' || machine.state === 'failed';
  if (away) return same(machine);
  switch (what) {
    case 'offline':
    case 'suspend': {
      const state = what === 'offline' ? what : 'reconnecting';
      if (machine.state === 'offline') return same(machine);
      return [rest(machine, state, moment, undefined), ['close', 'drop_token']];
    }
    case 'online':
      return machine.step === 'wait' || machine.step === 'rest' ? begin(machine, moment) : same(machine);
    case 'wake':
      if (machine.step === 'live')
        return machine.probedAt === undefined ? probe(machine, moment) : same(machine);
      if (machine.step === 'wait' || machine.state === 'reconnecting') return begin(machine, moment);
      return same(machine);
  }
}

function connect(machine: Machine, moment: Moment): Next {
  if (machine.state === 'idle' || machine.state === 'failed') {
    return begin({ ...machine, attempt: 0, rejected: false, error: undefined }, moment);
  }
  return machine.step === 'wait' || machine.step === 'rest' ? begin(machine, moment) : same(machine);
}

function begin(machine: Machine, moment: Moment): Next {
  const next = at(enter(machine, 'connecting', moment), 'token', moment.now + TOKEN_MS);
  return [next, [machine.rejected ? 'fetch_token_again' : 'fetch_token']];
}

function welcome(
  machine: Machine,
  event: { pingIntervalMs: number; expiresAt: number },
  { now }: Moment,
): Machine {
  const life = Math.max(REFRESH_MIN_MS, (event.expiresAt - now) * REFRESH_AT);
  const common = { ...machine, refreshAt: now + life, pingIntervalMs: event.pingIntervalMs, rejected: false };
  if (machine.step === 'live') return common;
  return {
    ...common,
    ...entered('connected', now),
    step: 'live',
    deadline: now + event.pingIntervalMs + HEARTBEAT_GRACE_MS,
    connectedAt: now,
    probedAt: undefined,
    hintMs: undefined,
    error: undefined,
  };
}

/** The first refusal asks for another token, the second is final: repeating a stale one helps nobody. */
function refused(machine: Machine, error: ChatError, moment: Moment): Next {
  if (machine.rejected) return fail(machine, error, moment);
  const [next, deeds] = begin({ ...machine, rejected: true, error }, moment);
  return [next, ['close', ...deeds]];
}

function closed(
  machine: Machine,
  event: { error: ChatError; final: 'no' | 'yes' | 'token' },
  moment: Moment,
): Next {
  if (machine.step !== 'dial' && machine.step !== 'greet' && machine.step !== 'live') return same(machine);
  if (event.final === 'yes') return fail(machine, event.error, moment);
  if (event.final === 'token') return refused(machine, event.error, moment);
  return retry(machine, event.error, moment);
}

function tick(machine: Machine, heardAt: number, moment: Moment): Next {
  if (machine.refreshAt !== undefined && moment.now >= machine.refreshAt)
    return step(machine, { type: 'refresh' }, moment);
  if (machine.deadline === undefined || moment.now < machine.deadline) return same(machine);
  switch (machine.step) {
    case 'token':
    case 'dial':
    case 'greet':
      return retry(machine, machine.error, moment);
    case 'wait':
      return begin(machine, moment);
    case 'live':
      return listen(machine, heardAt, moment);
    case 'rest':
      return same(machine);
  }
}

/** Silence is judged by the clock, and once more by a probe: a timer may be late because the machine slept. */
function listen(machine: Machine, heardAt: number, moment: Moment): Next {
  const patience = heardAt + machine.pingIntervalMs + HEARTBEAT_GRACE_MS;
  if (machine.probedAt !== undefined) {
    if (heardAt < machine.probedAt) return retry(machine, machine.error, moment);
    return [{ ...machine, probedAt: undefined, deadline: patience }, []];
  }
  return patience > moment.now ? [{ ...machine, deadline: patience }, []] : probe(machine, moment);
}

function probe(machine: Machine, { now }: Moment): Next {
  return [{ ...machine, probedAt: now, deadline: now + PROBE_MS }, ['probe']];
}

function retry(machine: Machine, error: ChatError | undefined, moment: Moment): Next {
  const steady = machine.connectedAt !== undefined && moment.now - machine.connectedAt >= STEADY_MS;
  const failures = steady ? 0 : machine.attempt;
  if (failures >= moment.backoff.maxAttempts)
    return fail(machine, error ?? new ChatError('disconnected', 'out of reach'), moment);
  const delay =
    machine.hintMs ??
    (steady ? firstDelay(moment.random) : delayAfter(failures, moment.random, moment.backoff));
  const wait = machine.hidden ? Math.max(HIDDEN_RETRY_MS, delay) : delay;
  const next = rest(machine, 'reconnecting', moment, error);
  return [
    { ...next, step: 'wait', attempt: failures + 1, deadline: moment.now + wait },
    ['close', 'drop_token'],
  ];
}

function fail(machine: Machine, error: ChatError, moment: Moment): Next {
  return [rest(machine, 'failed', moment, error), ['close', 'drop_token']];
}

function rest(
  machine: Machine,
  state: ConnectionState,
  { now }: Moment,
  error: ChatError | undefined,
): Machine {
  const { attempt, rejected, hidden, pingIntervalMs } = machine;
  const since = machine.state === state ? machine.since : now;
  return { ...START, state, since, attempt, rejected, hidden, pingIntervalMs, error };
}

function at(machine: Machine, name: Step, deadline: number): Machine {
  return { ...machine, step: name, deadline };
}

function enter(machine: Machine, state: ConnectionState, { now }: Moment): Machine {
  return machine.state === state ? machine : { ...machine, ...entered(state, now) };
}

function entered(state: ConnectionState, now: number): { state: ConnectionState; since: number } {
  return { state, since: now };
}

function same(machine: Machine): Next {
  return [machine, []];
}
