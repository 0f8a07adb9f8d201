/** A face for a user: people round, agents squircle, so that shape tells the kind before colour does. */
import type { UserView } from '../view/model.ts';

/** Quiet hues of the harbour: sand, straw, lichen, sea, sky, slate. None is the colour of an action or a state. */
const HUES = [58, 88, 128, 165, 215, 248];

export function Avatar({
  user,
  size = 30,
  acting = false,
}: {
  user: UserView;
  size?: number;
  acting?: boolean;
}) {
  return (
    <span
      className="ap-avatar"
      data-kind={user.kind}
      data-acting={acting || undefined}
      style={{
        inlineSize: size,
        blockSize: size,
        fontSize: size * 0.4,
        ['--ap-hue' as string]: hueOf(user.id),
      }}
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
  if (kind === 'bot') return letters(name.trim(), 2).toLowerCase();
  const last = words.length > 1 ? (words.at(-1) ?? '') : '';
  return (last ? letters(first, 1) + letters(last, 1) : letters(first, 2)).toUpperCase();
}

const segmenter = new Intl.Segmenter();

/** The first `n` letters as people count them. */
function letters(word: string, n: number): string {
  let result = '';
  let taken = 0;
  for (const { segment } of segmenter.segment(word)) {
    if (taken === n) break;
    result += segment;
    taken += 1;
  }
  return result;
}

function hueOf(id: string): number {
  let hash = 0;
  for (const letter of id) hash = (hash * 31 + (letter.codePointAt(0) ?? 0)) >>> 0;
  return HUES[hash % HUES.length] ?? 75;
}
