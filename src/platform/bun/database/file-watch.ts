import { closeSync, fstatSync, openSync, readSync, type Stats, statSync } from "node:fs";
import { StorageFault, type StorageFaultKind } from "../../../resilience/storage-fault.ts";
import type { SeenFile } from "../../installation.ts";

/** Checks that the files of a database are still the open ones and were not cut; some 20 µs. */
export interface FileWatch {
  /** Throws StorageFault; returns the state of the file. Called before and after a group of writes, and once a second. */
  check(): SeenFile;
  /** Only when every connection of this process to the file is closed (see `watchFiles`). */
  close(): void;
}

const END = { log: "-wal", index: "-shm" } as const;
/** The state of a file that this process has not open (closing it would drop locks): null where it is not a database. */
export function seenFile(path: string): FoundFile | null {
  const file = openSync(path, "r");
  try {
    const header = bytesAt(file, HEADER.bytes, 0);
    return isDatabase(header) ? foundIn(header, fstatSync(file).size) : null;
  } finally {
    closeSync(file);
  }
}

/** The state of a database file, and its size by its own header. */
export interface FoundFile extends SeenFile {
  readonly declaredSize: number;
}

const foundIn = (header: Buffer, size: number): FoundFile => ({
  size,
  changes: header.readUInt32BE(HEADER.changes),
  declaredSize: header.readUInt32BE(HEADER.pages) * pageBytes(header.readUInt16BE(HEADER.pageSize)),
});

/**
 * Whether a file that is smaller than before was cut. A VACUUM may make it smaller: it raises the change counter, and writes the
 * new size into the header before it cuts the file.
 */
export const wasCut = (now: FoundFile, seen: SeenFile): boolean =>
  now.size < seen.size && (now.changes <= seen.changes || now.size < now.declaredSize);

/** 65,536 does not fit: it is written as 1. */
const pageBytes = (written: number): number => (written === 1 ? 65_536 : written);

const isDatabase = (header: Buffer): boolean =>
  header.toString("latin1", 0, MAGIC.length) === MAGIC;
const MAGIC = "SQLite format 3\0";

/** Offsets in the header of a database file, the log and its index (https://sqlite.org/fileformat2.html, /walformat.html). */
const HEADER = { bytes: 100, pageSize: 16, changes: 24, pages: 28 };
const LOG = { bytes: 32, salt: 16, frame: 24 };
const INDEX = {
  /** Of one of its two copies; they differ while a process writes it, or after it died during the write. */
  bytes: 48,
  version: 0,
  ready: 12,
  pageSize: 14,
  frames: 16,
  sum: 24,
  salt: 32,
  known: 3_007_000,
};

/**
 * Watches the database at `path`, which is created if absent; its log is watched from the first `check` that finds it. Must be
 * called before the first connection is opened: closing a file drops the locks (POSIX) that this process has on it, so the
 * files stay open as long as a connection.
 */
export function watchFiles(path: string): FileWatch {
  const main = opened(path, "a+");
  const log = beside(path + END.log);
  const index = beside(path + END.index);
  let seen: SeenFile = { size: 0, changes: 0 };

  /** The file itself: it was not cut, and its change counter did not go down, also after a checkpoint. */
  function checkMain(): void {
    const { size } = sameAs(path, main.stat);
    if (size === 0 && seen.size === 0) return;
    const header = bytesAt(main.file, HEADER.bytes, 0);
    // A VACUUM may have cut the file between the two reads, but only after it wrote the header.
    const now = foundIn(header, size);
    if (size === 0 || (isDatabase(header) && wasCut(now, seen)))
      throw lost("damaged", path, "foi truncado");
    if (!isDatabase(header)) throw lost("damaged", path, "não é mais um banco de dados");
    if (now.changes < seen.changes)
      throw lost("damaged", path, "foi sobrescrito por um mais antigo");
    seen = { size, changes: now.changes };
  }

  /** All frames of the index must be in the log, up to the checksum of the last one. */
  function checkLog(): void {
    const logFile = log.file();
    const indexFile = index.file();
    if (logFile === null || indexFile === null) return;
    for (let tries = 0; tries < TRIES; tries += 1) {
      const before = bytesAt(indexFile, 2 * INDEX.bytes, 0);
      if (isWhole(logFile, before)) return;
      // Another process may have written, or checkpointed the log, between the two reads.
      if (before.equals(bytesAt(indexFile, before.length, 0)))
        throw lost("damaged", path + END.log, "foi truncado ou sobrescrito");
    }
  }

  return {
    check() {
      try {
        checkMain();
        log.check();
        index.check();
        checkLog();
        return seen;
      } catch (error) {
        if (error instanceof StorageFault) throw error;
        throw lost("damaged", path, "não pode ser lido", error);
      }
    },
    close() {
      for (const file of [main.file, log.file(), index.file()]) if (file !== null) closeSync(file);
    },
  };
}

const TRIES = 5;

/** A file that SQLite creates when it first needs it, and keeps while a process has the database open. */
function beside(path: string) {
  let known: { file: number; stat: Stats } | null = null;
  return {
    file: () => known?.file ?? null,
    check() {
      if (known !== null) {
        sameAs(path, known.stat);
        return;
      }
      if (statSync(path, { throwIfNoEntry: false }) !== undefined) known = opened(path, "r");
    },
  };
}

function opened(path: string, how: "r" | "a+"): { file: number; stat: Stats } {
  const file = openSync(path, how, 0o600);
  return { file, stat: fstatSync(file) };
}

function sameAs(path: string, known: Stats): Stats {
  const now = statSync(path, { throwIfNoEntry: false });
  if (now === undefined) throw lost("gone", path, "não existe mais");
  if (now.ino !== known.ino || now.dev !== known.dev)
    throw lost("gone", path, "foi trocado por outro arquivo");
  return now;
}

function isWhole(log: number, index: Buffer): boolean {
  if (index.readUInt32LE(INDEX.version) !== INDEX.known || index[INDEX.ready] !== 1) return true;
  if (!index.subarray(0, INDEX.bytes).equals(index.subarray(INDEX.bytes))) return true;
  const frames = index.readUInt32LE(INDEX.frames);
  if (frames === 0) return true;
  const frameBytes = LOG.frame + pageBytes(index.readUInt16LE(INDEX.pageSize));
  const last = LOG.bytes + (frames - 1) * frameBytes;
  if (fstatSync(log).size < last + frameBytes) return false;
  const salt = index.subarray(INDEX.salt, INDEX.salt + 8);
  const head = bytesAt(log, LOG.bytes, 0);
  const frame = bytesAt(log, LOG.frame, last);
  return (
    salt.equals(head.subarray(LOG.salt, LOG.salt + 8)) &&
    salt.equals(frame.subarray(8, 16)) &&
    frame.readUInt32BE(16) === index.readUInt32LE(INDEX.sum) &&
    frame.readUInt32BE(20) === index.readUInt32LE(INDEX.sum + 4)
  );
}

function bytesAt(file: number, length: number, position: number): Buffer {
  const bytes = Buffer.alloc(length);
  readSync(file, bytes, 0, length, position);
  return bytes;
}

const RESTORE = "Pare o serviço e restaure uma cópia: sge restore CÓPIA --force";

const lost = (kind: StorageFaultKind, path: string, what: string, cause?: unknown): StorageFault =>
  new StorageFault(kind, `O arquivo do banco de dados ${what}: ${path}. ${RESTORE}`, { cause });
