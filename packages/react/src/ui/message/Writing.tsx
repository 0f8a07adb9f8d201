/** That an agent writes, and, for those who ask for it, how fast. */
import { useReadable } from '../view/hooks.ts';
import type { MessageView } from '../view/model.ts';
import { paceShown, usePace, writtenOf } from './pace.ts';

export function Writing({ message }: { message: MessageView }) {
  const isShown = useReadable(paceShown) === 'yes';
  const pace = usePace(writtenOf(message));
  const words = pace === undefined ? undefined : `about ${pace.toLocaleString()} tok/s`;
  return (
    <span className="ap-row-live" title={words}>
      writing{isShown && words && `, ${words}`}
    </span>
  );
}
