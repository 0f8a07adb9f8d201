/** Below my own message: that it waits, that it arrived, or why it did not, and what to do. */
import { Check } from 'lucide-react';
import { useRoomView } from '../view/hooks.ts';
import type { DeliveryView, MessageView } from '../view/model.ts';

export function DeliveryNote({ message, delivery }: { message: MessageView; delivery: DeliveryView }) {
  const room = useRoomView();
  switch (delivery.state) {
    case 'queued':
      return <p className="ap-row-note">Waiting to send</p>;
    case 'sending':
      return null;
    case 'sent':
    case 'delivered':
      // Only the newest own message carries a note; the adapter leaves it out elsewhere.
      return delivery.note ? (
        <p className="ap-row-note ap-row-receipt">
          <Check aria-hidden="true" /> {delivery.note}
        </p>
      ) : null;
    case 'failed':
      return (
        <p className="ap-row-note ap-row-failure" role="group" aria-label="Not sent">
          <span>Not sent{delivery.note ? `: ${delivery.note}` : '.'}</span>
          <span className="ap-row-verbs">
            {delivery.retryable && (
              <button type="button" className="ap-link-button" onClick={() => room.retry(message.key)}>
                Try again
              </button>
            )}
            <button
              type="button"
              className="ap-link-button"
              onClick={({ currentTarget }) => {
                currentTarget.closest<HTMLElement>('[role="log"]')?.focus({ preventScroll: true });
                room.discard(message.key);
              }}
            >
              Discard
            </button>
          </span>
        </p>
      );
  }
}
