/** Who is writing, in a row of fixed height, so that nothing jumps. Agents do not type; their state is on their message. */
import { useReadable, useRoomView } from '../view/hooks.ts';

export function TypingLine() {
  const room = useRoomView();
  const users = useReadable(room.typing);
  return (
    <p className="ap-typing-line">
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
