/** B2, D9: the connection's rules, one by one, under a clock that only moves when told. */
import { describe, expect, test } from 'vitest';
import { delayAfter } from '../src/connection/backoff.ts';
import { readClose } from '../src/connection/close.ts';
import { type Happening, type Machine, nextTick, START, step } from '../src/connection/machine.ts';
import { ChatError } from '../src/errors.ts';

const lost = new ChatError('disconnected', 'gone', { retryable: true });
const refusal = new ChatError('token_refused', 'no');
const backoff = { minMs: 500, maxMs: 20_000, maxAttempts: Infinity };

/** A machine with its clock. */
class Bench {
  machine: Machine = START;
  now = 1_000;
  random = 0.5;
  ways = 2;

  feed(event: Happening): this {
    const { now, random, ways } = this;
    this.machine = step(this.machine, event, { now, random, backoff, ways });
    return this;
  }

  after(ms: number, heardAt = 0): this {
    this.now += ms;
    return this.feed({ type: 'tick', heardAt });
  }

  dialling(): this {
    return this.feed({ type: 'connect' }).feed({ type: 'token' });
  }

  connected(): this {
    return this.dialling().welcome();
  }

  welcome(expiresIn = 3_600_000): this {
    return this.feed({ type: 'welcome', pingIntervalMs: 25_000, expiresAt: this.now + expiresIn });
  }

  closed(final: 'no' | 'yes' | 'token' = 'no'): this {
    return this.feed({ type: 'failed', error: final === 'token' ? refusal : lost, final });
  }

  /** Waits as long as it has to and dials again. */
  again(): this {
    return this.after(this.wait).feed({ type: 'token' });
  }

  get wait(): number {
    return nextTick(this.machine) - this.now;
  }

  get is(): string {
    return `${this.machine.state} ${this.machine.step}`;
  }
}

const bench = () => new Bench();

describe('connecting', () => {
  test('goes from a token to a line to a greeting', () => {
    const it = bench().feed({ type: 'connect' });
    expect(it.is).toBe('connecting token');
    expect(it.feed({ type: 'token' }).is).toBe('connecting dial');
    expect(it.welcome().is).toBe('connected live');
    expect(it.machine.since).toBe(it.now);
  });

  test('is idempotent', () => {
    for (const it of [bench().connected(), bench().feed({ type: 'connect' }), bench().dialling()]) {
      const before = it.machine;
      expect(it.feed({ type: 'connect' }).machine).toBe(before);
    }
  });

  test('gives a line 8 seconds to open and to be greeted', () => {
    const it = bench().dialling();
    expect(it.wait).toBe(8_000);
    expect(it.after(7_999).is).toBe('connecting dial');
    expect(it.after(1).is).toBe('reconnecting wait');
  });

  test('does not try again without a token', () => {
    const it = bench().feed({ type: 'connect' }).feed({ type: 'failed', error: refusal, final: 'yes' });
    expect([it.is, nextTick(it.machine)]).toEqual(['failed rest', Infinity]);
    expect(it.feed({ type: 'connect' }).is).toBe('connecting token');
  });

  test('tries again when the token could not be fetched', () => {
    const it = bench().feed({ type: 'connect' }).feed({ type: 'failed', error: lost, final: 'no' });
    expect(it.is).toBe('reconnecting wait');
  });
});

describe('coming back', () => {
  test('the first time within 400 ms, if the connection held for 10 seconds', () => {
    const it = bench().connected();
    it.now += 10_000;
    it.random = 0.999;
    expect(it.closed().wait).toBeLessThan(400);
    expect(it.machine.attempt).toBe(1);
  });

  test('waits longer after each failure, with jitter above a floor and below a ceiling', () => {
    const it = bench().connected();
    const waits: number[] = [];
    for (let failure = 0; failure < 9; failure += 1) {
      waits.push(Math.round(it.closed().wait));
      it.again();
    }
    expect(waits).toEqual([313, 625, 1_250, 2_500, 5_000, 10_000, 12_500, 12_500, 12_500]);
    expect(delayAfter(50, 0, backoff)).toBe(5_000);
    expect(delayAfter(50, 1, backoff)).toBe(20_000);
  });

  test('counts failures on until a connection has held', () => {
    expect(bench().connected().closed().again().welcome().closed().machine.attempt).toBe(2);
  });

  test('when the server said so, if it said when', () => {
    const it = bench().connected().feed({ type: 'bye', afterMs: 7_000 }).closed();
    expect(it.wait).toBe(7_000);
  });

  test('unhurried while nobody looks, at once when somebody does', () => {
    const it = bench().connected().feed({ type: 'visibility', hidden: true }).closed();
    expect(it.wait).toBe(30_000);
    expect(it.feed({ type: 'wake' }).is).toBe('connecting token');
    expect(it.machine.attempt).toBe(1);
  });

  test('not after a refusal that is final', () => {
    expect(bench().connected().closed('yes').is).toBe('failed rest');
  });

  test('close codes from 4500 are final, those of tokens ask for another', () => {
    const final = (codes: number[]) => codes.map((code) => readClose(code, '').final);
    expect(final([4000, 4004, 1006, 1001])).toEqual(['no', 'no', 'no', 'no']);
    expect(final([4500, 4501])).toEqual(['token', 'token']);
    expect(final([4502, 4503, 4999])).toEqual(['yes', 'yes', 'yes']);
  });

  test('gives up only where the application asked for that', () => {
    const failing = { ...START, step: 'dial', state: 'connecting', attempt: 3 } as const;
    const moment = { now: 0, random: 0, backoff: { ...backoff, maxAttempts: 3 }, ways: 1 };
    expect(step(failing, { type: 'failed', error: lost, final: 'no' }, moment).state).toBe('failed');
  });
});

describe('tokens', () => {
  test('a refused one is asked for once more; a second refusal is final', () => {
    const it = bench().dialling().feed({ type: 'failed', error: refusal, final: 'token' });
    expect([it.is, it.machine.rejected]).toEqual(['connecting token', true]);
    it.feed({ type: 'token' }).feed({ type: 'failed', error: refusal, final: 'token' });
    expect([it.is, it.machine.error]).toEqual(['failed rest', refusal]);
  });

  test('where there is no other one than that, the refusal is what went wrong', () => {
    const none = new ChatError('unauthenticated', 'none');
    const it = bench().dialling().feed({ type: 'failed', error: refusal, final: 'token' });
    expect(it.feed({ type: 'failed', error: none, final: 'yes' }).machine.error).toBe(refusal);
  });

  test('a welcome forgets the refusal', () => {
    const it = bench()
      .dialling()
      .feed({ type: 'failed', error: refusal, final: 'token' })
      .feed({ type: 'token' })
      .welcome();
    expect(it.closed('token').is).toBe('connecting token');
  });

  test('are refreshed in band when four fifths of their life are over, on the same line', () => {
    const it = bench().connected();
    it.machine = { ...it.machine, deadline: undefined };
    // Chance decides which of several tabs is first.
    expect(it.wait).toBeCloseTo(3_600_000 * 0.825);
    expect(it.after(it.wait).machine.refreshAt).toBeUndefined();
    it.welcome();
    expect([it.is, it.machine.connectedAt]).toEqual(['connected live', 1_000]);
    expect(it.machine.refreshAt).toBeCloseTo(it.now + 3_600_000 * 0.825);
  });

  test('are not refreshed without end when the clocks disagree', () => {
    const it = bench().dialling().welcome(-5_000);
    expect(it.machine.refreshAt).toBe(it.now + 30_000);
  });
});

describe('silence', () => {
  test('of an interval and ten seconds leads to a probe, and two more to a new connection', () => {
    const it = bench().connected();
    expect(it.wait).toBe(35_000);
    expect(it.after(35_000, 1_000).machine.probedAt).toBe(it.now);
    expect(it.wait).toBe(2_000);
    expect(it.after(2_000, 1_000).is).toBe('reconnecting wait');
  });

  test('is broken by anything that was heard', () => {
    const it = bench().connected();
    expect(it.after(35_000, 30_000).machine.probedAt).toBeUndefined();
    expect(it.wait).toBe(30_000 + 35_000 - it.now);
    expect(it.after(it.wait, 30_000).machine.probedAt).toBe(it.now);
    it.feed({ type: 'tick', heardAt: it.now }).after(2_000, it.now);
    expect(it.machine.state).toBe('connected');
  });

  test('after sleep: waking up probes a line that claims to be open', () => {
    const it = bench().connected();
    it.now += 3_600_000;
    expect(it.feed({ type: 'wake' }).machine.probedAt).toBe(it.now);
    const before = it.machine;
    expect(it.feed({ type: 'wake' }).machine).toBe(before);
    // The token has aged meanwhile as well; that comes first and changes nothing.
    it.after(2_000, 1_000).after(0, 1_000);
    expect(it.is).toBe('reconnecting wait');
  });
});

describe('the device', () => {
  test('offline closes and waits for online, which dials at once', () => {
    const it = bench().connected().feed({ type: 'offline' });
    expect([it.is, nextTick(it.machine)]).toEqual(['offline rest', Infinity]);
    expect(it.feed({ type: 'wake' }).is).toBe('offline rest');
    expect(it.feed({ type: 'online' }).is).toBe('connecting token');
  });

  test('a page in the back/forward cache lets go of its line and comes back', () => {
    const it = bench().connected().feed({ type: 'suspend' });
    expect([it.is, nextTick(it.machine)]).toEqual(['reconnecting rest', Infinity]);
    expect(it.feed({ type: 'wake' }).is).toBe('connecting token');
  });

  test('nothing of it matters before connect and after disconnect', () => {
    for (const type of ['wake', 'online', 'offline', 'suspend'] as const) {
      expect(bench().feed({ type }).machine.state).toBe('idle');
      const ended = bench().connected().feed({ type: 'disconnect' });
      expect([ended.feed({ type }).machine.state, nextTick(ended.machine)]).toEqual(['idle', Infinity]);
    }
  });
});

describe('the way', () => {
  /** The ways of so many dials that fail, one after the other. */
  function ways(it: Bench, count: number): number[] {
    return Array.from({ length: count }, () => {
      const { way } = it.machine;
      it.closed().again();
      return way;
    });
  }

  test('is the second one when the first did not come about twice; where neither does, nothing is said against the first', () => {
    expect(ways(bench().dialling(), 6)).toEqual([0, 0, 1, 0, 0, 1]);
  });

  test('a line that opens and is never greeted did not come about', () => {
    const it = bench().dialling().after(8_000).again().after(8_000).again();
    expect(it.machine.way).toBe(1);
  });

  test('is the first one for ever where there is no other', () => {
    const it = bench();
    it.ways = 1;
    expect(ways(it.dialling(), 4)).toEqual([0, 0, 0, 0]);
  });

  test('is the first one as long as it once worked, however often the server is away', () => {
    expect(ways(bench().connected(), 8)).toEqual([0, 0, 0, 0, 0, 0, 0, 0]);
  });

  test('is found anew in another network', () => {
    const it = bench().connected().feed({ type: 'offline' }).feed({ type: 'online' }).feed({ type: 'token' });
    expect(ways(it, 3)).toEqual([0, 0, 1]);
  });

  test('stays the second one where that works; the first is tried again after five minutes', () => {
    const it = bench().dialling().closed().again().closed().again().welcome();
    expect(it.machine.way).toBe(1);
    it.now += 4 * 60_000;
    expect(it.closed().again().welcome().machine.way).toBe(1);
    it.now += 61_000;
    expect(it.closed().again().machine.way).toBe(0);
    expect(it.closed().again().machine.way).toBe(1);
  });
});
