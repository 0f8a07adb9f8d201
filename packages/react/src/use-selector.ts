/** How hooks look at the client: one value each, and no more renders than that value has changes. */
'use client';
import type { ChatClient } from '@antiphon/client';
import { useCallback, useRef, useSyncExternalStore } from 'react';
import { useChatClient } from './context.tsx';

/** Watches what `select` makes of the client. What `equal` calls equal keeps its identity. */
export function useSelector<T>(
  select: (chat: ChatClient) => T,
  equal: (a: T, b: T) => boolean = Object.is,
): T {
  const chat = useChatClient();
  const last = useRef<{ value: T } | undefined>(undefined);
  const read = () => {
    const value = select(chat);
    if (last.current && equal(last.current.value, value)) return last.current.value;
    last.current = { value };
    return value;
  };
  // Any publication may concern this selector; React compares what it reads.
  const subscribe = useCallback((notify: () => void) => chat.subscribe(tick(), notify), [chat]);
  return useSyncExternalStore(subscribe, read, read);
}

/** Selects something new each time, so that every publication is heard. */
function tick(): () => number {
  let count = 0;
  return () => (count += 1);
}
