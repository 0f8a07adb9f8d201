/** A small sign of a state. It always stands beside a word, never alone. */

export type DotLook = 'moss' | 'saffron' | 'brick' | 'hollow' | 'ring' | 'grey';

export function Dot({ look }: { look: DotLook }) {
  return <span className="ap-dot" data-look={look} aria-hidden="true" />;
}
