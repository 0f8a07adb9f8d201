/** Things by id, with pictures of all of them that stay the same objects until something changes. */
export class Catalog<T> extends Map<string, T> {
  readonly #pictures = new Map<unknown, unknown>();

  override set(id: string, thing: T): this {
    this.changed();
    return super.set(id, thing);
  }

  override delete(id: string): boolean {
    this.changed();
    return super.delete(id);
  }

  override clear(): void {
    this.changed();
    super.clear();
  }

  /** Something changed beside the things themselves. */
  changed(): void {
    this.#pictures.clear();
  }

  /** What `draw` makes of all things, in the order in which they came. */
  picture<P>(draw: (things: T[]) => P): P {
    if (!this.#pictures.has(draw)) this.#pictures.set(draw, draw([...this.values()]));
    return this.#pictures.get(draw) as P;
  }
}
