/** The words at the right of a name: what the agent is doing this moment, or where my message is. */
import { Suspense, useEffect, useState } from 'react';
import { useNow } from '../clock/now.ts';
import { withInner } from '../tool/fold.ts';
import { counting } from '../words/time.ts';
import type { DeliveryView, MessageView } from '../view/model.ts';
import { later } from '../later.ts';

const Writing = later(() => import('./Writing.tsx'), 'Writing');

/** Most messages are stored sooner; saying "Sending" for them would only flicker. */
const QUICK_MS = 400;
/** A thought shorter than this needs no count. */
const WORTH_COUNTING_MS = 2000;

export function LiveState({ message }: { message: MessageView }) {
  const { answer, delivery } = message;
  if (answer?.state === 'thinking') return <Thinking since={answer.since} />;
  if (answer?.state === 'working') return <span className="ap-row-live">working</span>;
  if (answer?.state === 'waiting')
    return (
      <span className="ap-row-live">{needsMe(message) ? 'waiting for you' : 'waiting for a decision'}</span>
    );
  if (answer?.state === 'stopping') return <span className="ap-row-live">stopping</span>;
  if (answer?.state === 'streaming')
    return (
      <Suspense fallback={<span className="ap-row-live">writing</span>}>
        <Writing message={message} />
      </Suspense>
    );
  if (answer?.state === 'queued')
    return <span className="ap-row-word ap-row-end">{answer.note ?? 'Waiting for its turn'}</span>;
  if (delivery?.state === 'sending') return <Sending key={delivery.since} delivery={delivery} />;
  return null;
}

/** Something is asked here that I may decide. */
function needsMe({ parts, asks = [] }: MessageView): boolean {
  const calls = parts.flatMap((part) => (part.kind === 'tool' ? withInner(part.call) : []));
  return [...calls.map((call) => call.approval), ...asks].some(
    (asked) => asked?.canDecide === true && asked.decision === undefined,
  );
}

function Thinking({ since }: { since: number }) {
  const elapsed = useNow() - since;
  return (
    <span className="ap-row-live">
      {elapsed < WORTH_COUNTING_MS ? 'thinking' : `thinking, ${counting(elapsed)}`}
    </span>
  );
}

function Sending({ delivery }: { delivery: DeliveryView }) {
  const [slow, setSlow] = useState(false);
  useEffect(() => {
    const timer = setTimeout(() => setSlow(true), Math.max(0, delivery.since + QUICK_MS - Date.now()));
    return () => clearTimeout(timer);
  }, [delivery.since]);
  return slow && <span className="ap-row-word ap-row-end">Sending</span>;
}
