/** What those who keep a room in order can do with a member: another role, or out. */
import { useState } from 'react';
import { Button, type MemberView } from '@antiphon/react/ui/kit';
import { FormError } from '../forms/FormError.tsx';
import { useDeed } from '../forms/use-deed.ts';
import { type PlaceView, usePage } from '../page/page.ts';

type Role = MemberView['role'];

const ROLES: readonly (readonly [Role, string])[] = [
  ['owner', 'Owner'],
  ['admin', 'Keeps order'],
  ['member', 'Member'],
  ['viewer', 'Reads only'],
];

export function MemberVerbs({ member, place }: { member: MemberView; place: PlaceView }) {
  const page = usePage();
  const [sure, setSure] = useState(false);
  const { busy, error, run } = useDeed('That did not work.');
  const { user, role } = member;
  return (
    <div className="member-verbs">
      <label>
        Role
        <select
          value={role}
          disabled={busy}
          onChange={({ target }) =>
            run(() => page.places.changeRole(place.id, user.id, target.value as Role))
          }
        >
          {ROLES.map(([value, words]) => (
            <option key={value} value={value}>
              {words}
            </option>
          ))}
        </select>
      </label>
      {sure ? (
        <Button
          look="danger"
          disabled={busy}
          onClick={() => run(() => page.places.removeMember(place.id, user.id))}
        >
          Remove {user.name} from {place.name}
        </Button>
      ) : (
        <Button look="quiet" onClick={() => setSure(true)}>
          Remove
        </Button>
      )}
      <FormError error={error} />
    </div>
  );
}
