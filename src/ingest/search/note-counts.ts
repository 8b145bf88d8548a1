import type { Ports } from "../../ports/ports.ts";

/** Of each kind at most so many notes are counted. */
export const MOST_COUNTED = 10_000;

/** How many notes of a company stand where; each count ends at MOST_COUNTED. */
export interface NoteCounts {
  /** Waiting, without a hold. */
  readonly ready: number;
  /** Waiting, with one. */
  readonly held: number;
  readonly processed: number;
  readonly reversed: number;
  readonly cancelled: number;
  readonly discarded: number;
}

/** SQL: waiting notes of a company with a hold, and without; `company` is an expression, `most` a parameter, `and` a condition more. */
export const heldNotes = (company: string, most: string, and = ""): string =>
  `(select count(*) from (select 1 from notes indexed by notes_held where company = ${company}
    and status = 'PENDENTE' and holds <> '[]' and held_reported in (0, 1) ${and} limit ${most}))`;
export const readyNotes = (company: string, most: string): string =>
  `(select count(*) from (select 1 from notes indexed by notes_by_status where company = ${company}
    and status = 'PENDENTE' and holds = '[]' limit ${most}))`;

const withStatus = (status: string): string =>
  `(select count(*) from (select 1 from notes indexed by notes_by_status where company = ?1
    and status = '${status}' limit ?2))`;

/** Counts the notes of a company in one statement, each kind by an index. */
export async function noteCounts(
  { reader }: Pick<Ports, "reader">,
  company: number,
  signal?: AbortSignal,
): Promise<NoteCounts> {
  const [row] = await reader.rows(
    {
      sql: `select ${readyNotes("?1", "?2")} as ready, ${heldNotes("?1", "?2")} as held,
        ${withStatus("PROCESSADA")} as processed, ${withStatus("ESTORNADA")} as reversed,
        ${withStatus("CANCELADA")} as cancelled, ${withStatus("DESCARTADA")} as discarded`,
      args: [company, MOST_COUNTED],
    },
    signal,
  );
  return {
    ready: Number(row?.ready),
    held: Number(row?.held),
    processed: Number(row?.processed),
    reversed: Number(row?.reversed),
    cancelled: Number(row?.cancelled),
    discarded: Number(row?.discarded),
  };
}
