import { trusted } from "../../lib/cast.ts";

/** One line that was counted on this browser: what was read, how much, and how far it has come to the server. */
export interface Line {
  readonly id: number;
  /** Whose line it is: person and count, joined by `mineOf` (queue.ts). */
  readonly mine: string;
  /** As `mine` while something is to be sent; absent from its index otherwise. */
  readonly todo?: string;
  readonly count: string;
  /** One of them: a product's code, or a barcode that no product of this browser's catalogue has. */
  readonly code: string | null;
  readonly barcode: string | null;
  /** The product that it counts for; null while none is known. */
  readonly product: string | null;
  readonly aside: "unknown" | "ambiguous" | "outside" | null;
  /** 1/10⁴. */
  readonly quantity_e4: number;
  readonly at: string;
  readonly device: string;
  /** The Idempotency-Key of the request that it travels with; a line with one is not changed any more. */
  readonly batch: string | null;
  /** Its number on the server. */
  readonly line: number | null;
  /** It was taken back: nothing is sent of it, or it is undone on the server. */
  readonly gone: boolean;
}

const NAME = "sge-count";

let opened: Promise<IDBDatabase> | null = null;

function database(): Promise<IDBDatabase> {
  opened ??= new Promise((resolve, reject) => {
    const asked = indexedDB.open(NAME, 1);
    asked.onupgradeneeded = () => {
      const lines = asked.result.createObjectStore("lines", { keyPath: "id", autoIncrement: true });
      lines.createIndex("mine", "mine");
      lines.createIndex("todo", "todo");
      asked.result.createObjectStore("kept");
    };
    asked.onsuccess = () => {
      // Another tab with a newer version must not wait for this one.
      asked.result.onversionchange = () => asked.result.close();
      resolve(asked.result);
    };
    asked.onerror = () => reject(asked.error);
  });
  opened.catch(() => {
    opened = null;
  });
  return opened;
}

/** The answer of one request of IndexedDB. */
export const got = <T>(request: IDBRequest): Promise<T> =>
  new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(trusted<T>(request.result));
    request.onerror = () => reject(request.error);
  });

/** Runs `work` in one transaction over the lines, and resolves when it is on the disk: all of it or nothing. */
export async function withLines<T>(work: (lines: IDBObjectStore) => Promise<T>): Promise<T> {
  const transaction = (await database()).transaction("lines", "readwrite", {
    durability: "strict",
  });
  const written = new Promise<void>((resolve, reject) => {
    transaction.oncomplete = () => resolve();
    transaction.onabort = () => reject(transaction.error);
  });
  const result = await work(transaction.objectStore("lines")).catch((fault) => {
    written.catch(() => undefined);
    try {
      transaction.abort();
    } catch {
      // It has ended already.
    }
    throw fault;
  });
  await written;
  return result;
}

/** Every key of an index that begins with `start`. */
export const beginningWith = (start: string): IDBKeyRange =>
  IDBKeyRange.bound(start, `${start}\uffff`);

/** Reads a value that was kept under a name; null: there is none. */
export async function kept<T>(name: string): Promise<T | null> {
  const store = (await database()).transaction("kept").objectStore("kept");
  return (await got<T | undefined>(store.get(name))) ?? null;
}

/** Keeps a value under a name. */
export async function keep(name: string, value: unknown): Promise<void> {
  const store = (await database()).transaction("kept", "readwrite").objectStore("kept");
  await got(store.put(value, name));
}

/** Removes what is kept: catalogue and counts. */
export async function removeKept(): Promise<void> {
  const store = (await database()).transaction("kept", "readwrite").objectStore("kept");
  await got(store.clear());
}
