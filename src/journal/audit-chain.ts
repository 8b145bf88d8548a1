import { sha256 } from "../lib/hash.ts";
import type { Row } from "../ports/sql.ts";

/** What the hash of an audit line covers, beside its company and place; as the table has it. */
export const CHAINED =
  "at, user_id, key_id, action, entity, entity_id, detail, request_id, peer" as const;

/** The hash before the first line of a company. */
export const NO_HASH = "0".repeat(64);

/**
 * The text of a line that its hash covers: a JSON array of company, seq, at (ms UTC), user_id, key_id, action, entity, entity_id,
 * detail (the stored text), request_id, peer. The id of the row is not in it: it is another in a copy of the company.
 */
export const canonicalLine = (company: number, seq: number, line: Row): string =>
  JSON.stringify([
    company,
    seq,
    line.at ?? null,
    line.user_id ?? null,
    line.key_id ?? null,
    line.action ?? null,
    line.entity ?? null,
    line.entity_id ?? null,
    line.detail ?? null,
    line.request_id ?? null,
    line.peer ?? null,
  ]);

/** The hash of a line: SHA-256 of the hash before it, a line break and its canonical text, in UTF-8; 64 hexadecimal digits. */
export const chainHash = (before: string, canonical: string): Promise<string> =>
  sha256(`${before}\n${canonical}`);
