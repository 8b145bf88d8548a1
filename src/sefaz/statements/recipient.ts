import type { Settings } from "../../accounts/company.ts";
import { readingOf } from "../../ingest/judge/rejudge.ts";
import { findNote, originalOf } from "../../ingest/note/stored-note.ts";
import type { IngestFailure } from "../../ingest/verdict/failures.ts";
import { Failed } from "../../lib/result.ts";
import { keyParts } from "../../nfe/access-key.ts";
import { sameRoot } from "../../nfe/taxpayer.ts";
import type { Ports } from "../../ports/ports.ts";
import type { StatementFailure } from "./failures.ts";

const NFCE = "65";

/**
 * The CNPJ by which the company is the recipient of a note that is here or announced. Fails with `nfe.not_found`,
 * `original.missing`, `nfe.unreadable`, and with `sefaz.not_recipient` where it is not the recipient by a CNPJ of its own,
 * where it has issued the note itself, and for an NFC-e, which knows no statement.
 */
export async function recipientOf(
  ports: Pick<Ports, "reader" | "read" | "originals" | "documents">,
  settings: Settings,
  accessKey: string,
  signal?: AbortSignal,
): Promise<string> {
  const { company } = settings;
  const refused = () =>
    new Failed<StatementFailure>({ code: "sefaz.not_recipient", access_key: accessKey });
  if (keyParts(accessKey).mod === NFCE) throw refused();
  const note = await findNote(ports, company, accessKey, signal);
  if (note === null) {
    const announced = await announcedTo(ports, company, accessKey, signal);
    if (announced !== null) return announced;
    throw new Failed<IngestFailure>({ code: "nfe.not_found", access_key: accessKey });
  }
  const bytes = await originalOf(ports, company, note);
  const reading = await readingOf(ports, bytes, accessKey, signal);
  if (reading === null)
    throw new Failed<IngestFailure>({ code: "nfe.unreadable", access_key: accessKey });
  const cnpj = reading.note.dest?.cnpj ?? null;
  const { cnpjs } = settings;
  if (cnpj === null || cnpj === reading.note.emit.cnpj) throw refused();
  if (cnpjs.length > 0 && !cnpjs.some((own) => sameRoot(own, cnpj))) throw refused();
  return cnpj;
}

async function announcedTo(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  signal?: AbortSignal,
): Promise<string | null> {
  const [row] = await ports.reader.rows(
    {
      sql: "select cnpj from announced_notes where company = ?1 and access_key = ?2",
      args: [company, accessKey],
    },
    signal,
  );
  return row === undefined ? null : String(row.cnpj);
}
