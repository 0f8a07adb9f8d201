/** A room without a word in it, and for those who keep it in order the place to say what it is for. */
import { Button, EmptyRoom as Words, type EmptyRoomProps, useSelected } from '@antiphon/react/ui/kit';
import { useState } from 'react';
import { FormError } from '../forms/FormError.tsx';
import { useDeed } from '../forms/use-deed.ts';
import { usePage } from '../page/page.ts';
import { TopicField } from '../rooms/RoomFields.tsx';

export function EmptyRoom({ info }: EmptyRoomProps) {
  const place = useSelected(usePage().places.mine, (places) => places.get(info.id));
  const nameless = place?.kind === 'group' && place.manage && place.topic === '' && info.topic === undefined;
  return <Words info={info}>{nameless && <TopicForm room={info.id} />}</Words>;
}

function TopicForm({ room }: { room: string }) {
  const page = usePage();
  const [topic, setTopic] = useState('');
  const { busy, error, run } = useDeed('The topic could not be changed.');
  const words = topic.trim();
  return (
    <form
      className="first-step"
      onSubmit={(event) => {
        event.preventDefault();
        if (words !== '') run(() => page.places.change(room, { topic: words }));
      }}
    >
      <TopicField value={topic} onChange={setTopic} />
      <FormError error={error} />
      <Button type="submit" disabled={words === '' || busy}>
        Save
      </Button>
    </form>
  );
}
