/** The log as a virtual list: it follows its end while pinned, and never moves under a reader who is not. */
import { useVirtualizer } from '@tanstack/react-virtual';
import { useCallback, useEffect, useLayoutEffect, useRef, useState } from 'react';
import { useComponents } from '../components.ts';
import { cx } from '../controls/cx.ts';
import { Row } from '../message/Row.tsx';
import { useReadable, useRoomView } from '../view/hooks.ts';
import { EmptyRoom } from './EmptyRoom.tsx';
import { useTarget } from './jump.ts';
import { JumpPill } from './JumpPill.tsx';
import { LogSkeleton } from './LogSkeleton.tsx';
import { LogTop, TOP_PX } from './LogTop.tsx';
import { useOlder } from './use-older.ts';
import { usePin } from './use-pin.ts';
import { useReadMark } from './use-read-mark.ts';
import { useRowKeys } from './use-row-keys.ts';

/** Nearer to the end than this, a pinned list follows what is appended. */
const FOLLOW_PX = 120;
/** A typical row; real heights are measured as rows appear. */
const ROW_PX = 72;
const END_PX = 12;

export interface MessageListProps {
  readonly className?: string | undefined;
}

export function MessageList({ className }: MessageListProps) {
  const { EmptyRoom: Empty = EmptyRoom } = useComponents();
  const target = useTarget();
  const room = useRoomView();
  const log = useReadable(room.log);
  const info = useReadable(room.info);
  const { keys } = log;
  const scroller = useRef<HTMLDivElement>(null);
  const [pinned, setPinned] = usePin(scroller);

  // eslint-disable-next-line react-hooks/incompatible-library -- its functions stay in this component and its hooks
  const virtualizer = useVirtualizer({
    count: keys.length,
    getScrollElement: () => scroller.current,
    getItemKey: (index) => keys[index] ?? index,
    estimateSize: () => ROW_PX,
    overscan: 6,
    paddingStart: TOP_PX,
    paddingEnd: END_PX,
    anchorTo: 'end',
    followOnAppend: true,
    // Not pinned: never "at the end", so that growth cannot pull the reader along.
    scrollEndThreshold: pinned ? FOLLOW_PX : -1,
  });

  const toEnd = useCallback(() => {
    setPinned(true);
    virtualizer.scrollToEnd();
  }, [setPinned, virtualizer]);

  useStayAtEnd(scroller, pinned, keys.length > 0, () => virtualizer.scrollToEnd());
  useOlder(scroller, virtualizer, log);
  useReadMark(keys, pinned);
  useRowKeys(scroller, virtualizer, keys);

  useEffect(() => {
    if (target) void room.reveal(target.key);
  }, [room, target]);
  const [marked, setMarked] = useState<typeof target>(null);
  if (target && marked !== target && keys.includes(target.key)) setMarked(target);
  useEffect(() => {
    if (!marked) return;
    setPinned(false);
    virtualizer.scrollToIndex(keys.indexOf(marked.key), { align: 'center' });
    // eslint-disable-next-line react-hooks/exhaustive-deps -- once for each jump, not for each message
  }, [marked]);

  const items = virtualizer.getVirtualItems();
  const loading = log.loading === 'first' || info.state === 'joining';
  return (
    <div
      className={cx('ap-log', className)}
      data-state={keys.length > 0 ? 'filled' : loading ? 'loading' : 'empty'}
    >
      <div
        className="ap-log-scroll"
        ref={scroller}
        role="log"
        aria-label={`Messages in ${info.name}`}
        aria-live="off"
        tabIndex={0}
      >
        {keys.length > 0 ? (
          <div className="ap-log-canvas" style={{ blockSize: virtualizer.getTotalSize() }}>
            <LogTop log={log} name={info.kind === 'group' ? info.name : 'this conversation'} />
            <div className="ap-log-rows" style={{ transform: `translateY(${items[0]?.start ?? 0}px)` }}>
              {items.map(({ key, index }) => (
                <div key={key} className="ap-item" data-index={index} ref={virtualizer.measureElement}>
                  <Row
                    itemKey={String(key)}
                    previousKey={keys[index - 1]}
                    position={index + 1}
                    unreadStart={log.firstUnread === key}
                    target={marked?.key === key}
                  />
                </div>
              ))}
            </div>
          </div>
        ) : loading ? (
          <LogSkeleton />
        ) : (
          <Empty info={info} />
        )}
      </div>
      {!pinned && keys.length > 0 && <JumpPill keys={keys} onJump={toEnd} />}
    </div>
  );
}

/** Keeps the end in view when the window, the composer or a banner changes the list's height, and at the start. */
function useStayAtEnd(
  scroller: React.RefObject<HTMLElement | null>,
  pinned: boolean,
  filled: boolean,
  toEnd: () => void,
): void {
  useLayoutEffect(() => {
    const element = scroller.current;
    if (!element || !pinned || !filled) return;
    toEnd();
    const observer = new ResizeObserver(toEnd);
    observer.observe(element);
    return () => observer.disconnect();
    // eslint-disable-next-line react-hooks/exhaustive-deps -- `toEnd` is new on every render and always the same deed
  }, [scroller, pinned, filled]);
}
