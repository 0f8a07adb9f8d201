/** Within it the names of the room's members stand out in what is said. */
import { type ReactNode, useMemo } from 'react';
import { useRoomView, useSelected } from '../view/hooks.ts';
import { PipelineContext, pipelineFor } from './pipeline.ts';

export function PipelineScope({ children }: { children: ReactNode }) {
  // The pipeline changes only when the names do, not with every arrival: every block depends on it.
  const names = useSelected(useRoomView().members, (members) =>
    members.map((member) => member.user.name).join('\n'),
  );
  const pipeline = useMemo(() => pipelineFor(names.split('\n').filter(Boolean)), [names]);
  return <PipelineContext.Provider value={pipeline}>{children}</PipelineContext.Provider>;
}
