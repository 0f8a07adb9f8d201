/** What went wrong, below the form or the verb that it went wrong with. */
export function FormError({ error }: { error: string | undefined }) {
  if (error === undefined) return null;
  return (
    <p className="ap-field-error" role="alert">
      {error}
    </p>
  );
}
