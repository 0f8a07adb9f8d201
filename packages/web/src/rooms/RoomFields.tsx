/** What is said about a room, when it is made and when it is changed. */
interface FieldProps {
  readonly value: string;
  readonly onChange: (value: string) => void;
}

const LONGEST_NAME = 80;
const LONGEST_TOPIC = 250;

export function NameField({ value, onChange }: FieldProps) {
  return (
    <label className="ap-field">
      Name
      <input
        value={value}
        maxLength={LONGEST_NAME}
        placeholder="release-42"
        autoFocus
        onChange={({ target }) => onChange(target.value)}
      />
    </label>
  );
}

export function TopicField({ value, onChange }: FieldProps) {
  return (
    <label className="ap-field">
      Topic
      <input value={value} maxLength={LONGEST_TOPIC} onChange={({ target }) => onChange(target.value)} />
      <small>One sentence: what is this room for?</small>
    </label>
  );
}

export function OpenField({ open, onChange }: { open: boolean; onChange: (open: boolean) => void }) {
  return (
    <fieldset className="choice">
      <legend>Who may come in</legend>
      <label>
        <input type="radio" name="open" checked={!open} onChange={() => onChange(false)} />
        Whom somebody invites
      </label>
      <label>
        <input type="radio" name="open" checked={open} onChange={() => onChange(true)} />
        Everyone on this server
      </label>
    </fieldset>
  );
}
