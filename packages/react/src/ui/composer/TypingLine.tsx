/** Who is writing, in a row of fixed height, so that nothing jumps. Agents do not type; their state is on their message. */
import { cx } from '../controls/cx.ts';
import { useReadable, useRoomView } from '../view/hooks.ts';

export interface TypingLineProps {
  readonly className?: string | undefined;
}

export function TypingLine({ className }: TypingLineProps) {
  const room = useRoomView();
  const users = useReadable(room.typing);
  return (
    <p className={cx('ap-typing-line', className)} data-state={users.length > 0 ? 'typing' : 'idle'}>
      {users.length > 0 && (
        <>
          <span className="ap-typing-dots" aria-hidden="true">
            <i />
            <i />
            <i />
          </span>
          {sentence(users.map((user) => user.name))}
        </>
      )}
    </p>
  );
}

function sentence(list: readonly string[]): string {
  const [first = '', second = ''] = list;
  if (list.length === 1) return `${first} is writing`;
  if (list.length === 2) return `${first} and ${second} are writing`;
  return 'Several people are writing';
}
