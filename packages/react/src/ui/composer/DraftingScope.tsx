/** Within it one message at a time is being answered or changed. */
import { type ReactNode, useMemo, useState } from 'react';
import { type Drafting, DraftingContext, type DraftingControl, DraftingControlContext } from './drafting.ts';

const WRITE_NEW: Drafting = { mode: 'new' };

export function DraftingScope({ children }: { children: ReactNode }) {
  const [drafting, setDrafting] = useState(WRITE_NEW);
  const control = useMemo<DraftingControl>(
    () => ({
      replyTo: (message) => setDrafting({ mode: 'reply', message }),
      edit: (message) => setDrafting({ mode: 'edit', message }),
      reset: () => setDrafting(WRITE_NEW),
    }),
    [],
  );
  return (
    <DraftingControlContext.Provider value={control}>
      <DraftingContext.Provider value={drafting}>{children}</DraftingContext.Provider>
    </DraftingControlContext.Provider>
  );
}
