/** A bar that only ever runs forward; without a known length, what the tool says about itself. */
import { useNow } from '../clock/now.ts';
import { counting } from '../words/time.ts';
import type { ProgressView } from '../view/model.ts';
import { trackOf } from './progress.ts';

interface ProgressBarProps {
  readonly callId: string;
  readonly name: string;
  readonly progress: ProgressView;
  readonly stopping: boolean;
}

export function ProgressBar({ callId, name, progress, stopping }: ProgressBarProps) {
  const now = useNow(progress.fraction !== undefined && !stopping);
  if (progress.fraction === undefined) {
    return progress.message ? <p className="ap-tool-progress-line">{progress.message}</p> : null;
  }
  const track = trackOf(callId);
  const percent = Math.round(track.report(progress.fraction, now) * 100);
  const remaining = stopping ? undefined : track.remainingMs(now);
  const words = [
    `${percent} %`,
    remaining !== undefined && remaining > 1000 && `about ${counting(remaining)} left`,
  ].filter(Boolean);
  return (
    <div className="ap-tool-progress" data-state={stopping ? 'stopping' : 'running'}>
      <div
        role="progressbar"
        aria-label={`Progress of ${name}`}
        aria-valuenow={percent}
        aria-valuetext={[progress.message, ...words].filter(Boolean).join(', ')}
      >
        <span style={{ inlineSize: `${percent}%` }} />
      </div>
      <p>
        <span>{progress.message}</span>
        <span className="ap-tabular">{words.join(', ')}</span>
      </p>
    </div>
  );
}
