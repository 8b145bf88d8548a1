import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { situationSql } from "./announced-situation.ts";

/** A note that is known by its summary alone; `valueE2` in 1/100. */
export interface AnnouncedNote {
  readonly accessKey: string;
  readonly cnpj: string;
  readonly nsu: number;
  readonly issuer: string;
  readonly issuerName: string;
  readonly issuedAt: string;
  readonly issuedMs: number;
  readonly valueE2: number;
  /** tpNF: 0 entry, 1 exit, as the issuer sees it. */
  readonly tpNf: string;
  /** cSitNFe: 1 authorised, 2 denied, 3 cancelled, also by an event that came later. */
  readonly cSit: string;
  readonly announcedAt: number;
  /** The full note is asked for by its key, and waits for the hour's allowance. */
  readonly isAsked: boolean;
}

/** The notes after one in the order of the list, newest issue first; null: from the newest on. */
export interface AnnouncedPage {
  readonly limit: number;
  readonly after: { readonly issuedMs: number; readonly accessKey: string } | null;
}

/** A note that is here by any way, also by an upload, is announced no more. */
const NOT_HERE =
  "not exists (select 1 from notes n where n.company = a.company and n.access_key = a.access_key)";

/** The announced notes of a company whose note is not here. */
export async function announcedNotes(
  ports: Pick<Ports, "reader">,
  company: number,
  { limit, after }: AnnouncedPage,
  signal?: AbortSignal,
): Promise<AnnouncedNote[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select a.access_key, a.cnpj, a.nsu, a.issuer, a.issuer_name, a.issued_at, a.issued_ms, a.value_e2, a.tp_nf, ${situationSql("a")} as c_sit,
          a.announced_at, exists (select 1 from sefaz_asks s where s.company = ?1 and s.cnpj = a.cnpj
            and s.environment in ('1', '2') and s.kind = 'key' and s.subject = a.access_key and s.state = 'waiting') as asked
        from announced_notes a indexed by announced_notes_open
        where a.company = ?1 and a.completed_at is null and (a.issued_ms, a.access_key) < (?2, ?3) and ${NOT_HERE}
        order by a.issued_ms desc, a.access_key desc limit ?4`,
      args: [company, after?.issuedMs ?? Number.MAX_SAFE_INTEGER, after?.accessKey ?? "", limit],
    },
    signal,
  );
  return rows.map(announcedFrom);
}

const announcedFrom = (row: Row): AnnouncedNote => ({
  accessKey: String(row.access_key),
  cnpj: String(row.cnpj),
  nsu: Number(row.nsu),
  issuer: String(row.issuer),
  issuerName: String(row.issuer_name),
  issuedAt: String(row.issued_at),
  issuedMs: Number(row.issued_ms),
  valueE2: Number(row.value_e2),
  tpNf: String(row.tp_nf),
  cSit: String(row.c_sit),
  announcedAt: Number(row.announced_at),
  isAsked: Number(row.asked) === 1,
});

/** Announced notes of one run; the next run takes the others. */
const SLICE = 500;

/** Marks the announced notes whose note has come, so that lists do not read them any more; returns how many. */
export function completeAnnounced(
  ports: Pick<Ports, "writer" | "clock">,
  company: number,
): Promise<number> {
  return ports.writer.commit({
    statements: [
      {
        sql: `update announced_notes set completed_at = ?2 where company = ?1 and access_key in (
            select a.access_key from announced_notes a indexed by announced_notes_open
            join notes n on n.company = a.company and n.access_key = a.access_key
            where a.company = ?1 and a.completed_at is null limit ${SLICE}) returning 1`,
        args: [company, ports.clock.now()],
      },
    ],
    read: ([rows]) => rows?.length ?? 0,
  });
}
