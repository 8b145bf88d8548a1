import {
  access,
  constants,
  type FileHandle,
  mkdir,
  open,
  readdir,
  rename,
  rm,
  stat,
} from "node:fs/promises";
import { dirname, join } from "node:path";
import { Failed } from "../../../lib/result.ts";
import type { PlatformFailure } from "../../../ports/failures.ts";
import type { BlobStore } from "../../../ports/storage.ts";
import { isStorageFull } from "../../../resilience/transient-faults.ts";
import { blobKey, isBlobKey } from "../../blob-key.ts";
import { PRIVATE } from "./owner-only.ts";
import { isRunning } from "./running-process.ts";
import { syncToDisk } from "./sync-to-disk.ts";

export interface FileBlobs extends BlobStore {
  /** Removes unfinished files of processes that no longer run; returns their number. */
  removePartial(): Promise<number>;
  /** Rejects where no file can be made: the folder cannot be created, or is not writable. */
  writable(): Promise<void>;
}

/** `<name>.<pid>.<n>~`: no key ends so. */
const TEMPORARY = /\.(\d+)\.\d+~$/;

/**
 * Ports.BlobStore as files under `folder`. A file is written under a temporary name, synced, and then renamed, so that it
 * exists whole or not at all, also after a loss of power.
 */
export function fileBlobs(folder: string): FileBlobs {
  let writes = 0;
  const writing = new Set<string>();
  const pathOf = (key: string): string => join(folder, blobKey(key));
  const names = () => readdir(folder, { recursive: true }).catch(noneOf<string[]>([]));

  async function write(path: string, content: Content, signal?: AbortSignal): Promise<number> {
    await mkdir(dirname(path), PRIVATE);
    writes += 1;
    const temporary = `${path}.${process.pid}.${writes}~`;
    writing.add(temporary);
    try {
      const file = await open(temporary, "wx");
      const size = await filled(file, content, signal);
      await rename(temporary, path);
      await syncToDisk(dirname(path));
      return size;
    } catch (error) {
      await rm(temporary, { force: true });
      throw error;
    } finally {
      writing.delete(temporary);
    }
  }

  return {
    async put(key, content, signal) {
      try {
        return { size: await write(pathOf(key), content, signal) };
      } catch (error) {
        if (!isStorageFull(error)) throw error;
        throw new Failed<PlatformFailure>({ code: "storage.full" }, { cause: error });
      }
    },
    async get(key, range) {
      const file = Bun.file(pathOf(key));
      if (!(await file.exists())) return null;
      const { size } = file;
      const end = range === undefined ? size : Math.min(size, range.offset + range.length);
      return { size, body: file.slice(range?.offset ?? 0, end).stream() };
    },
    async delete(key) {
      await rm(pathOf(key), { force: true });
    },
    async list(prefix, after = "") {
      const keys = (await names())
        .filter((name) => isBlobKey(name) && name.startsWith(prefix) && name > after)
        .sort();
      const found: { key: string; size: number; at: number }[] = [];
      for (const key of keys) {
        if (found.length === 1_000) break;
        const file = await stat(join(folder, key)).catch(noneOf(null));
        if (file?.isFile()) found.push({ key, size: file.size, at: Math.round(file.mtimeMs) });
      }
      return found;
    },
    async removePartial() {
      let removed = 0;
      for (const name of await names()) {
        const [, pid] = TEMPORARY.exec(name) ?? [];
        const path = join(folder, name);
        if (pid === undefined || writing.has(path) || isRunningElsewhere(Number(pid))) continue;
        await rm(path, { force: true });
        removed += 1;
      }
      return removed;
    },
    async writable() {
      await mkdir(folder, PRIVATE);
      await access(folder, constants.W_OK);
    },
  };
}

type Content = ReadableStream<Uint8Array> | Uint8Array;

/** Writes and syncs the content, and closes the file; returns its size. One chunk is in memory at a time. */
async function filled(file: FileHandle, content: Content, signal?: AbortSignal): Promise<number> {
  try {
    let size = 0;
    for await (const chunk of content instanceof Uint8Array ? [content] : content) {
      signal?.throwIfAborted();
      await file.writeFile(chunk);
      size += chunk.byteLength;
    }
    signal?.throwIfAborted();
    await file.sync();
    return size;
  } finally {
    await file.close();
  }
}

/** Turns ENOENT into `none`; any other error is thrown. */
const noneOf =
  <T>(none: T) =>
  (error: unknown): T => {
    if (error instanceof Error && "code" in error && error.code === "ENOENT") return none;
    throw error;
  };

/** A file with our own process id was left by an earlier process that had the same id. */
const isRunningElsewhere = (pid: number): boolean => pid !== process.pid && isRunning(pid);
