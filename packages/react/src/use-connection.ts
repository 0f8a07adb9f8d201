/** The connection, for banners and dots. */
'use client';
import type { ConnectionStatus } from '@antiphon/client';
import { useEffect, useMemo } from 'react';
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
export function useConnection(): UseConnection {
  const chat = useChatClient();
  const status = useSelector(({ status: now }) => now);
  const queued = useSelector((at) => at.queued);
  return useMemo(
    () => ({
      ...status,
      isConnected: status.state === 'connected',
      queued,
      retryNow: () => void chat.connect().catch(() => undefined),
    }),
    [chat, status, queued],
  );
}

/** What {@link useWebSocket} gives. */
export interface UseWebSocket extends UseConnection {
  /** The number that a WebSocket would show: 0 connecting, 1 open, 3 closed. */
  readonly readyState: 0 | 1 | 3;
  readonly connect: () => Promise<void>;
  readonly disconnect: () => Promise<void>;
}

/** The same under the name that many look for: connects when it mounts, lets go when it unmounts. */
export function useWebSocket(): UseWebSocket {
  const chat = useChatClient();
  const connection = useConnection();
  useEffect(() => chat.retain(), [chat]);
  return useMemo(
    () => ({
      ...connection,
      readyState: readyState(connection),
      connect: () => chat.connect(),
      disconnect: () => chat.disconnect(),
    }),
    [chat, connection],
  );
}

function readyState({ state }: ConnectionStatus): 0 | 1 | 3 {
  if (state === 'connected') return 1;
  return state === 'connecting' || state === 'reconnecting' ? 0 : 3;
}
