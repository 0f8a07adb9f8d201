/** Something that happened to the room, in one quiet line. */
import { clock, fullTime } from '../words/time.ts';
import type { EventView } from '../view/model.ts';

export function EventRow({ event }: { event: EventView }) {
  return (
    <div className="ap-row ap-event-row" data-line="solid">
      <span className="ap-event-knot" aria-hidden="true" />
      <p>
        {event.text}{' '}
        <time dateTime={new Date(event.at).toISOString()} title={fullTime(event.at)}>
          {clock(event.at)}
        </time>
      </p>
    </div>
  );
}
