import type { EventQuantity, NfeEvent } from "../../nfe/note.ts";

/**
 * `cancelled`: the note, not in stock, is held for good. `held`: a person must see to the note, which waits or is in stock
 * already. `waiting`: the note is not here yet. `attached`: kept beside the note. `none`: it does not count, by what it says.
 */
export type KeptEffect = "cancelled" | "attached" | "held" | "waiting" | "none";

/** An event that is kept under a note's key, as far as a verdict asks. */
export interface KnownEvent {
  /** What it is withdrawn by. */
  readonly id: string;
  readonly type: string;
  readonly sequence: number;
  /** SHA-256 (hex) of what it says, and of its bytes. */
  readonly content: string;
  readonly sha256: string;
  readonly effect: KeptEffect;
  readonly at: string | null;
  readonly registeredAt: string | null;
  /** CNPJ or CPF; null: kept before it was asked. */
  readonly author: string | null;
  readonly protocol: string | null;
  readonly undoes: NfeEvent["undoes"];
  readonly quantities: readonly EventQuantity[];
  readonly withdrawn: boolean;
}
