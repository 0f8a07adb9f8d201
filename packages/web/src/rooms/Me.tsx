/** Who I am, what keys do, which theme I see, and the way out. */
import { Keyboard, LogOut, Monitor, Moon, Sun } from 'lucide-react';
import { useState } from 'react';
import { Avatar, IconButton, type UserView } from '@antiphon/react/ui/kit';
import { usePage } from '../page/page.ts';
import { forgetRoom } from '../app/route.ts';
import { applyTheme, currentTheme, type Theme } from '../theme/theme.ts';

const NEXT: Record<Theme, Theme> = { system: 'light', light: 'dark', dark: 'system' };
const ICON = { system: Monitor, light: Sun, dark: Moon };
const WORDS: Record<Theme, string> = { system: 'as the system', light: 'light', dark: 'dark' };

export function Me({ me, onKeys }: { me: UserView; onKeys: () => void }) {
  const page = usePage();
  const [theme, setTheme] = useState(currentTheme);
  const Icon = ICON[theme];
  const turn = (): void => {
    applyTheme(NEXT[theme]);
    setTheme(NEXT[theme]);
  };
  const leave = (): void => {
    void page.signOut();
    forgetRoom();
  };
  return (
    <div className="nav-me">
      <Avatar user={me} size={26} />
      <span className="nav-name">{me.name}</span>
      <IconButton className="only-keys" label="Keys" onClick={onKeys}>
        <Keyboard aria-hidden="true" />
      </IconButton>
      <IconButton label={`Theme: ${WORDS[theme]}`} onClick={turn}>
        <Icon aria-hidden="true" />
      </IconButton>
      <IconButton label="Sign out" onClick={leave}>
        <LogOut aria-hidden="true" />
      </IconButton>
    </div>
  );
}
