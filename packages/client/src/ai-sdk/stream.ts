/** One answer as a stream of chunks, from what caused it to its end. Made as fast as it is read: who reads slowly gets more at once. */
import { ChatError } from '../errors.ts';
import type { Run } from '../model/agent.ts';
import type { Message } from '../model/message.ts';
import type { Room } from '../room/room.ts';
import type { Off } from '../store/listeners.ts';
import { clientOf } from './client-of.ts';
import { Shown } from './shown.ts';
import type { AiVersion, Chunk7, UIMessageLike } from './words.ts';

/** What the answer is to, or the run that gives it. */
export interface Cause {
  /** Key of the message, and what takes it back or stops what it caused. */
  readonly said?: { readonly key: string; cancel(): Promise<void> };
  readonly run?: Run;
  /** The page's copy of the answer, if it goes on with one. */
  readonly holds?: UIMessageLike;
  /** Aborted when somebody stops the answer. */
  readonly abortSignal?: AbortSignal | undefined;
}

/** How the stream ended is nobody's business here: whoever reads it is told. */
const ignore = (): void => undefined;

/** Streams one answer of a room. */
export class AnswerStream {
  readonly readable: ReadableStream<Chunk7>;
  /** Resolves when nothing more comes. */
  readonly ended: Promise<void>;
  readonly #room: Room;
  readonly #cause: Cause;
  readonly #shown: Shown;
  #controller!: ReadableStreamDefaultController<Chunk7>;
  #end!: () => void;
  #off: Off = ignore;
  #run: string | undefined;
  /** The server was asked which runs the message caused. */
  #asked = false;
  #over = false;
  #telling = false;

  constructor(room: Room, version: AiVersion, cause: Cause) {
    this.#room = room;
    this.#cause = cause;
    this.#run = cause.run?.id;
    this.#shown = new Shown(version);
    if (cause.holds) this.#shown.hold(cause.holds);
    this.ended = new Promise((resolve) => (this.#end = resolve));
    this.readable = new ReadableStream<Chunk7>({
      start: (controller) => {
        this.#controller = controller;
      },
      pull: () => this.#tell(),
      cancel: () => this.#stop(),
    });
    // Everything of a room may concern the answer; what it comes to is compared, not what changed.
    let publications = 0;
    this.#off = clientOf(room).subscribe(
      () => (publications += 1),
      () => this.#tell(),
    );
    cause.abortSignal?.addEventListener('abort', this.#aborted, { once: true });
    if (cause.abortSignal?.aborted) this.#aborted();
  }

  /** Somebody stops the answer: the run, or what has not become one yet. */
  readonly #aborted = (): void => {
    const run = this.#run === undefined ? undefined : this.#room.getRun(this.#run);
    // That it is over by now is no reason to complain.
    void (run ? run.cancel() : this.#cause.said?.cancel())?.catch(ignore);
    this.#close();
  };

  #tell(): void {
    // Each chunk that is handed over asks for the next one, in the middle of it.
    if (this.#over || this.#telling || (this.#controller.desiredSize ?? 0) <= 0) return;
    this.#telling = true;
    this.#tellMore();
    this.#telling = false;
  }

  #tellMore(): void {
    const { state, error } = this.#room;
    if (state === 'denied' || state === 'left')
      return this.#fail(error ?? new ChatError('closed', 'the room was left'));
    const run = this.#find();
    if (!run) return;
    const { approvals } = this.#room;
    const chunks = this.#shown.tell({
      room: this.#room.id,
      run,
      message: this.#answer(run),
      approvals: approvals.all.filter((approval) => approval.run === run.id),
    });
    for (const chunk of chunks) this.#controller.enqueue(chunk);
    if (this.#shown.over) this.#close();
  }

  /** The run, once it is known. */
  #find(): Run | undefined {
    if (this.#run !== undefined) return this.#room.getRun(this.#run) ?? this.#cause.run;
    const key = this.#cause.said?.key ?? '';
    const message = this.#room.getMessage(key);
    if (!message) {
      // It was taken back.
      this.#close();
      return undefined;
    }
    if (message.delivery === 'failed') {
      this.#fail(message.error ?? new ChatError('internal', 'the message could not be delivered'));
      return undefined;
    }
    const run = this.#room.runs.find(({ trigger }) => trigger === message.id);
    if (run) this.#run = run.id;
    else if (message.seq !== undefined && !this.#asked) this.#ask(message.id, message.seq);
    return run;
  }

  /**
   * Nobody is at work on the message: its run has not been heard of, is over already, or there is none. The log knows: what a
   * message causes stands right behind it.
   */
  #ask(trigger: string, after: number): void {
    this.#asked = true;
    const request = { type: 'history' as const, room: this.#room.id, after, limit: 1 };
    clientOf(this.#room)
      .ask<'history'>(request)
      .then(
        ({ entries: [next] }) => {
          if (next?.type !== 'run_changed' || next.trigger !== trigger) return this.#close();
          this.#run = next.run;
          this.#tell();
        },
        (cause: unknown) => this.#fail(cause),
      );
  }

  #answer(run: Run): Message | undefined {
    if (run.answer !== undefined) return this.#room.getMessage(run.answer);
    const key = this.#room.keys.findLast((one) => this.#room.getMessage(one)?.run === run.id);
    return key === undefined ? undefined : this.#room.getMessage(key);
  }

  #close(): void {
    if (this.#over) return;
    this.#stop();
    this.#controller.close();
  }

  #fail(cause: unknown): void {
    if (this.#over) return;
    this.#stop();
    this.#controller.error(cause);
  }

  #stop(): void {
    this.#over = true;
    this.#off();
    this.#cause.abortSignal?.removeEventListener('abort', this.#aborted);
    this.#end();
  }
}
