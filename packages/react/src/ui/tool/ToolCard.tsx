/** A tool call, hanging on the line by a short stub: what runs, with what, how far, and what came out. */
import { ChevronRight } from 'lucide-react';
import { Suspense, useId, useState } from 'react';
import { cx } from '../controls/cx.ts';
import { Dot } from '../controls/Dot.tsx';
import type { ToolView } from '../view/model.ts';
import { later } from '../later.ts';
import { Approval } from './Approval.tsx';
import { Cancel } from './Cancel.tsx';
import { Elapsed } from './Elapsed.tsx';
import { Output } from './Output.tsx';
import { ProgressBar } from './ProgressBar.tsx';
import { TryAgain } from './TryAgain.tsx';
import { isLive, needsWord, SIGN, wordOf } from './words.ts';

const ToolDetails = later(() => import('./ToolDetails.tsx'), 'ToolDetails');

const Inner = later(() => import('./Inner.tsx'), 'Inner');

/** Lines of live output that are shown unasked. */
const LIVE_LINES = 3;
/** As much of arguments that are being written as fits beside a name. */
const DRAFT_CHARACTERS = 48;

export interface ToolCardProps {
  readonly call: ToolView;
  readonly className?: string | undefined;
}

export function ToolCard({ call, className }: ToolCardProps) {
  const id = useId();
  const [open, setOpen] = useState(false);
  const live = isLive(call.state);
  const moving = call.state === 'running' || call.state === 'cancelling';
  return (
    <div className={cx('ap-tool', className)} data-state={call.state} role="group" aria-labelledby={id}>
      <div className="ap-tool-head">
        <button type="button" className="ap-tool-toggle" aria-expanded={open} onClick={() => setOpen(!open)}>
          <Dot look={SIGN[call.state]} />
          <span className="ap-tool-name" id={id}>
            {call.name}
          </span>
          <span className={needsWord(call) ? 'ap-tool-word' : 'ap-unseen'}>{wordOf(call)}</span>
          {call.summary && <span className="ap-tool-summary">{call.summary}</span>}
          {call.state === 'input' && !call.summary && <Draft text={call.draft} />}
          {call.state !== 'denied' && call.approval?.decision?.cause === 'person' && (
            <span className="ap-tool-summary">allowed by {call.approval.decision.by}</span>
          )}
          <ChevronRight className="ap-chevron" aria-hidden="true" />
        </button>
        <span className="ap-tool-end">
          {call.state !== 'approval' && <Elapsed call={call} live={live} />}
          <Cancel call={call} />
        </span>
      </div>
      {moving && call.progress && (
        <ProgressBar
          callId={call.id}
          name={call.name}
          progress={call.progress}
          stopping={call.state === 'cancelling'}
        />
      )}
      {moving && call.output && (
        <Output text={call.output} whole={call.whole} {...(open ? {} : { lines: LIVE_LINES })} />
      )}
      {call.state === 'approval' && call.approval && <Approval approval={call.approval} />}
      {call.error && <p className="ap-tool-error">{call.error.message}</p>}
      <TryAgain call={call} />
      {call.inner && (
        <Suspense>
          <Inner calls={call.inner} />
        </Suspense>
      )}
      {open && (
        <Suspense>
          <ToolDetails call={call} />
        </Suspense>
      )}
    </div>
  );
}

/** Arguments while they are written: their end, or that there is nothing to read yet. */
function Draft({ text }: { text: string | undefined }) {
  const words = text?.replace(/\s+/gu, ' ').trim();
  if (!words) return <span className="ap-shimmer" aria-hidden="true" />;
  return (
    <span className="ap-tool-draft" aria-hidden="true">
      {words.length > DRAFT_CHARACTERS ? `…${words.slice(-DRAFT_CHARACTERS)}` : words}
    </span>
  );
}
