import { CFOP_GROUPS, type CfopGroup, type CfopGroupName, type Kind } from "./cfop-table.ts";

/** What an operation code means. */
export interface Cfop {
  /** What the item does to the stock of the issuer of the note, and of its recipient. */
  readonly issuer: Kind;
  readonly recipient: Kind;
  /** Null: the code is in no list. */
  readonly group: CfopGroupName | null;
  /** As the emitter sees it, by the first digit (1, 2, 3 entry; 5, 6, 7 exit). */
  readonly direction: "entry" | "exit";
}

const directionOf = (code: string): Cfop["direction"] => (code < "4" ? "entry" : "exit");

const TABLE: readonly (CfopGroup & { readonly group: CfopGroupName })[] = CFOP_GROUPS;

const BY_CODE = new Map<string, Cfop>(
  TABLE.flatMap(({ group, effect, recipient = effect, codes }) =>
    Object.entries(codes).flatMap(([digits, suffixes]) =>
      [...digits].flatMap((digit) =>
        suffixes.split(" ").map((suffix): [string, Cfop] => {
          const code = digit + suffix;
          return [code, { issuer: effect, recipient, group, direction: directionOf(code) }];
        }),
      ),
    ),
  ),
);

/**
 * Looks up an operation code (`det/prod/CFOP`, four digits). A code in no list asks: a recent technical note may have added
 * it, and a guess would move stock.
 */
export function cfopOf(code: string): Cfop {
  return (
    BY_CODE.get(code) ?? {
      issuer: "ask",
      recipient: "ask",
      group: null,
      direction: directionOf(code),
    }
  );
}

/** Every code in the table. */
export const knownCfops: readonly string[] = [...BY_CODE.keys()];
