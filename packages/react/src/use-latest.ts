/** What functions that keep their identity look at: the values of the latest render. */
import { type RefObject, useEffect, useRef } from 'react';

/** Holds the value of the latest render, for events and effects. */
export function useLatest<T>(value: T): Readonly<RefObject<T>> {
  const latest = useRef(value);
  useEffect(() => {
    latest.current = value;
  });
  return latest;
}
