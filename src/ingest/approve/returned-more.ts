import { NOTE_SENTENCES } from "../../messages/pt-BR/documents/note-sentences.ts";
import type { Statement } from "../../ports/sql.ts";
import type { Posting } from "../../stock/posting/posting.ts";
import { POSTING_GUARD } from "../note/registration-sql.ts";
import type { Finding } from "../note/written-verdict.ts";

const CODE = "returned_more";
/** Most products that it names. */
const NAMED = 10;

/** The finding of a return that brings more than was still out; none where no product is named. */
export const returnedMore = (products: readonly string[]): Finding[] =>
  products.length === 0
    ? []
    : [
        {
          code: CODE,
          severity: "warning",
          path: null,
          message: NOTE_SENTENCES.returnedMore(products.slice(0, NAMED).join(", ")),
        },
      ];

/** Writes the finding on the posted note, in place of one of an earlier approval. For the batch of its posting. */
export const saveReturnedMore = (
  { company, id, reference }: Pick<Posting, "company" | "id" | "reference">,
  products: readonly string[],
): Statement[] =>
  returnedMore(products).map((finding) => ({
    sql: `update notes set findings = (select json_group_array(json(value)) from (
        select value from json_each(findings) where value ->> 'code' <> '${CODE}' union all select json(?4)))
      where company = ?1 and access_key = ?3 and exists (${POSTING_GUARD})`,
    args: [company, id, reference, JSON.stringify(finding)],
  }));
