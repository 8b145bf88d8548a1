import { closeSync, fstatSync, openSync, statSync, writeSync } from "node:fs";
import { mkdir, open, readdir, readFile, rename, rm } from "node:fs/promises";
import { dirname, join } from "node:path";
import { StorageFault } from "../../../resilience/storage-fault.ts";
import type { Installation, Mark, Marks, SeenFile } from "../../installation.ts";
import { markOf, markText } from "../../mark-text.ts";
import { PRIVATE } from "./owner-only.ts";
import { isRunning } from "./running-process.ts";
import { syncToDisk } from "./sync-to-disk.ts";

/** The mark's file in DATA_DIR. */
export const MARK = "installation";

/** One sector for each of two lines: the older one stays valid while the other is written. */
const SLOT_BYTES = 512;
/** How old the mark may be after a loss of power; the end of the process alone loses nothing. */
const SYNC_MS = 1_000;

export interface FileMarks extends Marks {
  /**
   * Records a commit before its callers are answered: a write of one sector without a sync, which survives the end of the
   * process; it is synced within a second. Where that fails the mark is outdated, and `failed` is called.
   */
  noteCommit(now: Installation, at: number): void;
  /** The present state of the database file, for the next mark. */
  noteFile(file: SeenFile): void;
  /** Syncs what was recorded, and ends. */
  end(): Promise<void>;
}

/** The mark as a file of two lines in `folder`, each with its CRC-32, which detects a half-written line. */
export function fileMarks(folder: string, failed: (error: unknown) => void = noop): FileMarks {
  const path = join(folder, MARK);
  let file: number | null = null;
  let last: Mark | null = null;
  let seen: SeenFile | null = null;
  let unsynced = false;
  let timer: ReturnType<typeof setTimeout> | undefined;

  const shut = () => {
    if (file !== null) closeSync(file);
    file = null;
  };

  async function write(mark: Mark): Promise<void> {
    await mkdir(folder, PRIVATE);
    const draft = `${path}.${process.pid}~`;
    const made = await open(draft, "w", 0o600);
    try {
      await made.writeFile(line(mark) + line(mark));
      await made.sync();
    } finally {
      await made.close();
    }
    await rename(draft, path);
    await syncToDisk(dirname(path));
    await removeDeadDrafts(folder);
    last = mark;
    shut();
  }

  /** A mark that was removed or replaced is written again under its name. */
  async function sync(): Promise<void> {
    timer = undefined;
    if (last === null || !unsynced) return;
    unsynced = false;
    const there = statSync(path, { throwIfNoEntry: false });
    const open = file === null ? null : fstatSync(file);
    if (there === undefined || open === null || there.ino !== open.ino) return write(last);
    await syncToDisk(path);
  }

  return {
    async read() {
      const text = await readFile(path, "latin1").catch((error: unknown) => {
        const code = error instanceof Error && "code" in error ? String(error.code) : "";
        if (code === "ENOENT") return null;
        throw new StorageFault(
          "damaged",
          `A marca desta instalação não pode ser lida (${code}): ${path}. Confira as permissões e se é um arquivo`,
          { cause: error },
        );
      });
      if (text === null) return null;
      const marks = [text.slice(0, SLOT_BYTES), text.slice(SLOT_BYTES)].map(markIn);
      const [newest] = marks.filter((mark) => mark !== null).sort((a, b) => b.commits - a.commits);
      if (newest !== undefined) return newest;
      throw new StorageFault(
        "damaged",
        `A marca desta instalação não pode ser lida: ${path}. Se o banco de dados é o certo, confirme com sge adopt --force`,
      );
    },
    write,
    async remove() {
      shut();
      last = null;
      await rm(path, { force: true });
    },
    noteCommit(now, at) {
      last = { ...now, at, next: null, file: seen };
      unsynced = true;
      try {
        file ??= openSync(path, "r+");
        writeSync(file, line(last), (now.commits % 2) * SLOT_BYTES, "latin1");
      } catch (error) {
        shut();
        failed(error);
      }
      timer ??= setTimeout(() => void sync().catch(failed), SYNC_MS).unref();
    },
    noteFile(file) {
      seen = file;
    },
    async end() {
      clearTimeout(timer);
      await sync().catch(failed);
      shut();
    },
  };
}

/** Drafts of processes that ended before they could rename them. */
async function removeDeadDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    const pid = DRAFT.exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) await rm(join(folder, name), { force: true });
  }
}

const DRAFT = new RegExp(`^${MARK}\\.(\\d+)~$`);

const noop = () => undefined;

const line = (mark: Mark): string => {
  const text = markText(mark);
  return `${`${text} ${crcOf(text)}`.padEnd(SLOT_BYTES - 1)}\n`;
};

const crcOf = (text: string): string => Bun.hash.crc32(text).toString(16).padStart(8, "0");

function markIn(slot: string): Mark | null {
  const [, text = "", crc] = /^(\{.*\}) ([0-9a-f]{8}) *\n$/.exec(slot) ?? [];
  return crc === crcOf(text) ? markOf(text) : null;
}
