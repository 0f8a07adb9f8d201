/** How long a call has run, or took. */
import { useNow } from '../clock/now.ts';
import { counting, duration } from '../words/time.ts';
import type { ToolView } from '../view/model.ts';

/** Counting starts late, so that quick calls do not flicker. */
const SHOWN_AFTER_MS = 2000;
/** "0.0 s" says nothing. */
const INSTANT_MS = 50;

export function Elapsed({ call, live }: { call: ToolView; live: boolean }) {
  const now = useNow(live);
  if (call.endedAt !== undefined && call.endedAt - call.startedAt < INSTANT_MS) return null;
  if (call.endedAt !== undefined)
    return <span className="ap-tool-time ap-tabular">{duration(call.endedAt - call.startedAt)}</span>;
  const elapsed = now - call.startedAt;
  if (!live || elapsed < SHOWN_AFTER_MS) return null;
  return <span className="ap-tool-time ap-tabular">{counting(elapsed)}</span>;
}
