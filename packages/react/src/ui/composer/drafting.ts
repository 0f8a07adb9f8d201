/** What the composer is doing besides writing something new: answering a message, or changing one. */
import { createContext, useContext } from 'react';
import type { MessageView } from '../view/model.ts';

export type Drafting =
  | { readonly mode: 'new' }
  | { readonly mode: 'reply'; readonly message: MessageView }
  | { readonly mode: 'edit'; readonly message: MessageView };

/** The verbs only; they never change, so rows that hold them do not render when a draft does. */
export interface DraftingControl {
  readonly replyTo: (message: MessageView) => void;
  readonly edit: (message: MessageView) => void;
  readonly reset: () => void;
}

export const DraftingContext = createContext<Drafting>({ mode: 'new' });
export const DraftingControlContext = createContext<DraftingControl | null>(null);

export function useDrafting(): Drafting {
  return useContext(DraftingContext);
}

export function useDraftingControl(): DraftingControl {
  const control = useContext(DraftingControlContext);
  if (!control) throw new Error('put <ChatRoom room="…"> above this component');
  return control;
}
