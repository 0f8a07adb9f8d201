/**
 * What we use of `@assistant-ui/react`, by its shape: the package is the application's, not ours. The tests of the bridge are
 * compiled against the package itself.
 */
declare module '@assistant-ui/react' {
  /** What drives the components of assistant-ui. */
  export interface AssistantRuntime {
    readonly thread: object;
  }

  /** What the person wrote. */
  export interface AppendMessage {
    readonly content: readonly { readonly type: string; readonly text?: string }[];
    /** The message that was edited. */
    readonly sourceId: string | null;
  }

  /** A message as it is shown. */
  export interface ThreadMessageLike {
    readonly role: 'assistant' | 'user' | 'system';
    readonly content: readonly object[];
    readonly id?: string | undefined;
    readonly createdAt?: Date | undefined;
    readonly status?: object | undefined;
    readonly metadata?: { readonly custom?: Record<string, unknown> | undefined } | undefined;
  }

  /** Where messages come from, and what people may do with them. */
  export interface ExternalStoreAdapter<T> {
    readonly messages: readonly T[];
    readonly convertMessage: (message: T) => ThreadMessageLike;
    readonly isRunning: boolean;
    readonly isLoading: boolean;
    readonly isDisabled: boolean;
    readonly hasEarlier: boolean;
    readonly onLoadEarlier: () => Promise<void>;
    readonly onNew: (message: AppendMessage) => Promise<void>;
    readonly onEdit: (message: AppendMessage) => Promise<void>;
    readonly onReload: (parentId: string | null) => Promise<void>;
    readonly onCancel: () => Promise<void>;
    readonly onRespondToToolApproval: (answer: {
      readonly approvalId: string;
      readonly approved: boolean;
      readonly optionId?: string;
      readonly reason?: string;
    }) => Promise<void>;
    readonly adapters?: { readonly threadList?: object | undefined } | undefined;
  }

  export function useExternalStoreRuntime<T>(store: ExternalStoreAdapter<T>): AssistantRuntime;
}
