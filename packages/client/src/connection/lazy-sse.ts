/** The event stream, fetched when it is needed: few networks block WebSockets. */
import { ignore } from '../environment.ts';
import { BROKEN_OFF } from './close.ts';
import type { Transport } from './transport.ts';

/** Carries frames by the transport of `sse.ts`, as soon as that is here. */
export function lazySseTransport(given?: typeof fetch): Transport {
  return (server, events) => {
    const coming = import('./sse.ts').then(({ sseTransport }) => sseTransport(given)(server, events));
    coming.catch((cause: unknown) => events.closed(BROKEN_OFF, String(cause)));
    return {
      send: (frame) => void coming.then((channel) => channel.send(frame)),
      close: (code) => void coming.then((channel) => channel.close(code), ignore),
    };
  };
}
