/** B2: the connection's rules, one by one, under a clock that only moves when told. */
import { describe, expect, test } from 'vitest';
import { delayAfter } from '../src/connection/backoff.ts';
import { readClose } from '../src/connection/close.ts';
import { type Deed, type Happening, type Machine, nextTick, START, step } from '../src/connection/machine.ts';
import { ChatError } from '../src/errors.ts';

const lost = new ChatError('disconnected', 'gone', { retryable: true });
const refusal = new ChatError('token_refused', 'no');
const backoff = { minMs: 500, maxMs: 20_000, maxAttempts: Infinity };

/** A machine with its clock. */
class Bench {
  machine: Machine = START;
  now = 1_000;
  random = 0.5;
  deeds: readonly Deed[] = [];

  feed(event: Happening): this {
    [this.machine, this.deeds] = step(this.machine, event, { now: this.now, random: this.random, backoff });
    return this;
  }

  after(ms: number, heardAt = 0): this {
    this.now += ms;
    return this.feed({ type: 'tick', heardAt });
  }

  connected(): this {
    return this.feed({ type: 'connect' }).feed({ type: 'token' }).feed({ type: 'opened' }).welcome();
  }

  welcome(expiresIn = 3_600_000): this {
    return this.feed({ type: 'welcome', pingIntervalMs: 25_000, expiresAt: this.now + expiresIn });
  }

  closed(final: 'no' | 'yes' | 'token' = 'no'): this {
    return this.feed({ type: 'closed', error: final === 'token' ? refusal : lost, final });
  }

  get wait(): number {
    return nextTick(this.machine)! - this.now;
  }
}

const bench = () => new Bench();

describe('connecting', () => {
  test('goes from a token to a socket to a greeting', () => {
    const it = bench().feed({ type: 'connect' });
    expect([it.machine.state, it.deeds]).toEqual(['connecting', ['fetch_token']]);
    expect(it.feed({ type: 'token' }).deeds).toEqual(['dial']);
    expect(it.feed({ type: 'opened' }).deeds).toEqual(['greet']);
    expect(it.welcome().machine.state).toBe('connected');
  });

  test('is idempotent', () => {
    const it = bench().connected();
    expect(it.feed({ type: 'connect' }).deeds).toEqual([]);
    const dialling = bench().feed({ type: 'connect' });
    expect(dialling.feed({ type: 'connect' }).deeds).toEqual([]);
  });

  test('gives a socket 8 seconds to open and to be greeted', () => {
    const it = bench().feed({ type: 'connect' }).feed({ type: 'token' });
    expect(it.wait).toBe(8_000);
    expect(it.after(8_000).deeds).toContain('close');
    expect(it.machine.state).toBe('reconnecting');
  });

  test('does not try again without a token', () => {
    const it = bench().feed({ type: 'connect' }).feed({ type: 'no_token', error: refusal, final: true });
    expect([it.machine.state, nextTick(it.machine)]).toEqual(['failed', undefined]);
    expect(it.feed({ type: 'connect' }).deeds).toEqual(['fetch_token']);
  });

  test('tries again when the token could not be fetched', () => {
    const it = bench().feed({ type: 'connect' }).feed({ type: 'no_token', error: lost, final: false });
    expect(it.machine.state).toBe('reconnecting');
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
      it.after(it.wait).feed({ type: 'token' });
    }
    expect(waits).toEqual([313, 625, 1_250, 2_500, 5_000, 10_000, 12_500, 12_500, 12_500]);
    expect(delayAfter(50, 0, backoff)).toBe(5_000);
    expect(delayAfter(50, 1, backoff)).toBe(20_000);
  });

  test('counts failures on until a connection has held', () => {
    const it = bench().connected().closed();
    it.after(it.wait).feed({ type: 'token' }).feed({ type: 'opened' }).welcome().closed();
    expect(it.machine.attempt).toBe(2);
  });

  test('when the server said so, if it said when', () => {
    const it = bench().connected().feed({ type: 'bye', afterMs: 7_000 }).closed();
    expect(it.wait).toBe(7_000);
  });

  test('unhurried while nobody looks, at once when somebody does', () => {
    const it = bench().connected().feed({ type: 'visibility', hidden: true }).closed();
    expect(it.wait).toBe(30_000);
    expect(it.feed({ type: 'wake' }).deeds).toEqual(['fetch_token']);
    expect(it.machine.attempt).toBe(1);
  });

  test('not after a refusal that is final', () => {
    expect(bench().connected().closed('yes').machine.state).toBe('failed');
  });

  test('close codes from 4500 are final, those of tokens ask for another', () => {
    expect([4000, 4004, 1006, 1001].map((code) => readClose(code, '').final)).toEqual([
      'no',
      'no',
      'no',
      'no',
    ]);
    expect([4500, 4501].map((code) => readClose(code, '').final)).toEqual(['token', 'token']);
    expect([4502, 4503, 4999].map((code) => readClose(code, '').final)).toEqual(['yes', 'yes', 'yes']);
  });

  test('gives up only where the application asked for that', () => {
    const failing = { ...START, step: 'dial', state: 'connecting', attempt: 3 } as const;
    const [next] = step(
      failing,
      { type: 'closed', error: lost, final: 'no' },
      { now: 0, random: 0, backoff: { ...backoff, maxAttempts: 3 } },
    );
    expect(next.state).toBe('failed');
  });
});

describe('tokens', () => {
  test('a refused one is asked for once more; a second refusal is final', () => {
    const it = bench().feed({ type: 'connect' }).feed({ type: 'token' }).feed({ type: 'opened' });
    it.feed({ type: 'refused', error: refusal });
    expect(it.deeds).toEqual(['close', 'fetch_token_again']);
    it.feed({ type: 'token' }).feed({ type: 'opened' }).feed({ type: 'refused', error: refusal });
    expect([it.machine.state, it.machine.error]).toEqual(['failed', refusal]);
  });

  test('a welcome forgets the refusal', () => {
    const it = bench().feed({ type: 'connect' }).feed({ type: 'token' }).feed({ type: 'opened' });
    it.feed({ type: 'refused', error: refusal }).feed({ type: 'token' }).feed({ type: 'opened' }).welcome();
    expect(it.closed('token').deeds).toEqual(['close', 'fetch_token_again']);
  });

  test('are refreshed in band at four fifths of their life, on the same socket', () => {
    const it = bench().connected();
    it.machine = { ...it.machine, deadline: undefined };
    expect(it.wait).toBe(2_880_000);
    expect(it.after(2_880_000).deeds).toEqual(['refresh']);
    it.welcome();
    expect([it.machine.state, it.machine.connectedAt]).toEqual(['connected', 1_000]);
  });

  test('are not refreshed without end when the clocks disagree', () => {
    const it = bench()
      .feed({ type: 'connect' })
      .feed({ type: 'token' })
      .feed({ type: 'opened' })
      .welcome(-5_000);
    expect(it.machine.refreshAt).toBe(it.now + 30_000);
  });
});

describe('silence', () => {
  test('of an interval and ten seconds leads to a probe, and two more to a new connection', () => {
    const it = bench().connected();
    expect(it.wait).toBe(35_000);
    expect(it.after(35_000, 1_000).deeds).toEqual(['probe']);
    expect(it.wait).toBe(2_000);
    it.after(2_000, 1_000);
    expect([it.machine.state, it.deeds]).toEqual(['reconnecting', ['close', 'drop_token']]);
  });

  test('is broken by anything that was heard', () => {
    const it = bench().connected();
    expect(it.after(35_000, 30_000).deeds).toEqual([]);
    expect(it.wait).toBe(30_000 + 35_000 - it.now);
    it.after(it.wait, 30_000);
    expect(it.deeds).toEqual(['probe']);
    it.feed({ type: 'tick', heardAt: it.now }).after(2_000, it.now);
    expect(it.machine.state).toBe('connected');
  });

  test('after sleep: waking up probes a socket that claims to be open', () => {
    const it = bench().connected();
    it.now += 3_600_000;
    expect(it.feed({ type: 'wake' }).deeds).toEqual(['probe']);
    expect(it.feed({ type: 'wake' }).deeds).toEqual([]);
    // The token has aged meanwhile as well; that comes first and changes nothing.
    it.after(2_000, 1_000).after(0, 1_000);
    expect(it.machine.state).toBe('reconnecting');
  });
});

describe('the device', () => {
  test('offline closes and waits for online, which dials at once', () => {
    const it = bench().connected().feed({ type: 'offline' });
    expect([it.machine.state, it.deeds, nextTick(it.machine)]).toEqual([
      'offline',
      ['close', 'drop_token'],
      undefined,
    ]);
    expect(it.feed({ type: 'wake' }).deeds).toEqual([]);
    expect(it.feed({ type: 'online' }).deeds).toEqual(['fetch_token']);
  });

  test('a page in the back/forward cache lets go of its socket and comes back', () => {
    const it = bench().connected().feed({ type: 'suspend' });
    expect([it.machine.state, it.deeds]).toEqual(['reconnecting', ['close', 'drop_token']]);
    expect(it.feed({ type: 'wake' }).deeds).toEqual(['fetch_token']);
  });

  test('nothing of it matters before connect and after disconnect', () => {
    for (const type of ['wake', 'online', 'offline', 'suspend'] as const) {
      expect(bench().feed({ type }).machine.state).toBe('idle');
      const ended = bench().connected().feed({ type: 'disconnect' });
      expect([ended.feed({ type }).machine.state, nextTick(ended.machine)]).toEqual(['idle', undefined]);
    }
  });
});
