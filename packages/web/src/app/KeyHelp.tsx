/** What keys do, on one sheet. */
import { Fragment } from 'react';
import { Button, Dialog } from '@antiphon/react/ui/kit';
import { COMMAND } from './shortcuts.ts';

interface Keys {
  readonly title: string;
  readonly keys: readonly (readonly [keys: readonly string[], deed: string])[];
}

const SHEET: readonly Keys[] = [
  {
    title: 'Everywhere',
    keys: [
      [[COMMAND, 'K'], 'Jump to a room, an agent, a message'],
      [[COMMAND, 'Shift', 'K'], 'Jump to an agent'],
      [['Alt', '↑ or ↓'], 'Room before, room after'],
      [['Alt', 'Shift', '↑ or ↓'], 'The same, with something unread'],
      [['F6'], 'From rooms to messages, to writing, to members'],
      [['?'], 'This sheet'],
    ],
  },
  {
    title: 'While writing',
    keys: [
      [['Enter'], 'Send'],
      [['Shift', 'Enter'], 'New line'],
      [['↑'], 'Change what I said last, while nothing is written'],
      [['@'], 'Call an agent or a person'],
      [['Esc'], 'Leave what is open; twice: stop the agent that answers me'],
    ],
  },
  {
    title: 'Among messages',
    keys: [
      [['↑ or K'], 'The message before'],
      [['↓ or J'], 'The message after'],
      [['Home or End'], 'The first, the last'],
      [['Enter'], 'What can be done with it'],
      [['R'], 'Reply'],
      [['C'], 'Copy'],
      [['T'], 'Send again what was not sent'],
    ],
  },
];

export function KeyHelp({ onClose }: { onClose: () => void }) {
  return (
    <Dialog label="Keys" className="key-help" onClose={onClose}>
      <div className="ap-dialog-body">
        <h2 tabIndex={-1} autoFocus>
          Keys
        </h2>
        {SHEET.map(({ title, keys }) => (
          <section key={title}>
            <h3>{title}</h3>
            <dl>
              {keys.map(([names, deed]) => (
                <Fragment key={deed}>
                  <dt>
                    {names.map((name) => (
                      <kbd key={name}>{name}</kbd>
                    ))}
                  </dt>
                  <dd>{deed}</dd>
                </Fragment>
              ))}
            </dl>
          </section>
        ))}
        <div className="ap-dialog-verbs">
          <Button onClick={onClose}>Close</Button>
        </div>
      </div>
    </Dialog>
  );
}
