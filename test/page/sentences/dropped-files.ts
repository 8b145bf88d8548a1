import { mkdir, mkdtemp, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Page } from "playwright-core";
import { type NoteOptions, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import type { ZipFile } from "../../../src/synthetic/zip.ts";

type Bytes = Uint8Array<ArrayBuffer>;
export const bytesOf = (text: string): Bytes => new TextEncoder().encode(text);
export const note = (seed: number, options: NoteOptions = {}): Bytes =>
  bytesOf(syntheticNote({ seed, items: 1, ...options }).xml);
export const notes = (many: number, seed: number): ZipFile[] =>
  Array.from({ length: many }, (_, i) => ({ name: `nota-${i + 1}.xml`, bytes: note(seed + i) }));

/** Runs `body` with these files in a folder of their own, as a person has them. */
export async function withFiles(
  files: readonly ZipFile[],
  body: (folder: string, paths: string[]) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sge-tray-"));
  try {
    const paths = files.map(({ name }) => join(folder, name));
    for (const [i, { bytes }] of files.entries()) {
      await mkdir(join(paths[i] ?? "", ".."), { recursive: true });
      await writeFile(paths[i] ?? "", bytes);
    }
    await body(folder, paths);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Drops files or folders on the middle of the window, as the desktop does. */
export async function drop(page: Page, paths: readonly string[]): Promise<void> {
  const client = await page.context().newCDPSession(page);
  const data = { items: [], files: [...paths], dragOperationsMask: 1 };
  for (const type of ["dragEnter", "dragOver", "dragOver", "drop"] as const) {
    await client.send("Input.dispatchDragEvent", { type, x: 600, y: 400, data });
    // A hand is slower than a frame: the page has answered to where the files are before they are let go.
    await page.evaluate("new Promise(requestAnimationFrame)");
  }
  await client.detach();
}
