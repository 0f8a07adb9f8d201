/** Who is here, as a few overlapping faces. */
import { Avatar } from './controls/Avatar.tsx';
import { cx } from './controls/cx.ts';
import { useReadable, useRoomView } from './view/hooks.ts';
import { names } from './words/text.ts';

/** Properties of {@link PresenceStack}. */
export interface PresenceStackProps {
  readonly className?: string | undefined;
  /** So many faces at most; of the others there is a number. */
  readonly max?: number;
}

const MOST = 4;

/** Who is in the room right now. */
export function PresenceStack({ className, max = MOST }: PresenceStackProps) {
  const members = useReadable(useRoomView().members);
  const here = members.filter((member) => member.presence === 'active').map(({ user }) => user);
  if (here.length === 0) return null;
  const words = `${names(here.slice(0, 8).map(({ name }) => name))} ${here.length === 1 ? 'is' : 'are'} here`;
  const left = here.length - max;
  return (
    <span
      className={cx('ap-presence', className)}
      data-state={here.length > max ? 'many' : 'few'}
      role="img"
      aria-label={words}
      title={words}
    >
      {here.slice(0, max).map((user) => (
        <Avatar key={user.id} user={user} size={24} />
      ))}
      {left > 0 && <small className="ap-tabular">+{left}</small>}
    </span>
  );
}
