import type { EventQuantity, NfeEvent } from "../../nfe/note.ts";

/**
 * `cancelled`: the note is void; what it had moved is taken back. `held`: a user must check the note, which waits or is in stock
 * already. `waiting`: the note is not registered yet. `attached`: stored with the note. `none`: its content has no effect.
 */
export type StoredEventEffect = "cancelled" | "attached" | "held" | "waiting" | "none";

/** An event stored under the key of a note, as far as a verdict needs it. */
export interface KnownEvent {
  /** The id by which it is withdrawn. */
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  /** SHA-256 (hex) of its content, and of its bytes. */
  readonly content: string;
  readonly sha256: string;
  readonly effect: StoredEventEffect;
  readonly at: string | null;
  readonly registeredAt: string | null;
  /** CNPJ or CPF; null: stored before authors were recorded. */
  readonly author: string | null;
  readonly protocol: string | null;
  readonly undoes: NfeEvent["undoes"];
  readonly quantities: readonly EventQuantity[];
  readonly withdrawn: boolean;
}
