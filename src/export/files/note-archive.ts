import { nfeEvents } from "../../ingest/note/tables.ts";
import type { Issued } from "../../ingest/search/note-filter.ts";
import { zoneOffset } from "../../lib/days.ts";
import { Failed } from "../../lib/result.ts";
import { columnsOf } from "../../ports/columns.ts";
import type { Ports } from "../../ports/ports.ts";
import { chunkStream } from "../chunk-stream.ts";
import { pages } from "../pages.ts";
import { sheet } from "../sheet.ts";
import { ARCHIVE_FILES, ARCHIVE_INDEX, archiveKeyset } from "../sheets/nfes.ts";
import { zipWriter } from "../zip-writer.ts";
import type { DownloadOptions } from "./download.ts";
import type { ArchivedSheet } from "./month-sheets.ts";

type Needs = Pick<Ports, "reader" | "originals" | "yieldToEventLoop" | "log" | "meter">;

/** Notes of a page: their events are read together. */
const NOTES = 50;
/** Events that one statement reads. */
const EVENTS = 500;

const EVENT = columnsOf(nfeEvents, "e", ["accessKey", "type", "sequence", "sha256"]);
type ArchivedEvent = ReturnType<typeof EVENT.read>;

/** A file of the archive: its name, and the hash of its bytes. */
interface ArchivedFile {
  readonly name: string;
  readonly sha256: string;
}

/**
 * A ZIP of all notes that were issued within some days and are registered now, whatever became of them: the original of each
 * with its events that no user has withdrawn, byte for byte, and `indice.csv`, a line for each note. It is made as it is read,
 * the notes page by page; then `sheets`, as CSV in the same way. Bytes that are not what was stored, or are not there, are left out, named in the index and logged.
 * Fails with PlatformFailure `overloaded` before the first byte; a later failure breaks the stream and is logged.
 */
export function archiveNotes(
  ports: Needs,
  issued: Issued,
  options: Omit<DownloadOptions, "dialect">,
  sheets: readonly ArchivedSheet[] = [],
): Promise<ReadableStream<Uint8Array>> {
  const { requestId, signal, onRead } = options;
  const count = { files: 0 };
  return chunkStream(archiveChunks(ports, issued, options, count, sheets), () => count.files, {
    onPageRequested: onRead,
    onFailure(rows) {
      const level = signal?.aborted === true ? "info" : "error";
      ports.log(level, "export.interrupted", { rows, request_id: requestId });
    },
  });
}

async function* archiveChunks(
  ports: Needs,
  issued: Issued,
  { company, timeZone, requestId, signal }: Omit<DownloadOptions, "dialect">,
  count: { files: number },
  sheets: readonly ArchivedSheet[],
): AsyncGenerator<Uint8Array, void, void> {
  const [newest] = await ports.reader.rows(
    { sql: "select max(id) as id from notes where company = ?1", args: [company] },
    signal,
  );
  const upTo = Number(newest?.id ?? 0);
  const zip = zipWriter();
  const ahead = zoneOffset(timeZone);
  /** By the note's id: its files that cannot be given, and why. */
  const missing = new Map<number, string[]>();
  let last = issued.from ?? 0;

  const files = archiveKeyset(company, issued, upTo, ARCHIVE_FILES);
  for await (const page of pages(ports, files, signal, NOTES)) {
    const notes = page.map(([id, key, sha256, ms]) => ({
      id: Number(id),
      key: String(key),
      sha256: String(sha256),
      ms: Number(ms),
    }));
    const events = await eventsOf(
      ports,
      company,
      notes.map(({ key }) => key),
      signal,
    );
    for (const { id, key, sha256, ms } of notes) {
      const local = ms + ahead(ms);
      last = Math.max(last, ms);
      const ofNote = events.filter(({ accessKey }) => accessKey === key);
      for (const file of [{ name: `${key}-nfe.xml`, sha256 }, ...eventFiles(ofNote)]) {
        signal?.throwIfAborted();
        const bytes = await bytesOf(ports, company, file.sha256);
        if (typeof bytes !== "string") {
          count.files += 1;
          yield* zip.file(file.name, bytes, local);
          continue;
        }
        missing.set(id, [...(missing.get(id) ?? []), `${file.name} (${bytes})`]);
        ports.log("error", "archive.file_missing", {
          access_key: key,
          sha256: file.sha256,
          request_id: requestId,
        });
      }
    }
  }

  const index = sheet(ARCHIVE_INDEX, "br", timeZone);
  const encoder = new TextEncoder();
  yield zip.open("indice.csv", last + ahead(last));
  yield* zip.part(encoder.encode(index.head));
  const rows = archiveKeyset(company, issued, upTo, ARCHIVE_INDEX);
  for await (const page of pages(ports, rows, signal)) {
    // The id is the first field of a row and what is missing the second.
    const lines = page.map(([id, , ...row]) => [
      id ?? null,
      missing.get(Number(id))?.join(", ") ?? null,
      ...row,
    ]);
    yield* zip.part(encoder.encode(index.lines(lines)));
  }
  yield* zip.close();
  for (const { name, table, rows } of sheets) {
    const { head, lines } = sheet(table, "br", timeZone);
    yield zip.open(name, last + ahead(last));
    yield* zip.part(encoder.encode(head));
    for await (const page of rows)
      if (page.length > 0) yield* zip.part(encoder.encode(lines(page)));
    yield* zip.close();
  }
  yield* zip.end();
}

/** The bytes of an original, or why there are none. */
async function bytesOf(
  { originals }: Pick<Ports, "originals">,
  company: number,
  sha256: string,
): Promise<Uint8Array | "ausente" | "danificado"> {
  try {
    return (await originals.get(company, sha256)) ?? "ausente";
  } catch (error) {
    if (error instanceof Failed && error.failure.code === "original.damaged") return "danificado";
    throw error;
  }
}

/** The events of some notes that no user has withdrawn, in order; at most EVENTS in one statement. */
async function eventsOf(
  ports: Pick<Ports, "reader">,
  company: number,
  keys: readonly string[],
  signal: AbortSignal | undefined,
): Promise<ArchivedEvent[]> {
  const found: ArchivedEvent[] = [];
  for (;;) {
    const rows = await ports.reader.rows(
      {
        sql: `select ${EVENT.sql} from json_each(?2) k
          cross join nfe_events e on e.company = ?1 and e.access_key = k.value and e.withdrawn_at is null
          order by k.key, e.type, e.sequence, e.content limit ${EVENTS} offset ?3`,
        args: [company, JSON.stringify(keys), found.length],
      },
      signal,
    );
    found.push(...rows.map(EVENT.read));
    if (rows.length < EVENTS) return found;
  }
}

/** `<key>-<type>-<sequence>.xml`; two of one type and sequence, by different authors, differ by a number. */
function eventFiles(events: readonly ArchivedEvent[]): ArchivedFile[] {
  const times = new Map<string, number>();
  return events.map(({ accessKey, type, sequence, sha256 }) => {
    const name = `${accessKey}-${type}-${sequence}`;
    const time = (times.get(name) ?? 0) + 1;
    times.set(name, time);
    return { name: `${name}${time === 1 ? "" : `-${time}`}.xml`, sha256 };
  });
}
