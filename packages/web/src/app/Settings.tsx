/** What everyone sets for themselves, on this device: how the page looks, and what is read out. */
import { useState } from 'react';
import { Button, Dialog, paceShown, type Spoken, spoken, useReadable } from '@antiphon/react/ui/kit';
import { applyTheme, currentTheme, type Theme } from '../theme/theme.ts';

const THEMES: readonly (readonly [Theme, string])[] = [
  ['system', 'As this device'],
  ['light', 'Light'],
  ['dark', 'Dark'],
];

const SPOKEN: readonly (readonly [Spoken, string])[] = [
  ['finished', 'When they are finished'],
  ['sentences', 'Sentence by sentence'],
  ['silent', 'Not at all'],
];

const PACE: readonly (readonly ['yes' | 'no', string])[] = [
  ['no', 'When pointed at'],
  ['yes', 'Always'],
];

export function Settings({ onClose, onKeys }: { onClose: () => void; onKeys: () => void }) {
  const [theme, setTheme] = useState(currentTheme);
  const choose = (next: Theme): void => {
    applyTheme(next);
    setTheme(next);
  };
  return (
    <Dialog label="Settings" onClose={onClose}>
      <div className="ap-dialog-body">
        <h2>Settings</h2>
        <Choice legend="Look" options={THEMES} chosen={theme} onChange={choose} />
        <Choice
          legend="Screen readers read out agents' answers"
          options={SPOKEN}
          chosen={useReadable(spoken)}
          onChange={spoken.set}
        />
        <Choice
          legend="How fast agents write"
          options={PACE}
          chosen={useReadable(paceShown)}
          onChange={paceShown.set}
        />
        <div className="ap-dialog-verbs">
          <Button look="quiet" className="only-keys" onClick={onKeys}>
            Keys
          </Button>
          <Button onClick={onClose}>Close</Button>
        </div>
      </div>
    </Dialog>
  );
}

interface ChoiceProps<T extends string> {
  readonly legend: string;
  readonly options: readonly (readonly [T, string])[];
  readonly chosen: T;
  readonly onChange: (choice: T) => void;
}

function Choice<T extends string>({ legend, options, chosen, onChange }: ChoiceProps<T>) {
  return (
    <fieldset className="choice">
      <legend>{legend}</legend>
      {options.map(([value, words]) => (
        <label key={value}>
          <input type="radio" name={legend} checked={value === chosen} onChange={() => onChange(value)} />
          {words}
        </label>
      ))}
    </fieldset>
  );
}
