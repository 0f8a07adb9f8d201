/** A file as a chip with its name and size. */
import { File } from 'lucide-react';
import { bytes } from '../words/text.ts';
import type { FilePart } from '../view/model.ts';

export function FileChip({ part }: { part: FilePart }) {
  const content = (
    <>
      <File aria-hidden="true" />
      <span>{part.name}</span>
      <small>{bytes(part.size)}</small>
    </>
  );
  return part.url ? (
    <a className="ap-file-chip" href={part.url} download={part.name} rel="noopener noreferrer">
      {content}
    </a>
  ) : (
    <span className="ap-file-chip">{content}</span>
  );
}
