/** Who I am, what I can set, and the way out. */
import { LogOut, Settings2 } from 'lucide-react';
import { Avatar, IconButton, type UserView } from '@antiphon/react/ui/kit';
import { forgetRoom } from '../app/route.ts';
import { usePage } from '../page/page.ts';

export function Me({ me, onSettings }: { me: UserView; onSettings: () => void }) {
  const page = usePage();
  const leave = (): void => {
    void page.signOut();
    forgetRoom();
  };
  return (
    <div className="nav-me">
      <Avatar user={me} size={26} />
      <span className="nav-name">{me.name}</span>
      <IconButton label="Settings" onClick={onSettings}>
        <Settings2 aria-hidden="true" />
      </IconButton>
      <IconButton label="Sign out" onClick={leave}>
        <LogOut aria-hidden="true" />
      </IconButton>
    </div>
  );
}
