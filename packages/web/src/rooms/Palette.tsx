/** Jumping anywhere by a few letters of its name. */
import { Hash, Plus } from 'lucide-react';
import { useId, useState, type KeyboardEvent, type ReactNode } from 'react';
import { Avatar } from '../ui/Avatar.tsx';
import { Dialog } from '../ui/Dialog.tsx';
import { useChat, useReadable } from '../view/hooks.ts';
import type { BotView, RoomSummary } from '../view/model.ts';

interface PaletteProps {
  readonly onClose: () => void;
  readonly onOpen: (id: string) => void;
  readonly onNewRoom: () => void;
}

interface Choice {
  readonly key: string;
  readonly name: string;
  readonly sign: ReactNode;
  readonly note?: string;
  readonly act: () => void;
}

const SHOWN = 12;

export function Palette({ onClose, onOpen, onNewRoom }: PaletteProps) {
  const chat = useChat();
  const { rooms } = useReadable(chat.rooms);
  const bots = useReadable(chat.bots);
  const id = useId();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);

  const openBot = (userId: string): void => void chat.openDirect(userId).then(onOpen);
  const all = [...rooms.map((room) => roomChoice(room, onOpen)), ...newBots(bots, rooms, openBot)];
  const found: readonly Choice[] = [
    ...match(all, query).slice(0, SHOWN),
    { key: 'new-room', name: 'New room', sign: <Plus aria-hidden="true" />, act: onNewRoom },
  ];
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.key === 'ArrowDown') setActive((active + 1) % found.length);
    else if (event.key === 'ArrowUp') setActive((active - 1 + found.length) % found.length);
    else if (event.key === 'Enter' && !event.nativeEvent.isComposing) found[active]?.act();
    else return;
    event.preventDefault();
  };
  return (
    <Dialog label="Jump to" className="palette" onClose={onClose}>
      <input
        className="palette-query"
        value={query}
        placeholder="Jump to a room, an agent, a person"
        aria-label="Jump to"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={`${id}-${active}`}
        autoFocus
        onChange={({ target }) => {
          setQuery(target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <ul className="palette-list" id={id} role="listbox" aria-label="Places">
        {found.map((choice, index) => (
          <li
            key={choice.key}
            id={`${id}-${index}`}
            role="option"
            aria-selected={index === active}
            onClick={choice.act}
            onPointerMove={() => setActive(index)}
          >
            <span className="nav-sign">{choice.sign}</span>
            <span className="nav-name">{choice.name}</span>
            {choice.note && <span className="nav-aside">{choice.note}</span>}
          </li>
        ))}
      </ul>
    </Dialog>
  );
}

function roomChoice(room: RoomSummary, onOpen: (id: string) => void): Choice {
  return {
    key: room.id,
    name: room.name,
    sign: room.other ? <Avatar user={room.other} size={20} /> : <Hash aria-hidden="true" />,
    ...(room.unread > 0 ? { note: `${room.unread} unread` } : {}),
    act: () => onOpen(room.id),
  };
}

/** Agents with whom no room exists yet. */
function newBots(
  bots: readonly BotView[],
  rooms: readonly RoomSummary[],
  open: (userId: string) => void,
): Choice[] {
  return bots
    .filter((bot) => !rooms.some((room) => room.other?.id === bot.user.id))
    .map(({ user }) => ({
      key: user.id,
      name: user.name,
      sign: <Avatar user={user} size={20} />,
      note: 'agent',
      act: () => open(user.id),
    }));
}

/** Names that begin with the query before names that contain it. */
function match(choices: readonly Choice[], query: string): readonly Choice[] {
  const wanted = query.trim().toLocaleLowerCase();
  const name = (choice: Choice): string => choice.name.toLocaleLowerCase();
  const hits = choices.filter((choice) => name(choice).includes(wanted));
  return hits.sort((a, b) => Number(name(b).startsWith(wanted)) - Number(name(a).startsWith(wanted)));
}
