// Networks that let no WebSocket through: what their proxies do with a request to become one.
import type { Socket } from 'node:net';

/** `forbid` answers it with 403, as a filter does; `swallow` takes it and never says anything again. */
export type Blockade = 'forbid' | 'swallow';

const FORBIDDEN = 'HTTP/1.1 403 Forbidden\r\nContent-Length: 0\r\nConnection: close\r\n\r\n';

/** Whether these first bytes of a connection ask for a WebSocket. Browsers open a connection for each. */
export function asksForUpgrade(bytes: Buffer): boolean {
  const head = bytes.toString('latin1').split('\r\n\r\n', 1)[0] ?? '';
  return /^GET [^\r]*\r\n/u.test(head) && /\r\nupgrade: *websocket/iu.test(head);
}

/** Does to a client what such a network does; the server hears nothing of it. */
export function turnAway(client: Socket, blockade: Blockade): void {
  if (blockade === 'forbid') client.end(FORBIDDEN);
}
