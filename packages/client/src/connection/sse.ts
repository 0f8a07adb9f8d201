/**
 * The transport where WebSockets are blocked: an event stream down, requests up. One request is under way at a time and
 * takes along what gathered meanwhile, so that everything arrives in order.
 */
import type { Transport } from './transport.ts';

/** Close codes, as a socket would have: written here once more, so that this file comes without others. */
const BROKEN_OFF = 1006;
const TOKEN_REFUSED = 4500;
/** A request takes this many characters, well below what the server takes in bytes; a single frame goes whatever it has. */
const BATCH_CHARS = 32_000;

/** Carries frames with this `fetch`. No `EventSource`: it cannot send a token. */
export function sseTransport(given?: typeof fetch): Transport {
  return (server, events) => {
    const stop = new AbortController();
    const { signal } = stop;
    const waiting: string[] = [];
    let [token, line, listening, posting] = ['', '', false, false];

    const call = (path: string, init?: RequestInit) => {
      const headers = { authorization: `Bearer ${token}` };
      const address = `${server.replace(/^ws/, 'http')}/v1/sse${path}`;
      return (given ?? fetch)(address, { ...init, headers, signal, cache: 'no-store' });
    };
    const end = (code: number, reason: unknown) => {
      if (signal.aborted) return;
      stop.abort();
      events.closed(code, String(reason));
    };
    const work = (doing: Promise<void>) => void doing.catch((cause: unknown) => end(BROKEN_OFF, cause));

    async function listen(): Promise<void> {
      const { ok, status, body } = await call('');
      if (status === 401) end(TOKEN_REFUSED, 'the token was refused');
      if (!ok || !body) throw new Error(`answered with ${status}`);
      const reader = body.pipeThrough(new TextDecoderStream()).getReader();
      for (let rest = ''; ;) {
        const { done, value } = await reader.read();
        if (done) throw new Error('the stream ended');
        const lines = (rest + value).split('\n');
        rest = lines.pop() ?? '';
        const data = lines.flatMap((each) => (each.startsWith('data:') ? [each.slice(5)] : [])).join('\n');
        line ||= /(?<="connection_id":")[^"]+/.exec(data)?.[0] ?? '';
        events.received(data);
        work(post());
      }
    }

    async function post(): Promise<void> {
      if (posting || !line) return;
      posting = true;
      while (waiting.length > 0) {
        let size = 0;
        const full = waiting.findIndex((frame) => (size += frame.length) > BATCH_CHARS);
        const body = waiting.splice(0, full < 0 ? waiting.length : full || 1).join('\n');
        let response;
        while ((response = await call(`/${line}`, { method: 'POST', body })).status === 429)
          await pause(response);
        if (!response.ok) throw new Error(`answered with ${response.status}`);
      }
      posting = false;
    }

    queueMicrotask(() => events.opened('sse'));
    return {
      send: (frame: { readonly token?: string }) => {
        token = frame.token ?? token;
        if (listening) waiting.push(JSON.stringify(frame));
        work(listening ? post() : listen());
        listening = true;
      },
      close: () => stop.abort(),
    };
  };
}

/** The server has enough for now, and may say for how long. */
function pause({ headers }: Response): Promise<void> {
  const seconds = Number(headers.get('retry-after')) || 1;
  return new Promise((resolve) => setTimeout(resolve, seconds * 1_000));
}
