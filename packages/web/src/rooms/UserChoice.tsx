/** Choosing among people and agents, any number of them. */
import { Avatar, type UserView } from '@antiphon/react/ui/kit';

interface UserChoiceProps {
  readonly legend: string;
  readonly users: readonly UserView[];
  readonly chosen: ReadonlySet<string>;
  readonly onChange: (chosen: Set<string>) => void;
}

export function UserChoice({ legend, users, chosen, onChange }: UserChoiceProps) {
  const turn = (id: string): void => {
    const next = new Set(chosen);
    if (!next.delete(id)) next.add(id);
    onChange(next);
  };
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      <div className="choice-list">
        {users.map((user) => (
          <label key={user.id}>
            <input type="checkbox" checked={chosen.has(user.id)} onChange={() => turn(user.id)} />
            <Avatar user={user} size={20} />
            <span className="nav-name">{user.name}</span>
            {user.kind === 'bot' && <small>agent</small>}
          </label>
        ))}
      </div>
    </fieldset>
  );
}
