/** Jumping anywhere by a few letters of its name, or by words that were said there. */
import { useId, useState, type KeyboardEvent } from 'react';
import { Dialog, useChatView, useReadable } from '@antiphon/react/ui/kit';
import type { Sheet } from '../app/Shell.tsx';
import { usePage } from '../page/page.ts';
import { type Choice, everywhere, hitChoice, match, newBots, roomChoice, sheetChoices } from './choices.tsx';
import { useHits } from './use-hits.ts';

interface PaletteProps {
  readonly onClose: () => void;
  /** Opens a room, at a message if one is named. */
  readonly onOpen: (roomId: string, messageKey?: string) => void;
  readonly onSheet: (sheet: Sheet) => void;
  /** Only agents are looked for. */
  readonly only?: 'agents' | undefined;
}

const SHOWN = 12;

export function Palette({ onClose, onOpen, onSheet, only }: PaletteProps) {
  const chat = useChatView();
  const page = usePage();
  const { rooms } = useReadable(page.rooms);
  const bots = useReadable(chat.bots);
  const id = useId();
  const [query, setQuery] = useState('');
  const [active, setActive] = useState(0);

  const openBot = (userId: string): void =>
    void page.openDirect(userId).then((roomId) => roomId !== undefined && onOpen(roomId));
  const agents = only === 'agents';
  const shown = agents ? rooms.filter((room) => room.other?.kind === 'bot') : rooms;
  const all = [...shown.map((room) => roomChoice(room, onOpen)), ...newBots(bots, rooms, openBot)];
  const hits = useHits(agents ? '' : query);
  const places = match(all, query).slice(0, SHOWN);
  const sheets = sheetChoices(onSheet);
  const named = query.trim() === '' ? [] : match(sheets, query);
  const nothing = query.trim() !== '' && places.length + hits.length + named.length === 0;
  const found: readonly Choice[] = [
    ...places,
    ...hits.map((hit) => hitChoice(hit, onOpen)),
    ...(agents
      ? nothing
        ? [everywhere(onSheet)]
        : []
      : [...named, ...sheets.filter((sheet) => !named.includes(sheet))]),
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
        placeholder={agents ? 'An agent' : 'A room, an agent, words of a message'}
        aria-label="Jump to"
        role="combobox"
        aria-expanded="true"
        aria-controls={id}
        aria-activedescendant={found.length === 0 ? undefined : `${id}-${active}`}
        autoFocus
        onChange={({ target }) => {
          setQuery(target.value);
          setActive(0);
        }}
        onKeyDown={onKeyDown}
      />
      <p className="palette-nothing" role="status">
        {nothing && `Nothing found for “${query.trim()}”.`}
      </p>
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
