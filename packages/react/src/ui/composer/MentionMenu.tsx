/** Names that complete an `@`, above the composer. The field keeps the focus; this list only shows the choice. */
import { Avatar } from '../controls/Avatar.tsx';
import type { UserView } from '../view/model.ts';

interface MentionMenuProps {
  readonly id: string;
  readonly users: readonly UserView[];
  readonly active: number;
  readonly onPick: (user: UserView) => void;
}

export function MentionMenu({ id, users, active, onPick }: MentionMenuProps) {
  return (
    <ul className="ap-mention-menu" id={id} role="listbox" aria-label="People and agents">
      {users.map((user, index) => (
        <li
          key={user.id}
          id={`${id}-${index}`}
          role="option"
          aria-selected={index === active}
          // Before the field loses its focus.
          onPointerDown={(event) => {
            event.preventDefault();
            onPick(user);
          }}
        >
          <Avatar user={user} size={22} />
          <span>{user.name}</span>
          {user.kind === 'bot' && <small>agent</small>}
        </li>
      ))}
    </ul>
  );
}
