/** The address of a room that somebody sent, to be pasted. */
import { Button } from '@antiphon/react/ui/kit';
import { useState } from 'react';
import { FormError } from '../forms/FormError.tsx';
import { openRoom, roomOf } from './route.ts';

export function Invitation() {
  const [address, setAddress] = useState('');
  const [error, setError] = useState<string>();
  return (
    <form
      className="first-step"
      onSubmit={(event) => {
        event.preventDefault();
        const room = roomOf(address);
        if (room === null) setError('This is not the address of a room here.');
        else openRoom(room);
      }}
    >
      <label className="ap-field">
        Invitation
        <input
          value={address}
          placeholder={`${location.origin}/r/…`}
          inputMode="url"
          autoComplete="off"
          onChange={({ target }) => {
            setAddress(target.value);
            setError(undefined);
          }}
        />
      </label>
      <FormError error={error} />
      <Button type="submit" disabled={address.trim() === ''}>
        Open
      </Button>
    </form>
  );
}
