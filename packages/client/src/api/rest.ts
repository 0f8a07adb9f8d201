/** The few things that are asked for over HTTP, before there is a connection. */
import { ChatError, fromWire, toChatError } from '../errors.ts';
import type { User } from '../model/room.ts';
import type { Wire } from '../wire/words.ts';

/** What a front end starts from. */
export interface ServerConfig {
  readonly name: string;
  readonly version: string;
  /** Whether a name is enough to come in. */
  readonly guests: boolean;
  /** Identity providers whose tokens are accepted. */
  readonly providers: readonly string[];
  /** The room that a page joins by itself. */
  readonly defaultRoom: string;
}

/** A guest who is signed in. */
export interface GuestToken {
  readonly token: string;
  readonly expiresAt: number;
  readonly user: User;
}

type Refusal = Extract<Wire.Answer, { type: 'error' }>;

/** Where to ask, and with what. */
export interface RestOptions {
  /** Where the server is; relative in browsers. */
  readonly url: string;
  readonly fetch?: typeof globalThis.fetch;
  readonly signal?: AbortSignal;
}

/** Asks the server how to come in. */
export async function getConfig(options: RestOptions): Promise<ServerConfig> {
  const config = (await call(options, 'GET', '/v1/config')) as Wire.ServerConfig;
  return {
    name: config.name,
    version: config.version,
    guests: config.auth.guest,
    providers: config.auth.providers,
    defaultRoom: config.default_room,
  };
}

/** Signs in with a name only. */
export async function signInGuest(name: string, options: RestOptions): Promise<GuestToken> {
  return toGuest(await call(options, 'POST', '/v1/guests', { body: { name } }));
}

/** Gets a guest's next token while the current one is good. */
export async function refreshGuest(token: string, options: RestOptions): Promise<GuestToken> {
  return toGuest(await call(options, 'POST', '/v1/guests/refresh', { token }));
}

function toGuest(answer: unknown): GuestToken {
  const { token, expires_at, user } = answer as Wire.GuestToken;
  return { token, expiresAt: Date.parse(expires_at), user };
}

async function call(
  { url, fetch = globalThis.fetch, signal }: RestOptions,
  method: string,
  path: string,
  { body, token }: { body?: object; token?: string } = {},
): Promise<unknown> {
  const headers: Record<string, string> = {};
  if (body) headers['content-type'] = 'application/json';
  if (token !== undefined) headers['authorization'] = `Bearer ${token}`;
  const request: RequestInit = { method, headers, body: body ? JSON.stringify(body) : null };
  if (signal) request.signal = signal;
  try {
    const response = await fetch(`${url.replace(/\/+$/, '')}${path}`, request);
    if (response.ok) return await response.json();
    throw await refusal(response);
  } catch (cause) {
    throw toChatError(cause, 'disconnected', 'the server could not be reached');
  }
}

async function refusal(response: Response): Promise<ChatError> {
  try {
    return fromWire((await response.json()) as Refusal);
  } catch {
    return new ChatError('internal', `the server answered ${response.status}`, {
      retryable: response.status >= 500,
    });
  }
}
