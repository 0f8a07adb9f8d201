/** Gathers long runs of finished tool calls, so that a busy agent does not push its words off the screen. */
import type { PartView, ToolPart, ToolState } from '../view/model.ts';

/** Up to this many finished calls in a row are shown one by one. */
export const SHOWN_CALLS = 4;

export type Folded =
  | { readonly folded: false; readonly key: string; readonly part: PartView }
  | { readonly folded: true; readonly key: string; readonly parts: readonly ToolPart[] };

const QUIET: ReadonlySet<ToolState> = new Set<ToolState>(['done', 'cancelled', 'denied']);

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
    if (part.kind === 'tool' && QUIET.has(part.call.state) && part.call.stop === undefined) {
      run.push(part);
    } else {
      close();
      result.push({ folded: false, key: part.id, part });
    }
  }
  close();
  return result;
}
