/** Making a room: a name, what it is for, who may come in, and which agents come along. */
import { useState } from 'react';
import { Dialog, useChatView, useReadable } from '@antiphon/react/ui/kit';
import { FormEnd } from '../forms/FormEnd.tsx';
import { useDeed } from '../forms/use-deed.ts';
import { usePage } from '../page/page.ts';
import { NameField, OpenField, TopicField } from './RoomFields.tsx';
import { UserChoice } from './UserChoice.tsx';

/** So many agents come along unless somebody says otherwise. */
const AGENTS_ALONG = 5;

export function NewRoom({ onClose, onOpen }: { onClose: () => void; onOpen: (id: string) => void }) {
  const page = usePage();
  const agents = useReadable(useChatView().bots).map((bot) => bot.user);
  const [name, setName] = useState('');
  const [topic, setTopic] = useState('');
  const [open, setOpen] = useState(false);
  const [along, setAlong] = useState(() => new Set(agents.slice(0, AGENTS_ALONG).map(({ id }) => id)));
  const { busy, error, run } = useDeed('The room could not be made.');
  const create = (): void =>
    run(async () => {
      const input = { name: name.trim(), open, members: [...along] };
      onOpen(await page.places.create(topic.trim() === '' ? input : { ...input, topic: topic.trim() }));
    });
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
        <NameField value={name} onChange={setName} />
        <TopicField value={topic} onChange={setTopic} />
        <OpenField open={open} onChange={setOpen} />
        {agents.length > 0 && (
          <UserChoice legend="Agents in it" users={agents} chosen={along} onChange={setAlong} />
        )}
        <FormEnd verb="Make room" possible={name.trim() !== '' && !busy} error={error} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
