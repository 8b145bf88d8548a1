import { normalizedText } from "../../lib/normalized-text.ts";
import type { Note } from "../../nfe/note.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Row } from "../../ports/sql.ts";
import { fromDocument, OF_NOTE, refsOf } from "../../stock/found-movements.ts";
import { EVENT_ORIGIN } from "../../stock/posting/event-exits.ts";
import type { StockItem } from "./lines.ts";
import { stockItems } from "./registration-sql.ts";
import { itemsOf } from "./stored-note.ts";

/** A note that differs from its original, or whose movements do not fit its status. */
export interface NoteFlaw {
  readonly accessKey: string;
  /** Portuguese. */
  readonly says: string;
}

const OF_THE_NOTE = { company: "n.company", refs: refsOf("n.access_key") };

/**
 * Verifies up to `size` notes after the id `after`: the original must exist and must be parsed as this note with its stored
 * items; a PROCESSADA note with goods must have movements, and those of any other must have been taken back. Returns what differs, and
 * where the next slice begins (null: the end). Reads only.
 */
export async function verifyNotes(
  ports: Pick<Ports, "reader" | "originals" | "documents">,
  company: number,
  after: number,
  size = 50,
  signal?: AbortSignal,
): Promise<{ checked: number; next: number | null; flaws: NoteFlaw[] }> {
  const rows = await ports.reader.rows(
    {
      sql: `select id, access_key, sha256, status,
          exists (select 1 from note_items i where i.company = n.company and i.note = n.id
            and i.effect in ('entry', 'exit') and i.quantity_e4 > 0) as has_goods,
          exists (select 1 ${fromDocument({ ...OF_THE_NOTE, origin: OF_NOTE })} and m.posting = n.posting) as posted,
          exists (select 1 ${fromDocument({ ...OF_THE_NOTE, origin: `in ('NFE', '${EVENT_ORIGIN}')` })}
            group by m.product having sum(m.quantity_e4) <> 0) as moves
        from notes n where company = ?1 and id > ?2 order by id limit ?3`,
      args: [company, after, size],
    },
    signal,
  );
  const flaws: NoteFlaw[] = [];
  for (const row of rows) {
    const accessKey = String(row.access_key);
    for (const says of await flawsOf(ports, company, row, signal)) flaws.push({ accessKey, says });
  }
  const next = rows.length < size ? null : Number(rows.at(-1)?.id);
  return { checked: rows.length, next, flaws };
}

async function flawsOf(
  ports: Pick<Ports, "reader" | "originals" | "documents">,
  company: number,
  row: Row,
  signal: AbortSignal | undefined,
): Promise<string[]> {
  const flaws: string[] = [];
  if (row.status === "PROCESSADA" && row.has_goods === 1 && row.posted === 0)
    flaws.push("está PROCESSADA, mas não há movimentos dela");
  if (row.status !== "PROCESSADA" && row.moves === 1)
    flaws.push(`está ${row.status}, mas há movimentos dela que não foram estornados`);
  const bytes = await ports.originals.get(company, String(row.sha256)).catch(() => null);
  if (bytes === null) return [...flaws, "o original não está guardado ou não pode ser lido"];
  const note = noteIn(await ports.documents.read(bytes, signal), String(row.access_key));
  if (note === null) return [...flaws, "o original não é esta nota"];
  const kept = await itemsOf(
    ports,
    company,
    { id: Number(row.id), issuedAt: note.ide.issuedAt },
    signal,
  );
  const [ours, theirs] = [kept, stockItems(note)].map((items) =>
    JSON.stringify(items.map(comparable)),
  );
  return ours === theirs ? flaws : [...flaws, "os itens guardados não são os do original"];
}

/** One file may carry several notes. */
function noteIn(
  read: Awaited<ReturnType<Ports["documents"]["read"]>>,
  accessKey: string,
): Note | null {
  if (!read.ok || read.value.kind !== "notes") return null;
  for (const one of read.value.notes)
    if (one.ok && one.value.note.accessKey === accessKey) return one.value.note;
  return null;
}

/**
 * The fields that come from the XML alone: costs are computed, and a later version may compute them better. Codes and units
 * are compared in one spelling, because earlier versions stored them as written.
 */
const comparable = (item: StockItem) => [
  item.position,
  item.nItem,
  normalizedText(item.code),
  normalizedText(item.unit),
  item.quantity_e4,
  item.taxUnit,
  item.taxQuantity_e4,
];
