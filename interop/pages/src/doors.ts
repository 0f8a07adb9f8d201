// The ways from a page of the AI SDK into a room, each with the transport that its users would take.
import { randomUUID } from 'node:crypto';
import { createChatClient, type ChatClient } from '@antiphon/client';
import { createRoom } from '@antiphon/client/rooms';
import { roomTransport } from '@antiphon/client/ai-sdk';
import { rest, type Guest } from '@antiphon/e2e/wire';
import {
  DefaultChatTransport as Http7,
  lastAssistantMessageIsCompleteWithApprovalResponses as answered7,
  WebSocketChatTransport,
} from 'ai';
import { DefaultChatTransport as Http5 } from 'ai-5';
import {
  DefaultChatTransport as Http6,
  lastAssistantMessageIsCompleteWithApprovalResponses as answered6,
} from 'ai-6';
import { WebSocket } from 'ws';
import { chat, type Init, type PageChat, type Version } from './chats.ts';

/** One person's page in one chat with a bot. */
export interface Page extends AsyncDisposable {
  readonly chat: PageChat;
  /** Another page in the same chat, as after a reload; with what the first one shows, if that was kept. */
  again(messages?: Init['messages']): Promise<Page>;
  /** Stops the answer, by whatever it takes beside `stop()`. */
  stop(): Promise<void>;
  /** What came as data and is not kept. */
  readonly data: unknown[];
}

/** A way, and the version of the SDK on it. */
export interface Door {
  readonly name: string;
  readonly version: Version;
  readonly open: (url: string, who: Guest, bot: string, id?: string) => Promise<Page>;
}

const HTTP = { 5: Http5, 6: Http6, 7: Http7 } as unknown as Record<Version, new (init: object) => object>;

function page(
  version: Version,
  init: Init,
  more: Omit<Page, 'chat' | 'data' | 'stop'> & Partial<Page>,
): Page {
  const data: unknown[] = [];
  const sendAutomaticallyWhen = { 5: undefined, 6: answered6, 7: answered7 }[version];
  const made = chat(version, { sendAutomaticallyWhen, ...init, onData: (part) => data.push(part) });
  return { chat: made, data, stop: () => made.stop(), ...more };
}

/** The server speaks the SDK's own WebSocket words. */
const socket: Door = {
  name: 'WebSocketChatTransport, ai 7',
  version: 7,
  open(url, who, bot, id = randomUUID()) {
    const transport = new WebSocketChatTransport({
      url: `${url}/v1/ai-sdk/ws?bot=${bot}`,
      params: async () => rest<{ ticket: string }>(url, who, '/tickets', {}),
      webSocket: WebSocket as never,
    });
    const open = (messages?: Init['messages']): Page =>
      page(
        7,
        { id, transport, ...(messages && { messages }) },
        {
          again: (kept) => socket.open(url, who, bot, id).then((next) => withMessages(next, kept)),
          [Symbol.asyncDispose]: () => {
            transport.close();
            return Promise.resolve();
          },
        },
      );
    return Promise.resolve(open());
  },
};

/** Server-sent events, as the SDK takes them by default. */
function http(version: Version): Door {
  const door: Door = {
    name: `DefaultChatTransport, ai ${version}`,
    version,
    open(url, who, bot, id = randomUUID()) {
      const api = `${url}/v1/ai-sdk/chat?bot=${bot}&version=${version}`;
      const headers = { authorization: `Bearer ${who.token}` };
      const transport = new HTTP[version]({ api, headers });
      const made = page(
        version,
        { id, transport },
        {
          again: (kept) => door.open(url, who, bot, id).then((next) => withMessages(next, kept)),
          // Closing the request stops nothing.
          stop: async () => {
            const stopped = rest(url, who, `/ai-sdk/chat/${id}/stop?bot=${bot}`, {});
            await made.chat.stop();
            await stopped;
          },
          [Symbol.asyncDispose]: () => made.chat.stop(),
        },
      );
      return Promise.resolve(made);
    },
  };
  return door;
}

/** Our own client's connection below the SDK. */
function room(version: Version): Door {
  const door: Door = {
    name: `roomTransport, ai ${version}`,
    version,
    async open(url, who, bot, id = randomUUID()) {
      const client = createChatClient({
        url,
        auth: who.token,
        WebSocket,
        flush: 'sync',
        reconnect: { minMs: 20, maxMs: 200 },
      });
      await client.connect();
      await createRoom(client, { id, kind: 'session', members: [bot] });
      return inRoom(version, client, id, (kept) =>
        door.open(url, who, bot, id).then((next) => withMessages(next, kept)),
      );
    },
  };
  return door;
}

/** A page over a client's room. */
export async function inRoom(
  version: Version,
  client: ChatClient,
  id: string,
  again: Page['again'],
): Promise<Page> {
  const held = client.joinRoom(id);
  await held.ready;
  const transport = roomTransport(held, { version });
  return page(version, { id, transport }, { again, [Symbol.asyncDispose]: () => client.disconnect() });
}

function withMessages(next: Page, kept: Init['messages']): Page {
  if (kept) next.chat.messages = [...kept];
  return next;
}

/** All of them. */
export const DOORS: readonly Door[] = [socket, http(7), http(6), http(5), room(7), room(6), room(5)];
