import type { NoteStatus } from "../../lib/note-status.ts";
import { Failed } from "../../lib/result.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import { issueYear } from "../cost/item-cost.ts";
import { costFrom } from "../cost/stored-cost.ts";
import type { Hold, IngestFailure } from "../verdict/failures.ts";
import type { Effect } from "../verdict/verdict.ts";
import type { StockItem } from "./lines.ts";
import { noteItems, notes } from "./tables.ts";

const NOTE = columnsOf(notes, "n", [
  "id",
  "accessKey",
  "sha256",
  "status",
  "direction",
  "issuedByUs",
  "number",
  "supplierId",
  "supplierName",
  "issuedAt",
  "issuedMs",
  "posting",
  "hasProtocol",
  "totalItems",
  "totalValue_e2",
  "taxProfile",
  "holds",
  "findings",
  "settingsVersion",
  "verdictVersion",
  "rulesVersion",
  "rules",
  "referenced",
]);

/** What a flow needs of a registered note. `rulesVersion` is the RULES_VERSION of its verdict; 0: older than versions. */
export type StoredNote = Readonly<ReturnType<typeof NOTE.read>>;

/** A note that waits, or whose movements were taken back. */
export const mayBeApproved = ({ status }: Pick<StoredNote, "status">): boolean =>
  status === "PENDENTE" || status === "ESTORNADA";

/** Whether these holds say that the note is cancelled: no user may lift that one, and the note is void. */
export const isCancelled = (holds: readonly Pick<Hold, "code">[]): boolean =>
  holds.some(({ code }) => code === "cancelled");

/** The status of a note that is not in stock, under new holds; `statusUnder` (rejudge.ts) says the same in SQL. */
export function statusWith(before: NoteStatus, holds: readonly Pick<Hold, "code">[]): NoteStatus {
  if (before === "PROCESSADA" || before === "DESCARTADA") return before;
  if (isCancelled(holds)) return "CANCELADA";
  return before === "CANCELADA" ? "PENDENTE" : before;
}

/** An item with its effect and cost from the verdict. */
export type JudgedItem = StockItem & { readonly effect: Effect; readonly bringsCost: boolean };

/** The note under a key, or null. */
export async function findNote(
  ports: Pick<Ports, "reader">,
  company: number,
  accessKey: string,
  signal?: AbortSignal,
): Promise<StoredNote | null> {
  const [row] = await ports.reader.rows(
    {
      sql: `select ${NOTE.sql} from notes n where n.company = ?1 and n.access_key = ?2`,
      args: [company, accessKey],
    },
    signal,
  );
  return row === undefined ? null : NOTE.read(row);
}

/**
 * The original bytes of a registered note, checked against their SHA-256. Fails with `original.missing`, and with
 * PlatformFailure `original.damaged`.
 */
export async function originalOf(
  { originals }: Pick<Ports, "originals">,
  company: number,
  { accessKey, sha256 }: Pick<StoredNote, "accessKey" | "sha256">,
): Promise<Uint8Array<ArrayBuffer>> {
  const bytes = await originals.get(company, sha256);
  if (bytes !== null) return bytes;
  throw new Failed<IngestFailure>({ code: "original.missing", access_key: accessKey, sha256 });
}

const ITEM = columnsOf(noteItems, "i", [
  "position",
  "nItem",
  "code",
  "name",
  "unit",
  "quantity_e4",
  "barcode",
  "ncm",
  "taxUnit",
  "taxQuantity_e4",
  "taxBarcode",
  "landed_e2",
  "lots",
  "effect",
  "bringsCost",
  "cfop",
  "total_e2",
  "taxes",
  "cost",
  "destination",
]);

/** The items of a note in the order of the XML (at most 990), each with its cost as it was computed. */
export async function itemsOf(
  ports: Pick<Ports, "reader">,
  company: number,
  { id, issuedAt }: Pick<StoredNote, "id" | "issuedAt">,
  signal?: AbortSignal,
): Promise<JudgedItem[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select ${ITEM.sql} from note_items i where i.company = ?1 and i.note = ?2 order by i.position`,
      args: [company, id],
    },
    signal,
  );
  const year = issueYear(issuedAt);
  return rows.map((row) => {
    const item = ITEM.read(row);
    return { ...item, ...costFrom(item, year) };
  });
}
