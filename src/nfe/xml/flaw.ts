/** Why a text is not accepted as XML, and where: 1-based, in UTF-16 units. `why` is Portuguese. */
export interface XmlFlaw {
  readonly why: string;
  readonly line: number;
  readonly column: number;
}

/** Thrown inside the scanner only; parseXml turns it into the failure of its Result. */
export class Flaw extends Error {
  constructor(
    readonly why: string,
    readonly offset: number,
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
  return { why: flaw.why, line, column: flaw.offset - start + 1 };
}
