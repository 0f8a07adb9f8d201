/** Who is signed in, in many tabs: what one of them is told about the others. */
import { beforeEach, describe, expect, it } from 'vitest';
import { Guest } from './guest.ts';

const KEY = 'antiphon.guest';

/** What a tab keeps of somebody. */
function kept(user: string, token: string): string {
  const life = { since: Date.now(), expiresAt: Date.now() + 60_000 };
  return JSON.stringify({ token, user: { id: user, name: user, kind: 'person' }, ...life });
}

/** Another tab keeps this, or nothing any more. */
function elsewhere(newValue: string | null): void {
  if (newValue === null) localStorage.removeItem(KEY);
  else localStorage.setItem(KEY, newValue);
  window.dispatchEvent(new StorageEvent('storage', { key: KEY, newValue }));
}

describe('E1: a guest in many tabs', () => {
  let guest: Guest;
  let told: { ended: number };

  beforeEach(() => {
    localStorage.setItem(KEY, kept('ada', 'first'));
    guest = new Guest('http://here');
    // Of its own, because the guests of other tests listen on.
    const mine = (told = { ended: 0 });
    guest.followOthers(() => (mine.ended += 1));
  });

  it('uses the token that another tab got for all, and stays who they are', () => {
    const { user } = guest;
    elsewhere(kept('ada', 'second'));
    expect([guest.token, guest.user, told.ended]).toEqual(['second', user, 0]);
    expect(guest.user).toBe(user);
  });

  it('keeps its own token where somebody else signed in', () => {
    elsewhere(kept('grace', 'hers'));
    expect([guest.token, guest.user?.id]).toEqual(['first', 'ada']);
  });

  it('ends its session when another tab did', () => {
    elsewhere(null);
    expect(told.ended).toBe(1);
  });
});
