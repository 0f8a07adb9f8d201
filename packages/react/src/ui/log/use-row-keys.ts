/** Moving through the log by keyboard: arrows or J and K from message to message, Home and End. */
import type { Virtualizer } from '@tanstack/react-virtual';
import { useEffect, type RefObject } from 'react';

const STEP: Record<string, number> = { ArrowDown: 1, j: 1, ArrowUp: -1, k: -1 };

export function useRowKeys(
  scroller: RefObject<HTMLDivElement | null>,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  keys: readonly string[],
): void {
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const onKey = (event: KeyboardEvent): void => {
      const from = event.target as HTMLElement;
      const onRow = from.matches('.ap-message-row');
      if ((!onRow && from !== element) || event.metaKey || event.ctrlKey || event.altKey) return;
      const at = onRow ? Number(from.closest<HTMLElement>('.ap-item')?.dataset['index']) : keys.length;
      const to = targetOf(event.key, at, keys.length);
      if (to === undefined) return;
      event.preventDefault();
      focusRow(element, virtualizer, to);
    };
    element.addEventListener('keydown', onKey);
    return () => element.removeEventListener('keydown', onKey);
  }, [scroller, virtualizer, keys]);
}

function targetOf(key: string, at: number, length: number): number | undefined {
  if (key === 'Home') return 0;
  if (key === 'End') return length - 1;
  const step = STEP[key] ?? STEP[key.toLowerCase()];
  return step === undefined ? undefined : Math.min(length - 1, Math.max(0, at + step));
}

function focusRow(
  element: HTMLElement,
  virtualizer: Virtualizer<HTMLDivElement, Element>,
  index: number,
): void {
  virtualizer.scrollToIndex(index, { align: 'auto' });
  // The row may have to be mounted first.
  requestAnimationFrame(() => {
    element
      .querySelector<HTMLElement>(`[data-index="${index}"] .ap-message-row`)
      ?.focus({ preventScroll: true });
  });
}
