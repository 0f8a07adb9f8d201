/** A tool call's state in words and signs. */
import type { DotLook } from '../controls/Dot.tsx';
import type { ToolState, ToolView } from '../view/model.ts';

export const SIGN: Record<ToolState, DotLook> = {
  input: 'ring',
  queued: 'hollow',
  approval: 'saffron',
  running: 'ring',
  cancelling: 'grey',
  done: 'moss',
  error: 'brick',
  denied: 'grey',
  cancelled: 'grey',
  timed_out: 'grey',
  lost: 'grey',
};

/** Read by screen readers for every state; shown where the picture alone would not say it. */
export function wordOf(call: ToolView): string {
  switch (call.state) {
    case 'input':
      return 'preparing';
    case 'queued':
      return call.waiting ?? 'waiting for its turn';
    case 'approval':
      return 'needs a decision';
    case 'running':
      return 'running';
    case 'cancelling':
      return 'stopping';
    case 'done':
      return call.stop?.outcome === 'too_late' ? 'done before it could be stopped' : 'done';
    case 'error':
      return 'failed';
    case 'denied':
      return deniedBy(call);
    case 'cancelled':
      if (call.stop?.outcome === 'forced') return 'stopped by force';
      return call.stop ? `stopped by ${call.stop.by}` : 'cancelled';
    case 'timed_out':
      return 'timed out';
    case 'lost':
      return 'the agent disconnected';
  }
}

export function isLive(state: ToolState): boolean {
  return (
    state === 'input' ||
    state === 'queued' ||
    state === 'running' ||
    state === 'cancelling' ||
    state === 'approval'
  );
}

/** Calls whose word must be read, because their sign is only grey, or does not say all. */
export function needsWord({ state, stop }: ToolView): boolean {
  return (
    ['queued', 'denied', 'cancelled', 'timed_out', 'lost'].includes(state) ||
    (state === 'done' && stop !== undefined)
  );
}

function deniedBy({ approval }: ToolView): string {
  const { cause, by } = approval?.decision ?? {};
  if (cause === 'deadline') return 'nobody allowed it in time';
  return cause === 'person' ? `denied by ${by}` : 'denied';
}
