/** What stands between rows: a new day, and where the unread part begins. */
import { clock, dayLabel } from '../words/time.ts';
import { useToday } from '../clock/today.ts';

export function DayMark({ at }: { at: number }) {
  const today = useToday();
  return (
    <div className="ap-day-mark" role="separator">
      <time dateTime={new Date(at).toISOString().slice(0, 10)}>{dayLabel(at, today)}</time>
    </div>
  );
}

export function UnreadMark({ at }: { at: number }) {
  return (
    <div className="ap-unread-mark" role="separator">
      <span>New since {clock(at)}</span>
    </div>
  );
}
