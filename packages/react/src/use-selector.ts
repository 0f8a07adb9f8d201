/** How hooks look at the client: one value each, and no more renders than that value has changes. */
'use client';
import { type ChatClient, createChatClient } from '@antiphon/client';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { useChatClient } from './context.tsx';

/**
 * Watches what `select` makes of the client. What `equal` calls equal keeps its identity. Where the page is rendered, and
 * while it is hydrated, there is no connection: `select` is then shown a client that has none.
 */
export function useSelector<T>(
  select: (chat: ChatClient) => T,
  equal: (a: T, b: T) => boolean = Object.is,
  client?: ChatClient,
): T {
  const chat = useChatClient(client);
  const last = useRef<{ value: T } | undefined>(undefined);
  const read = (from: ChatClient) => {
    const value = select(from);
    if (last.current && equal(last.current.value, value)) return last.current.value;
    last.current = { value };
    return value;
  };
  // Any publication may concern this selector; React compares what it reads.
  const subscribe = useCallback((notify: () => void) => chat.subscribe(tick(), notify), [chat]);
  return useSyncExternalStore(
    subscribe,
    () => read(chat),
    () => read(pristine()),
  );
}

/** Selects something new each time, so that every publication is heard. */
function tick(): () => number {
  let count = 0;
  return () => (count += 1);
}

let untouched: ChatClient | undefined;

/** A client before anything happened to it. */
export function pristine(): ChatClient {
  untouched ??= createChatClient({ url: '/', auth: () => null });
  return untouched;
}
