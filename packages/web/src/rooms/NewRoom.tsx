/** Making a room: a name, and what it is for. */
import { useState } from 'react';
import { Button, Dialog } from '@antiphon/react/ui/kit';
import { usePage } from '../page/page.ts';

const LONGEST_NAME = 80;
const LONGEST_TOPIC = 250;

export function NewRoom({ onClose, onOpen }: { onClose: () => void; onOpen: (id: string) => void }) {
  const page = usePage();
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [state, setState] = useState<{ busy: boolean; error?: string }>({ busy: false });
  const create = (): void => {
    setState({ busy: true });
    const input = { name: name.trim(), ...(topic.trim() === '' ? {} : { topic: topic.trim() }) };
    page.createRoom(input).then(onOpen, (error: unknown) => {
      setState({
        busy: false,
        error: error instanceof Error ? error.message : 'The room could not be made.',
      });
    });
  };
  return (
    <Dialog label="New room" onClose={onClose}>
      <form
        className="ap-dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (name.trim() !== '') create();
        }}
      >
        <h2>New room</h2>
        <label className="ap-field">
          Name
          <input
            value={name}
            maxLength={LONGEST_NAME}
            placeholder="release-42"
            autoFocus
            onChange={({ target }) => setName(target.value)}
          />
        </label>
        <label className="ap-field">
          Topic
          <input value={topic} maxLength={LONGEST_TOPIC} onChange={({ target }) => setTopic(target.value)} />
          <small>One sentence: what is this room for?</small>
        </label>
        {state.error && (
          <p className="ap-field-error" role="alert">
            {state.error}
          </p>
        )}
        <div className="ap-dialog-verbs">
          <Button look="quiet" onClick={onClose}>
            Cancel
          </Button>
          <Button look="filled" type="submit" disabled={name.trim() === '' || state.busy}>
            Make room
          </Button>
        </div>
      </form>
    </Dialog>
  );
}
