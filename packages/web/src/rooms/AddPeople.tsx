/** Asking people and agents into a room: those whom one knows, or anyone by the room's address. */
import { useEffect, useState } from 'react';
import { Dialog, type UserView } from '@antiphon/react/ui/kit';
import { FormEnd } from '../forms/FormEnd.tsx';
import { useDeed } from '../forms/use-deed.ts';
import { type PlaceView, usePage } from '../page/page.ts';
import { AddressField } from './AddressField.tsx';
import { UserChoice } from './UserChoice.tsx';

const NOBODY: ReadonlySet<string> = new Set();

export function AddPeople({ place, onClose }: { place: PlaceView; onClose: () => void }) {
  const page = usePage();
  const [known, setKnown] = useState<readonly UserView[] | undefined>();
  const [chosen, setChosen] = useState(NOBODY);
  const { busy, error, run } = useDeed('The invitation did not arrive.');
  useEffect(() => {
    page.places.acquaintances(place.id).then(setKnown, () => setKnown([]));
  }, [page, place.id]);
  const add = (): void =>
    run(async () => {
      await page.places.invite(place.id, [...chosen]);
      onClose();
    });
  return (
    <Dialog label={`Add people to ${place.name}`} onClose={onClose}>
      <form
        className="ap-dialog-body"
        onSubmit={(event) => {
          event.preventDefault();
          if (chosen.size > 0) add();
        }}
      >
        <h2>Add people</h2>
        {known === undefined ? (
          <p role="status">Looking for people you know</p>
        ) : known.length === 0 ? (
          <p role="status">Everyone you know is here already.</p>
        ) : (
          <UserChoice
            legend={`Who comes into ${place.name}`}
            users={known}
            chosen={chosen}
            onChange={setChosen}
          />
        )}
        <AddressField place={place} />
        <FormEnd verb="Add" possible={chosen.size > 0 && !busy} error={error} onCancel={onClose} />
      </form>
    </Dialog>
  );
}
