/** A10, B13: an outage is told in words: what happens, when, and what waits. */
import { describe, expect, it } from 'vitest';
import type { ConnectionView } from '../../src/ui/view/model.ts';
import { backWords, outageWords, pillOf, pillTitle, spokenOutage } from '../../src/ui/connection/words.ts';

const at = (state: ConnectionView['state'], rest: Partial<ConnectionView> = {}): ConnectionView => ({
  state,
  since: 0,
  waiting: 0,
  ...rest,
});

describe('the connection in words', () => {
  it('counts down to the next attempt and says what waits', () => {
    expect(outageWords(at('reconnecting', { retryAt: 4000, waiting: 2 }), 100)).toBe(
      'Connection lost. Retrying in 4 s. You can keep writing; 2 messages are waiting.',
    );
    expect(outageWords(at('reconnecting', { retryAt: 4000 }), 5000)).toBe(
      'Connection lost. Retrying now. You can keep writing.',
    );
  });

  it('tells offline from lost', () => {
    expect(outageWords(at('offline', { waiting: 1 }), 0)).toBe(
      'You are offline. 1 message will go out when you are back.',
    );
  });

  it('is heard once, without what counts down', () => {
    expect(spokenOutage(at('reconnecting', { retryAt: 4000, waiting: 2 }))).toBe(
      'The connection is lost. What you write is sent when it is back.',
    );
    expect(
      spokenOutage(at('failed', { error: { code: 'unauthorized', message: 'Your session ended.' } })),
    ).toBe('Not connected. Your session ended.');
  });

  it('says what was caught up', () => {
    expect(backWords(at('connected', { caughtUp: 12 }))).toBe('Back. 12 messages caught up.');
    expect(backWords(at('connected', { partial: true }))).toBe('Back. Some history is still loading.');
  });

  it('names a slow connection', () => {
    expect(pillOf(at('connected', { rttMs: 40 })).text).toBe('Live');
    expect(pillOf(at('connected', { rttMs: 1800 })).text).toBe('Slow, 1.8 s');
  });

  it('B13: says so where no WebSocket came about', () => {
    expect(pillOf(at('connected', { slower: true })).text).toBe('Live, slower line');
    expect(pillTitle(at('connected', { slower: true, rttMs: 40 }))).toBe(
      'No WebSocket came about; the conversation goes over plain HTTP. Round trip 40 ms',
    );
    expect(pillTitle(at('connected'))).toBeUndefined();
  });
});
