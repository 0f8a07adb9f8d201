/** For those who keep order in a room: to pin a message, to hide it from the first glance, and to take that back. */
import { EyeOff, Pin } from 'lucide-react';
import { IconButton } from '../controls/Button.tsx';
import { useRoomView } from '../view/hooks.ts';
import type { MarkView, MessageView } from '../view/model.ts';

const VERBS = {
  pinned: { put: 'Pin', take: 'Unpin', Sign: Pin },
  hidden: { put: 'Hide', take: 'Stop hiding', Sign: EyeOff },
} as const;

interface MarkButtonsProps {
  readonly message: MessageView;
  readonly marks: readonly MarkView[];
}

export function MarkButtons({ message, marks }: MarkButtonsProps) {
  const room = useRoomView();
  return marks.map((mark) => {
    const { put, take, Sign } = VERBS[mark];
    const isMarked = message[mark] !== undefined;
    return (
      <IconButton
        key={mark}
        label={isMarked ? take : put}
        onClick={() => void room.mark(message.key, mark, !isMarked)}
      >
        <Sign aria-hidden="true" />
      </IconButton>
    );
  });
}
