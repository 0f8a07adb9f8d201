/** The address of a room, to be given to others. */
import { useState } from 'react';
import { Button, copyText } from '@antiphon/react/ui/kit';
import { addressOf } from '../app/route.ts';
import type { PlaceView } from '../page/page.ts';

export function AddressField({ place }: { place: PlaceView }) {
  const [copied, setCopied] = useState(false);
  const address = addressOf(place.id);
  return (
    <label className="ap-field">
      Address
      <span className="address">
        <input value={address} readOnly onFocus={({ target }) => target.select()} />
        <Button onClick={() => void copyText(address).then(setCopied)}>{copied ? 'Copied' : 'Copy'}</Button>
      </span>
      <small>
        {place.open
          ? 'Whoever has it and is on this server may come in.'
          : 'It opens only for those who are in the room.'}
      </small>
    </label>
  );
}
