/** A room in which nothing has been said: what it is for, and a first step. */
import { useSay } from '../composer/say.ts';
import { Mark } from '../controls/Mark.tsx';
import { useReadable, useRoomView } from '../view/hooks.ts';
import type { RoomInfo } from '../view/model.ts';

export interface EmptyRoomProps {
  readonly info: RoomInfo;
  /** Below the words: a first step besides saying something. */
  readonly children?: React.ReactNode;
}

export function EmptyRoom({ info, children }: EmptyRoomProps) {
  const room = useRoomView();
  const say = useSay();
  const members = useReadable(room.members);
  const agent =
    info.kind === 'group' ? undefined : members.find((member) => member.user.kind === 'bot')?.user;
  if (info.state === 'denied')
    return <Nothing title="There is no such room" words="Or it is not open to you." />;
  return (
    <Nothing
      title={agent ? `Talk with ${agent.name}` : 'Nothing here yet'}
      words={
        agent ? (info.topic ?? 'Only you and this agent can read this room.') : 'Say what this room is for.'
      }
    >
      {info.suggestions && (
        <ul className="ap-suggestions">
          {info.suggestions.map((text) => (
            <li key={text}>
              <button type="button" onClick={() => say({ text })}>
                {text}
              </button>
            </li>
          ))}
        </ul>
      )}
      {children}
    </Nothing>
  );
}

export function Nothing({
  title,
  words,
  children,
}: {
  title: string;
  words: string;
  children?: React.ReactNode;
}) {
  return (
    <div className="ap-nothing">
      <Mark size={36} />
      <h2>{title}</h2>
      <p>{words}</p>
      {children}
    </div>
  );
}
