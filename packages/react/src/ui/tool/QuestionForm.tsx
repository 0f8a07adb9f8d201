/** A form for what an agent wants to know: one field for each value, of the kind that the question says. */
import { useId, useMemo } from 'react';
import { type Field as FieldOf, fieldsOf } from './fields.ts';

interface QuestionFormProps {
  readonly id: string;
  /** JSON Schema of an object with flat fields. */
  readonly schema: unknown;
  readonly onAnswer: (answer: Readonly<Record<string, unknown>>) => void;
}

export function QuestionForm({ id, schema, onAnswer }: QuestionFormProps) {
  const fields = useMemo(() => fieldsOf(schema), [schema]);
  return (
    <form
      id={id}
      className="ap-ask-form"
      onSubmit={(event) => {
        event.preventDefault();
        onAnswer(answerOf(fields, new FormData(event.currentTarget)));
      }}
    >
      {fields.map((field) => (
        <Field key={field.name} field={field} />
      ))}
    </form>
  );
}

function Field({ field }: { field: FieldOf }) {
  const id = useId();
  const help = `${id}-help`;
  const common = {
    id,
    name: field.name,
    required: field.required && field.kind !== 'yes',
    ...(field.help === undefined ? {} : { 'aria-describedby': help }),
  };
  return (
    <div className="ap-ask-field" data-kind={field.kind}>
      <label htmlFor={id}>
        {field.label}
        {!field.required && field.kind !== 'yes' && <small> (optional)</small>}
      </label>
      {field.kind === 'choice' ? (
        <select {...common} defaultValue={field.initial ?? (field.required ? field.choices?.[0]?.value : '')}>
          {!field.required && <option value="">–</option>}
          {field.choices?.map(({ value, label }) => (
            <option key={value} value={value}>
              {label}
            </option>
          ))}
        </select>
      ) : field.kind === 'yes' ? (
        <input {...common} type="checkbox" defaultChecked={field.initial === 'true'} />
      ) : field.kind === 'text' ? (
        <input {...common} minLength={field.min} maxLength={field.max} defaultValue={field.initial} />
      ) : (
        <input
          {...common}
          type="number"
          step={field.kind === 'whole' ? 1 : 'any'}
          min={field.min}
          max={field.max}
          defaultValue={field.initial}
        />
      )}
      {field.help !== undefined && (
        <small id={help} className="ap-ask-help">
          {field.help}
        </small>
      )}
    </div>
  );
}

/** What was filled in, each as what it is; what was left empty is left out. */
function answerOf(fields: readonly FieldOf[], data: FormData): Readonly<Record<string, unknown>> {
  return Object.fromEntries(
    fields.flatMap(({ name, kind }): [string, unknown][] => {
      if (kind === 'yes') return [[name, data.has(name)]];
      const value = data.get(name);
      if (typeof value !== 'string' || value === '') return [];
      return [[name, kind === 'number' || kind === 'whole' ? Number(value) : value]];
    }),
  );
}
