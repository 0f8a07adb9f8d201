/** A face for a user: people round, agents squircle, so that shape tells the kind before colour does. */
import type { UserView } from '../view/model.ts';
import './avatar.css';

/** Quiet hues of the harbour: sand, ochre, lichen, sea, slate. None is the colour of an action or a state. */
const HUES = [40, 75, 125, 165, 215, 250];

export function Avatar({ user, size = 30, acting = false }: { user: UserView; size?: number; acting?: boolean }) {
  return (
    <span
      className="avatar"
      data-kind={user.kind}
      data-acting={acting || undefined}
      style={{ inlineSize: size, blockSize: size, fontSize: size * 0.4, ['--hue' as string]: hueOf(user.id) }}
      aria-hidden="true"
    >
      {user.avatarUrl ? <img src={user.avatarUrl} alt="" referrerPolicy="no-referrer" /> : initials(user)}
    </span>
  );
}

/** Two letters: of first and last name for people, the first two for agents. */
function initials({ name, kind }: UserView): string {
  const words = name.trim().split(/[\s._-]+/u);
  const first = words[0] ?? '';
  if (kind === 'bot') return [...name.trim()].slice(0, 2).join('').toLowerCase();
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return (last ? ([...first][0] ?? '') + ([...last][0] ?? '') : [...first].slice(0, 2).join('')).toUpperCase();
}

function hueOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return HUES[hash % HUES.length] ?? 75;
}
