/** What the tabs of one user at one server have in common. */
import type { Channel, ChannelEvents } from '../connection/transport.ts';
import type { Locks } from './lock.ts';

/** Where tabs meet, and how one of them opens the line. */
export interface Table {
  /** The same for all tabs that may share, and for no others. */
  readonly name: string;
  readonly locks: Locks;
  readonly Channel: new (name: string) => BroadcastChannel;
  /** Opens a line of this tab's own. */
  readonly dial: (events: ChannelEvents) => Channel;
  /** What this tab remembers from line to line. */
  readonly memory: Memory;
}

/** What outlives a line. */
export interface Memory {
  /** The line of the tab that holds it did not work: it is to be taken from it. */
  suspect: boolean;
}
