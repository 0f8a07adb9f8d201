/** What tabs say to each other. */
import { BROKEN_OFF } from '../connection/close.ts';
import type { TransportName } from '../connection/transport.ts';

/** From a tab to the one that holds the connection, on the channel that all listen to. */
export type Up =
  /** Is anybody there? */
  | { readonly from: string; readonly say: 'hello' }
  | ({ readonly from: string; readonly to: string } & (
      | { readonly say: 'ping' | 'leave' }
      | { readonly say: 'frame'; readonly frame: object }
      /** So many characters were taken. */
      | { readonly say: 'took'; readonly size: number }
    ));

/** To all tabs: this one holds the connection from now on. */
export interface News {
  readonly from: string;
  readonly say: 'began';
}

/** From the tab that holds the connection to another one, on a channel that nobody else listens to. */
export type Down = { readonly from: string } &
  /** It is there, whether or not it has a line already. */
  (
    | { readonly say: 'here' }
    | { readonly say: 'open'; readonly by: TransportName }
    | { readonly say: 'data'; readonly data: string }
    | ({ readonly say: 'closed' } & Ending)
  );

/** How a line ended for one tab. */
export interface Ending {
  readonly code: number;
  readonly reason: string;
  /** The server is well: another line can be had at once. */
  readonly hasty: boolean;
}

/** The connection is another tab's from now on, or nobody's. */
export const MOVED: Ending = { code: BROKEN_OFF, reason: 'the connection moves to another tab', hasty: true };

/** The channel of one tab. */
export function channelOf(name: string, seat: string): string {
  return `${name}/${seat}`;
}
