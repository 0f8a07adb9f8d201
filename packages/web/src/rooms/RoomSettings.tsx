/** A room as it is: what it is called and for, who may come in, its address, and the way out. */
import { useState } from 'react';
import { Button, Dialog } from '@antiphon/react/ui/kit';
import { FormEnd } from '../forms/FormEnd.tsx';
import { FormError } from '../forms/FormError.tsx';
import { useDeed } from '../forms/use-deed.ts';
import { type PlaceView, usePage } from '../page/page.ts';
import { AddressField } from './AddressField.tsx';
import { Pinned } from './Pinned.tsx';
import { NameField, OpenField, TopicField } from './RoomFields.tsx';

interface RoomSettingsProps {
  readonly place: PlaceView;
  readonly onClose: () => void;
  readonly onLeft: () => void;
  readonly onOpen: (roomId: string, key: string) => void;
}

export function RoomSettings({ place, onClose, onLeft, onOpen }: RoomSettingsProps) {
  return (
    <Dialog label={`About ${place.name}`} onClose={onClose}>
      <div className="ap-dialog-body">
        {place.manage ? (
          <Change place={place} onClose={onClose} />
        ) : (
          <About place={place} onClose={onClose} />
        )}
        <Pinned
          room={place.id}
          onOpen={(room, key) => {
            onClose();
            onOpen(room, key);
          }}
        />
        {!place.home && <Leave place={place} onLeft={onLeft} />}
        {!place.home && place.owned && <Delete place={place} onLeft={onLeft} />}
      </div>
    </Dialog>
  );
}

function Change({ place, onClose }: Pick<RoomSettingsProps, 'place' | 'onClose'>) {
  const page = usePage();
  const [name, setName] = useState(place.name);
  const [topic, setTopic] = useState(place.topic);
  const [open, setOpen] = useState(place.open);
  const { busy, error, run } = useDeed('The room could not be changed.');
  const change = {
    ...(name.trim() === place.name ? {} : { name: name.trim() }),
    ...(topic.trim() === place.topic ? {} : { topic: topic.trim() }),
    ...(open === place.open ? {} : { open }),
  };
  const possible = name.trim() !== '' && Object.keys(change).length > 0 && !busy;
  return (
    <form
      className="room-form"
      onSubmit={(event) => {
        event.preventDefault();
        if (possible) run(() => page.places.change(place.id, change).then(onClose));
      }}
    >
      <h2>About this room</h2>
      <NameField value={name} onChange={setName} />
      <TopicField value={topic} onChange={setTopic} />
      <OpenField open={open} onChange={setOpen} />
      <AddressField place={{ ...place, open }} />
      <FormEnd verb="Save" possible={possible} error={error} onCancel={onClose} />
    </form>
  );
}

function About({ place, onClose }: Pick<RoomSettingsProps, 'place' | 'onClose'>) {
  return (
    <div className="room-form">
      <h2>{place.name}</h2>
      {place.topic !== '' && <p>{place.topic}</p>}
      <AddressField place={place} />
      <div className="ap-dialog-verbs">
        <Button onClick={onClose}>Close</Button>
      </div>
    </div>
  );
}

/** Brings it into view and has it read out. Its button gets no focus: nobody leaves by pressing a key twice. */
function focus(element: HTMLElement | null): void {
  element?.focus();
}

interface WayOutProps {
  /** What is offered, and the button that does it. */
  readonly offer: string;
  readonly verb: string;
  /** What comes of it. */
  readonly consequence: string;
  readonly failure: string;
  readonly deed: () => Promise<void>;
}

/** Asked twice: none of this is undone by a second click. */
function WayOut({ offer, verb, consequence, failure, deed }: WayOutProps) {
  const [sure, setSure] = useState(false);
  const { busy, error, run } = useDeed(failure);
  return (
    <div className="room-leave" tabIndex={-1} ref={sure ? focus : undefined}>
      {sure ? (
        <>
          <p>{consequence}</p>
          <Button look="danger" disabled={busy} onClick={() => run(deed)}>
            {verb}
          </Button>
        </>
      ) : (
        <Button look="quiet" onClick={() => setSure(true)}>
          {offer}
        </Button>
      )}
      <FormError error={error} />
    </div>
  );
}

function Leave({ place, onLeft }: Pick<RoomSettingsProps, 'place' | 'onLeft'>) {
  const page = usePage();
  return (
    <WayOut
      offer="Leave this room"
      verb={`Leave ${place.name}`}
      consequence={
        place.open ? 'You can come back whenever you like.' : 'You come back only if somebody invites you.'
      }
      failure="The room could not be left."
      deed={() => page.places.leave(place.id).then(onLeft)}
    />
  );
}

function Delete({ place, onLeft }: Pick<RoomSettingsProps, 'place' | 'onLeft'>) {
  const page = usePage();
  return (
    <WayOut
      offer="Delete this room"
      verb={`Delete ${place.name}`}
      consequence="All that was said in it goes, for everyone, for ever."
      failure="The room could not be deleted."
      deed={() => page.places.delete(place.id).then(onLeft)}
    />
  );
}
