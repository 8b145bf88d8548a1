import { trusted } from "../../lib/cast.ts";
import { nItemFrom, positionFrom } from "../../lib/item-number.ts";
import type { NoteStatus } from "../../lib/note-status.ts";
import { Failed } from "../../lib/result.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import type { Hold, IngestFailure } from "../verdict/failures.ts";
import type { Direction, Effect } from "../verdict/verdict.ts";
import type { StockItem } from "./lines.ts";
import type { StoredLot } from "./tables.ts";
import type { Finding } from "./written-verdict.ts";

/** What a flow needs to know of a note that is registered. */
export interface StoredNote {
  readonly id: number;
  readonly accessKey: string;
  readonly sha256: string;
  readonly status: NoteStatus;
  readonly direction: Direction;
  readonly issuedByUs: boolean;
  readonly supplierId: string;
  readonly hasProtocol: boolean;
  readonly totalItems: number;
  readonly holds: readonly Hold[];
  readonly findings: readonly Finding[];
  readonly settingsVersion: number;
  readonly verdictVersion: number;
  /** RULES_VERSION of the rules that made the verdict; 0: older than versions. */
  readonly rulesVersion: number;
}

/** An item with what the verdict said of it. */
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
      sql: `select id, access_key, sha256, status, direction, issued_by_us, supplier_id, has_protocol, total_items,
          holds, findings, settings_version, verdict_version, rules_version
        from notes where company = ?1 and access_key = ?2`,
      args: [company, accessKey],
    },
    signal,
  );
  return row === undefined ? null : toStoredNote(row);
}

/**
 * The original bytes of a registered note, proved against their SHA-256. Fails with `original.missing`, and with
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

/** The columns come from a STRICT table with NOT NULL and CHECK: their types are the migration's word. */
function toStoredNote(row: Row): StoredNote {
  return {
    id: Number(row.id),
    accessKey: String(row.access_key),
    sha256: String(row.sha256),
    status: trusted<NoteStatus>(row.status),
    direction: trusted<Direction>(row.direction),
    issuedByUs: row.issued_by_us === 1,
    supplierId: String(row.supplier_id),
    hasProtocol: row.has_protocol === 1,
    totalItems: Number(row.total_items),
    holds: trusted<Hold[]>(JSON.parse(String(row.holds))),
    findings: trusted<Finding[]>(JSON.parse(String(row.findings))),
    settingsVersion: Number(row.settings_version),
    verdictVersion: Number(row.verdict_version),
    rulesVersion: Number(row.rules_version),
  };
}

/** The items of a note in the order of the XML (at most 990). */
export async function itemsOf(
  ports: Pick<Ports, "reader">,
  company: number,
  note: number,
  signal?: AbortSignal,
): Promise<JudgedItem[]> {
  const rows = await ports.reader.rows(
    {
      sql: `select position, n_item, code, name, unit, quantity_e4, barcode, ncm, tax_unit, tax_quantity_e4, landed_e2, lots, effect, brings_cost
        from note_items where company = ?1 and note = ?2 order by position`,
      args: [company, note],
    },
    signal,
  );
  return rows.map((row) => ({
    position: positionFrom(Number(row.position)),
    nItem: nItemFrom(Number(row.n_item)),
    code: String(row.code),
    name: String(row.name),
    unit: String(row.unit),
    quantity_e4: Number(row.quantity_e4),
    barcode: row.barcode === null ? null : String(row.barcode),
    ncm: row.ncm === null ? null : String(row.ncm),
    taxUnit: String(row.tax_unit),
    taxQuantity_e4: Number(row.tax_quantity_e4),
    landed_e2: Number(row.landed_e2),
    lots: trusted<StoredLot[]>(JSON.parse(String(row.lots))),
    effect: trusted<Effect>(row.effect),
    bringsCost: row.brings_cost === 1,
  }));
}
