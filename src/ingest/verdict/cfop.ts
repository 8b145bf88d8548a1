import { CFOP_GROUPS, type Kind } from "./cfop-table.ts";

/** What an operation code says. */
export interface Cfop {
  /** What the goods are to who issues the note, and to who receives it. */
  readonly issuer: Kind;
  readonly recipient: Kind;
  /** Null: the code is in no list that we know. */
  readonly group: string | null;
  /** For people, in Portuguese. */
  readonly says: string;
  /** As the emitter sees it, by the first digit (1, 2, 3 entry; 5, 6, 7 exit). */
  readonly direction: "entry" | "exit";
}

const directionOf = (code: string): Cfop["direction"] => (code < "4" ? "entry" : "exit");

const BY_CODE = new Map<string, Cfop>(
  CFOP_GROUPS.flatMap(({ group, effect, recipient = effect, says, codes }) =>
    Object.entries(codes).flatMap(([digits, suffixes]) =>
      [...digits].flatMap((digit) =>
        suffixes.split(" ").map((suffix): [string, Cfop] => {
          const code = digit + suffix;
          return [code, { issuer: effect, recipient, group, says, direction: directionOf(code) }];
        }),
      ),
    ),
  ),
);

/**
 * Looks up an operation code (`det/prod/CFOP`, four digits). A code that no list holds asks: a new technical note may have
 * made it yesterday, and a guess would move stock.
 */
export function cfopOf(code: string): Cfop {
  return (
    BY_CODE.get(code) ?? {
      issuer: "ask",
      recipient: "ask",
      group: null,
      says: "código que não está na tabela",
      direction: directionOf(code),
    }
  );
}

/** Every code that the table holds. */
export const knownCfops: readonly string[] = [...BY_CODE.keys()];
