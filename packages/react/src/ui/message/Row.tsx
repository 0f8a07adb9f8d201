/** One element of the log on the line: a message, an event, or a gap; with a day mark or the unread line above it. */
import { memo } from 'react';
import { useComponents } from '../components.ts';
import { useItem } from '../view/hooks.ts';
import type { LogItem } from '../view/model.ts';
import { usePlace } from '../log/use-place.ts';
import { DayMark, UnreadMark } from '../log/Marks.tsx';
import { EventRow } from './EventRow.tsx';
import { GapRow } from './GapRow.tsx';
import { MessageRow } from './MessageRow.tsx';

interface RowProps {
  readonly itemKey: string;
  readonly previousKey: string | undefined;
  readonly position: number;
  readonly unreadStart: boolean;
  readonly target: boolean;
}

export const Row = memo(function Row({ itemKey, previousKey, position, unreadStart, target }: RowProps) {
  const item = useItem(itemKey);
  const place = usePlace(previousKey, itemKey);
  if (!item) return null;
  return (
    <>
      {place === 'day' && <DayMark at={item.at} />}
      {unreadStart && <UnreadMark at={item.at} />}
      <Content
        item={item}
        head={place !== 'rest' || unreadStart}
        position={position}
        target={target}
        previousKey={previousKey}
      />
    </>
  );
});

interface ContentProps extends Pick<RowProps, 'position' | 'target' | 'previousKey'> {
  readonly item: LogItem;
  readonly head: boolean;
}

function Content({ item, ...rest }: ContentProps) {
  const { Message = MessageRow } = useComponents();
  switch (item.kind) {
    case 'message':
      return <Message message={item} {...rest} />;
    case 'event':
      return <EventRow event={item} />;
    case 'gap':
      return <GapRow gap={item} />;
  }
}
