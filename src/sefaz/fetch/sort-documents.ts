import type { DistributionAnswer } from "../wire/distribution.ts";
import { type ResEvento, type ResNFe, readSummary } from "./summaries.ts";

/** A document that is to become a line of a job. */
export interface WholeDocument {
  readonly nsu: number | null;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** A document that cannot be taken now. `reason`: `schema` is unknown, `summary` is not as it must be, or why its docZip is damaged. */
export interface DocumentToPark {
  /** Null: its docZip names none. */
  readonly nsu: number | null;
  readonly schema: string;
  readonly reason: string;
  /** Of a damaged docZip what it has, at most so much of it as is kept. */
  readonly bytes: Uint8Array<ArrayBuffer>;
}

/** The documents of an answer by what is done with them, in the order of the answer. */
export interface Sorted {
  readonly documents: readonly WholeDocument[];
  readonly notes: readonly (ResNFe & { readonly nsu: number })[];
  readonly events: readonly (ResEvento & { readonly nsu: number })[];
  readonly parked: readonly DocumentToPark[];
}

const WHOLE = /^(?:procNFe|procEventoNFe)_/;
const SUMMARY = /^(?:resNFe|resEvento)_/;

/** An NSU of a summary whose docZip names none. */
const NO_NSU = 0;

/** Sorts documents by the names of their schemas, whatever the version. Pure; nothing is left out. */
export function sortDocuments(answer: Pick<DistributionAnswer, "documents" | "unopened">): Sorted {
  const documents: WholeDocument[] = [];
  const notes: (ResNFe & { nsu: number })[] = [];
  const events: (ResEvento & { nsu: number })[] = [];
  const parked: DocumentToPark[] = answer.unopened.map(({ nsu, schema, why, packed }) => ({
    nsu,
    schema,
    reason: why,
    bytes: packed,
  }));
  for (const { nsu: given, schema, bytes } of answer.documents) {
    const nsu = given ?? NO_NSU;
    if (WHOLE.test(schema)) documents.push({ nsu: given, bytes });
    else if (!SUMMARY.test(schema)) parked.push({ nsu: given, schema, reason: "schema", bytes });
    else {
      const summary = readSummary(bytes);
      if (summary === null) parked.push({ nsu: given, schema, reason: "summary", bytes });
      else if (summary.kind === "note") notes.push({ ...summary, nsu });
      else events.push({ ...summary, nsu });
    }
  }
  return { documents, notes, events, parked };
}
