/** Gathers long runs of finished tool calls, so that a busy agent does not push its words off the screen. */
import type { PartView, ToolPart, ToolState, ToolView } from '../view/model.ts';

/** Up to this many finished calls in a row are shown one by one. */
export const SHOWN_CALLS = 4;

export type Folded =
  | { readonly folded: false; readonly key: string; readonly part: PartView }
  | { readonly folded: true; readonly key: string; readonly parts: readonly ToolPart[] };

const QUIET: ReadonlySet<ToolState> = new Set<ToolState>(['done', 'cancelled', 'denied']);

function isQuiet({ state, stop }: ToolView): boolean {
  return QUIET.has(state) && stop === undefined;
}

/** A call and what sub-agents call for it. */
export function withInner(call: ToolView): readonly ToolView[] {
  return [call, ...(call.inner ?? [])];
}

export function foldTools(parts: readonly PartView[]): readonly Folded[] {
  const result: Folded[] = [];
  let run: ToolPart[] = [];
  const close = (): void => {
    const first = run[0];
    if (first && run.length > SHOWN_CALLS) result.push({ folded: true, key: `fold-${first.id}`, parts: run });
    else for (const part of run) result.push({ folded: false, key: part.id, part });
    run = [];
  };
  for (const part of parts) {
    if (part.kind === 'tool' && withInner(part.call).every(isQuiet)) {
      run.push(part);
    } else {
      close();
      result.push({ folded: false, key: part.id, part });
    }
  }
  close();
  return result;
}
