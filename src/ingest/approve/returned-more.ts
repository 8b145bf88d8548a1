import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Statement } from "../../ports/sql.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import type { Finding } from "../note/written-verdict.ts";

export const RETURNED_MORE = "returned_more";
/** Most products that it names. */
const NAMED = 10;

/** The finding of a return that brings more than was still out; none where no product is named. */
export const returnedMore = (products: readonly string[]): Finding[] =>
  products.length === 0
    ? []
    : [
        {
          code: RETURNED_MORE,
          severity: "warning",
          path: null,
          message: NOTE_SENTENCES.returnedMore(products.slice(0, NAMED).join(", ")),
        },
      ];

/** Writes the finding on the posted note. For the batch of its posting. */
export const saveReturnedMore = (
  { company, id, reference }: Pick<Posting, "company" | "id" | "reference">,
  products: readonly string[],
): Statement[] =>
  returnedMore(products).map((finding) => ({
    sql: `update notes set findings = json_insert(findings, '$[#]', json(?4))
      where company = ?1 and access_key = ?3 and posting = ?2`,
    args: [company, id, reference, JSON.stringify(finding)],
  }));
