import { signal } from "@preact/signals";
import type { ComponentType } from "preact";

/** A file that a person gave, with its path in the folder that was given. */
export interface Given {
  readonly file: File;
  readonly name: string;
}

/** Files that the tray has not taken yet. It is read when the first file is given. */
export const given = signal<readonly Given[]>([]);

/** Whether files that were given are still without a verdict; the tray says it. */
export const filesOnTheWay = signal(false);

/** The tray, once it is there; `View` shows it under its heading. */
export const tray = signal<ComponentType | null>(null);

/** More files at once are not read: a month of a large shop is a ZIP of 50 MB. */
export const MOST_FILES = 5_000;

/** Gives files to the tray, from any place of the page. */
export function give(files: readonly Given[]): void {
  if (files.length > 0) given.value = [...given.value, ...files];
}

/** Files of an `<input type="file">`. */
export const givenOf = (files: Iterable<File>): Given[] =>
  [...files].map((file) => ({ file, name: file.webkitRelativePath || file.name }));

const isFile = (entry: FileSystemEntry): entry is FileSystemFileEntry => entry.isFile;
const isFolder = (entry: FileSystemEntry): entry is FileSystemDirectoryEntry => entry.isDirectory;

/** Every file of what was dropped, folders opened, at most one more than MOST_FILES. The entries are taken before anything waits. */
export function filesOfDrop(dropped: DataTransfer): Promise<Given[]> {
  const entries = [...dropped.items]
    .map((item) => item.webkitGetAsEntry())
    .filter((entry) => entry !== null);
  if (entries.length === 0) return Promise.resolve(givenOf(dropped.files));
  const found: Given[] = [];
  const walk = async (entry: FileSystemEntry): Promise<void> => {
    if (found.length > MOST_FILES) return;
    if (isFile(entry)) {
      const file = await new Promise<File>((resolve, reject) => entry.file(resolve, reject));
      found.push({ file, name: entry.fullPath.replace(/^\//, "") });
    }
    if (!isFolder(entry)) return;
    const reader = entry.createReader();
    for (;;) {
      // A hundred at a time, until there are none.
      const some = await new Promise<FileSystemEntry[]>((resolve, reject) =>
        reader.readEntries(resolve, reject),
      );
      if (some.length === 0) return;
      for (const one of some) await walk(one);
    }
  };
  return entries
    .reduce((before, entry) => before.then(() => walk(entry)), Promise.resolve())
    .then(() => found);
}
