/** How far one of my own messages has come, and whether the agent it calls has it. */
import type { Message, Run } from '@antiphon/client';
import type { DeliveryView } from '../view/model.ts';
import { names } from '../words/text.ts';
import { sentence } from './words.ts';

/** What happens to my newest message: the runs that it caused. */
export interface Caused {
  readonly run: Run;
  readonly bot: string;
}

export function deliveryView(
  { delivery, deliverySince, error }: Message,
  newest: boolean,
  caused: readonly Caused[],
  readers: readonly string[],
): DeliveryView {
  const view = { state: delivery, since: deliverySince };
  if (delivery === 'failed')
    return { ...view, note: sentence(error?.message ?? ''), retryable: error?.retryable ?? true };
  return delivery === 'sent' && newest ? { ...view, note: fate(caused, readers) } : view;
}

function fate(caused: readonly Caused[], readers: readonly string[]): string {
  const [first] = caused;
  if (first === undefined) return readers.length > 0 ? `Seen by ${names(readers)}` : 'Sent';
  // For whom it waits, and why, is told below it.
  return first.run.state === 'queued' ? 'Sent' : `${first.bot} has it`;
}
