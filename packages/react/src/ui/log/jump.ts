/** Jumping to a message from anywhere below the log: a quote, the panel, the palette. */
import { createContext, useContext } from 'react';

export type Jump = (key: string) => void;

export const JumpContext = createContext<Jump>(() => undefined);

export function useJump(): Jump {
  return useContext(JumpContext);
}
