/** Questions to people: asked until they are heard, and answered once. */
import type { Desk } from './desk.ts';
import { mintId } from './environment.ts';
import type { Ask, Asked, Decided } from './generated/protocol.ts';
import type { Decision, Json, Role, Scope } from './words.ts';

/** Time enough for somebody to look. */
const WITHIN_MS = 300_000;

/** What to ask. With `schema` it is a question, without one a permission. */
export interface AskOptions {
  /** What to decide, in a sentence. */
  prompt: string;
  /** JSON Schema of the answer: an object with flat fields. */
  schema?: Json;
  /** Who may answer beside whoever caused the run: members with at least this role; `admin` if left out, null for nobody. */
  role?: Role | null;
  /** For how long an approval may be made to hold; this time if left out. */
  scopes?: Scope[];
  /** What is taken to be the answer when nobody gives one; `deny` if left out. */
  otherwise?: 'approve' | 'deny';
  /** How long people have; five minutes if left out. */
  withinMs?: number;
  /** Whether whoever approves a tool call may change its arguments. */
  editable?: boolean;
}

/** The tool call that a question is about. */
export interface Subject {
  tool_call: string;
  tool: string;
  arguments: Json;
}

interface Open {
  request: { approval: string; ask: Ask; within_ms: number };
  resolve(decision: Decision): void;
}

/** The questions of one run. */
export class Questions {
  readonly #desk: Desk;
  /** Whoever caused the run. */
  readonly #asker: string;
  readonly #open = new Map<string, Open>();

  constructor(desk: Desk, asker: string) {
    this.#desk = desk;
    this.#asker = asker;
  }

  /** Asks, and waits for the answer. Throws when the run is over first. */
  async ask(options: AskOptions, subject?: Subject): Promise<Decision> {
    const approval = mintId();
    const request = { approval, ask: this.#ask(options, subject), within_ms: options.withinMs ?? WITHIN_MS };
    let over = (): void => undefined;
    const decision = new Promise<Decision>((resolve, reject) => {
      this.#open.set(approval, { request, resolve });
      over = () => reject(this.#desk.over.reason as Error);
    });
    this.#desk.over.addEventListener('abort', over, { once: true });
    try {
      this.#desk.over.throwIfAborted();
      await Promise.race([this.#put(approval), decision]);
      return await decision;
    } finally {
      this.#open.delete(approval);
      this.#desk.over.removeEventListener('abort', over);
    }
  }

  /** After a cut: what was decided meanwhile is in the answer to the same question. */
  reconnected(): void {
    for (const approval of this.#open.keys()) this.#put(approval).catch(() => undefined);
  }

  /** People have decided. */
  decided({ approval, decision }: Pick<Decided, 'approval' | 'decision'>): void {
    this.#open.get(approval)?.resolve(decision);
  }

  async #put(approval: string): Promise<void> {
    const open = this.#open.get(approval);
    if (open === undefined) return;
    const { decision }: Asked = await this.#desk.insist('request_approval', open.request);
    if (decision !== undefined) open.resolve(decision);
  }

  #ask({ prompt, schema, role = 'admin', scopes = ['once'], ...rest }: AskOptions, subject?: Subject): Ask {
    return {
      kind: schema === undefined ? 'permission' : 'question',
      prompt,
      ...subject,
      ...(schema === undefined ? {} : { schema }),
      eligible: { ...(role === null ? {} : { role }), users: [this.#asker] },
      scopes,
      default: rest.otherwise ?? 'deny',
      editable: rest.editable ?? false,
    };
  }
}
