import type { XmlReason } from "../failures.ts";

/** Why a text is not accepted as XML; `value`: the name, label or limit that the sentence names. */
export interface Reason {
  readonly why: XmlReason;
  readonly value?: string;
}

/** A reason and where: 1-based, in UTF-16 units. */
export interface XmlFlaw extends Reason {
  readonly line: number;
  readonly column: number;
}

/** Thrown inside the scanner only; parseXml turns it into the failure of its Result. */
export class Flaw extends Error {
  constructor(
    readonly why: XmlReason,
    readonly offset: number,
    readonly value?: string | number,
  ) {
    super(why);
  }
}

/** Turns an offset into a line and a column; computed only when a document is refused. */
export function located(flaw: Flaw, text: string): XmlFlaw {
  let line = 1;
  let start = 0;
  for (;;) {
    const end = text.indexOf("\n", start);
    if (end === -1 || end >= flaw.offset) break;
    line++;
    start = end + 1;
  }
  const { why, value } = flaw;
  const reason = value === undefined ? { why } : { why, value: String(value) };
  return { ...reason, line, column: flaw.offset - start + 1 };
}
