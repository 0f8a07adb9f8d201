/**
 * Whether the reader stays with the newest line. Any upward gesture lets go, however small, even while text streams;
 * only reaching the end takes hold again. Nobody can scroll up against a list that pulls them back.
 */
import { useEffect, useState, type RefObject } from 'react';

/** As near to the end as counts as having reached it. */
const AT_END_PX = 4;
const UP_KEYS = new Set(['ArrowUp', 'PageUp', 'Home']);

export function usePin(
  scroller: RefObject<HTMLElement | null>,
): readonly [boolean, (pinned: boolean) => void] {
  const [pinned, setPinned] = useState(true);
  useEffect(() => {
    const element = scroller.current;
    if (!element) return;
    const abort = new AbortController();
    const { signal } = abort;
    const canScroll = (): boolean => element.scrollHeight > element.clientHeight + AT_END_PX;
    const letGo = (): void => {
      if (canScroll()) setPinned(false);
    };
    let lastTouch = 0;
    let lastTop = element.scrollTop;
    element.addEventListener('wheel', (event) => event.deltaY < 0 && letGo(), { signal, passive: true });
    element.addEventListener('touchstart', (event) => (lastTouch = event.touches[0]?.clientY ?? 0), {
      signal,
      passive: true,
    });
    element.addEventListener(
      'touchmove',
      (event) => {
        const touch = event.touches[0]?.clientY ?? 0;
        if (touch > lastTouch) letGo();
        lastTouch = touch;
      },
      { signal, passive: true },
    );
    element.addEventListener('keydown', (event) => UP_KEYS.has(event.key) && letGo(), { signal });
    // The scroll bar lies inside the element but outside its client box.
    element.addEventListener('pointerdown', (event) => event.offsetX > element.clientWidth && letGo(), {
      signal,
    });
    element.addEventListener(
      'scroll',
      () => {
        const top = element.scrollTop;
        const downward = top > lastTop;
        lastTop = top;
        if (downward && element.scrollHeight - top - element.clientHeight <= AT_END_PX) setPinned(true);
      },
      { signal, passive: true },
    );
    return () => abort.abort();
  }, [scroller]);
  return [pinned, setPinned];
}
