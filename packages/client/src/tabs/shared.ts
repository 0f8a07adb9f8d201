/** Sharing a line with other tabs, as the option of a client. */
import type { Dial } from '../connection/transport.ts';
import { SUBPROTOCOL } from '../wire/frames.ts';
import type { Locks } from './lock.ts';
import { ownerOf } from './owner.ts';
import { Seat } from './seat.ts';
import type { Table } from './table.ts';

/** The version of this package: tabs with another one keep to themselves. A test holds it to what `package.json` says. */
export const VERSION = '0.1.0';

/** What tabs meet by; the browser's own if left out. */
export interface SharedTabsOptions {
  readonly locks?: Locks;
  readonly BroadcastChannel?: Table['Channel'];
}

/**
 * One connection for all tabs of an origin, a user and a server. Where the browser has no Web Locks, as on plain HTTP, and for
 * tokens that do not say whose they are, each tab has its own.
 */
export function sharedTabs(options: SharedTabsOptions = {}): (dial: Dial) => Dial {
  return (dial) => {
    const memory = { suspect: false };
    return (by, server, events, token) => {
      const { locks = ownLocks(), BroadcastChannel: Channel = globalThis.BroadcastChannel } = options;
      const owner = ownerOf(token);
      const alone: Table['dial'] = (own) => dial(by, server, own, token);
      if (!locks || typeof Channel === 'undefined' || owner === undefined) return alone(events);
      const name = ['antiphon', VERSION, SUBPROTOCOL, server, owner].join(' ');
      return new Seat({ name, locks, Channel, dial: alone, memory }, events);
    };
  };
}

function ownLocks(): Locks | undefined {
  return typeof navigator === 'undefined' ? undefined : (navigator as { locks?: Locks }).locks;
}
