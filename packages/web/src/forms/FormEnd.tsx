/** The end of a form on a sheet: what went wrong, the way back, and the verb. */
import { Button } from '@antiphon/react/ui/kit';
import { FormError } from './FormError.tsx';

interface FormEndProps {
  readonly verb: string;
  /** Whether there is something to do, and nothing under way. */
  readonly possible: boolean;
  readonly error: string | undefined;
  readonly onCancel: () => void;
}

export function FormEnd({ verb, possible, error, onCancel }: FormEndProps) {
  return (
    <>
      <FormError error={error} />
      <div className="ap-dialog-verbs">
        <Button look="quiet" onClick={onCancel}>
          Cancel
        </Button>
        <Button look="filled" type="submit" disabled={!possible}>
          {verb}
        </Button>
      </div>
    </>
  );
}
