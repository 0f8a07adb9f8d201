/** Something that takes a moment and may fail, with words for it below the form. */
import { useState } from 'react';

interface Deed {
  readonly busy: boolean;
  readonly error: string | undefined;
  readonly run: (deed: () => Promise<unknown>) => void;
}

/** `failure` is said where the reason has no words of its own. */
export function useDeed(failure: string): Deed {
  const [state, setState] = useState<{ busy: boolean; error?: string }>({ busy: false });
  const run = (deed: () => Promise<unknown>): void => {
    setState({ busy: true });
    deed().then(
      () => setState({ busy: false }),
      (error: unknown) => setState({ busy: false, error: error instanceof Error ? error.message : failure }),
    );
  };
  return { busy: state.busy, error: state.error, run };
}
