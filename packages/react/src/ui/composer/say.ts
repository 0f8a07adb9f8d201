/** Saying something in a room: to everyone, or to those whom the conversation is with. */
import { createContext, useContext } from 'react';
import type { Outgoing } from '../view/chat.ts';
import { useRoomView } from '../view/hooks.ts';

/** Ids of those whom everything is addressed to that is said here. */
export const AddresseesContext = createContext<readonly string[]>([]);

export function useSay(): (message: Omit<Outgoing, 'to'>) => void {
  const room = useRoomView();
  const to = useContext(AddresseesContext);
  return (message) => room.send(to.length === 0 ? message : { ...message, to });
}
