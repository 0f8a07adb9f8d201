/** The connection, for banners and dots. */
'use client';
import type { ChatClient, ConnectionStatus, Replies, Request, RequestOf } from '@antiphon/client';
import { useCallback, useEffect, useMemo } from 'react';
import { useChatClient } from './context.tsx';
import { useSelector } from './use-selector.ts';

/** What {@link useConnection} gives. */
export interface UseConnection extends ConnectionStatus {
  readonly isConnected: boolean;
  /** Messages that the server does not have yet. */
  readonly queued: number;
  /** Tries again at once. */
  readonly retryNow: () => void;
}

/** Where the connection stands. */
export function useConnection(client?: ChatClient): UseConnection {
  const chat = useChatClient(client);
  const status = useSelector((at) => at.status, Object.is, client);
  const queued = useSelector((at) => at.queued, Object.is, client);
  const retryNow = useCallback(() => void chat.connect().catch(() => undefined), [chat]);
  return useMemo(
    () => ({ ...status, isConnected: status.state === 'connected', queued, retryNow }),
    [status, queued, retryNow],
  );
}

/** What {@link useWebSocket} gives. */
export interface UseWebSocket extends UseConnection {
  /** The number that a WebSocket would show: 0 connecting, 1 open, 3 closed. */
  readonly readyState: 0 | 1 | 3;
  /** Asks for anything that a client can ask for, in the words of the wire. */
  readonly send: <T extends Request['type']>(frame: RequestOf<T>) => Promise<Replies[T]>;
  readonly connect: () => Promise<void>;
  readonly disconnect: () => Promise<void>;
}

/** The same under the name that many look for: connects when it mounts, lets go when it unmounts. */
export function useWebSocket(): UseWebSocket {
  const chat = useChatClient();
  const connection = useConnection();
  useEffect(() => chat.retain(), [chat]);
  const actions = useMemo<Pick<UseWebSocket, 'send' | 'connect' | 'disconnect'>>(
    () => ({
      send: (frame) => chat.ask(frame),
      connect: () => chat.connect(),
      disconnect: () => chat.disconnect(),
    }),
    [chat],
  );
  return { ...connection, ...actions, readyState: readyState(connection) };
}

function readyState({ state }: ConnectionStatus): 0 | 1 | 3 {
  if (state === 'connected') return 1;
  return state === 'connecting' || state === 'reconnecting' ? 0 : 3;
}
