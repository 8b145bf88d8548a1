import fc from "fast-check";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { SUPPLIERS } from "../../../src/synthetic/trade.ts";

/** A way into the service: one process, or one instance, of several over the same database. */
export type Client = (
  method: string,
  path: string,
  init?: { headers?: Record<string, string>; body?: string },
) => Promise<Response>;

const [emit] = SUPPLIERS;
const P = "P1";
const items = (cProd: string) => [
  { cProd, xProd: `PRODUTO ${cProd}`, uCom: "UN", qCom: "10", vUnCom: "1.00" },
];

/** What a cached read shows that writes move: a number, by name. */
// biome-ignore lint/suspicious/noExplicitAny: JSON whose shape is what is proved elsewhere
const READS: Record<string, { path: string; of: (body: any) => number }> = {
  stock: { path: `/api/stock?search=${P}`, of: (body) => body.data[0].quantity },
  products: { path: "/api/products", of: (body) => body.pagination.total },
  notes: { path: "/api/nfes", of: (body) => body.pagination.total },
  movements: { path: "/api/movements/list", of: (body) => body.pagination.total },
  "of one": { path: `/api/movements/list?product_code=${P}`, of: (body) => body.pagination.total },
  items: { path: "/api/supplier-items", of: (body) => body.pagination.total },
  total: { path: "/api/dashboard/stats", of: (body) => body.total_items },
  month: { path: "/api/dashboard/stats", of: (body) => body.entries_this_month },
  entered: { path: "/api/dashboard/evolution", of: (body) => body.at(-1).entries },
  left: { path: "/api/dashboard/evolution", of: (body) => body.at(-1).exits },
};
const NAMES = Object.keys(READS);

type Effect = Readonly<Record<string, number>>;

let seed = 1_000;
const upload = (door: Client, cProd: string) =>
  door("POST", "/api/nfe/upload?approve=true", {
    headers: { "content-type": "application/xml" },
    body: syntheticNote({ seed: ++seed, emit, items: items(cProd) }).xml,
  });
const byHand = (door: Client, type: string) =>
  door("POST", "/api/movements", {
    headers: { "content-type": "application/json" },
    body: JSON.stringify({ product_code: P, type, quantity: 1 }),
  });

/** Every write with what it adds to each number. */
const WRITES: { write: (door: Client) => Promise<Response>; adds: Effect }[] = [
  {
    write: (door) => upload(door, P),
    adds: { stock: 10, notes: 1, movements: 1, "of one": 1, total: 10, month: 1, entered: 10 },
  },
  {
    write: (door) => upload(door, `N${seed}`),
    adds: { products: 1, items: 1, notes: 1, movements: 1, total: 10, month: 1, entered: 10 },
  },
  {
    write: (door) => byHand(door, "ENTRADA"),
    adds: { stock: 1, movements: 1, "of one": 1, total: 1, month: 1, entered: 1 },
  },
  {
    write: (door) => byHand(door, "SAIDA"),
    adds: { stock: -1, movements: 1, "of one": 1, total: -1, left: 1 },
  },
];

/** A write that has begun; `done` when its answer has come. */
interface Begun {
  readonly adds: Effect;
  done: boolean;
}

const Step = fc.record({
  door: fc.integer({ min: 0, max: 1 }),
  does: fc.oneof(
    fc.record({ write: fc.integer({ min: 0, max: WRITES.length - 1 }) }),
    fc.record({ read: fc.integer({ min: 0, max: NAMES.length - 1 }) }),
  ),
  /** Turns of the event loop before the next step; null: until everything that has begun is done. */
  pause: fc.option(fc.integer({ min: 0, max: 3 })),
});

/**
 * Runs so many random interleavings of writes and cached reads through two doors. A read that begins after a write was answered
 * shows it, whatever doors they went through; what is in work meanwhile may show or not. Each client keeps its copies, so that
 * a 304 counts as the copy. At rest both doors show exactly what was written. Throws at the first read that does not.
 */
export async function interleave(doors: readonly [Client, Client], runs: number): Promise<void> {
  const first = await upload(doors[0], P);
  if (first.status !== 200) throw new Error(`the first note: ${await first.text()}`);
  const start = new Map<string, number>();
  for (const name of NAMES) start.set(name, await readThrough(doors[0], name, new Map()));
  const begun: Begun[] = [];
  const copies = doors.map(() => new Map<string, { etag: string; body: unknown }>());

  const read = async (at: number, name: string) => {
    const settled = new Set(begun.filter(({ done }) => done));
    const shown = await readThrough(doors[at === 0 ? 0 : 1], name, copies[at] ?? new Map());
    let [least, most] = [start.get(name) ?? 0, start.get(name) ?? 0];
    for (const write of begun) {
      const adds = write.adds[name] ?? 0;
      least += settled.has(write) ? adds : Math.min(adds, 0);
      most += settled.has(write) ? adds : Math.max(adds, 0);
    }
    if (shown < least || shown > most)
      throw new Error(`${name} through door ${at}: ${shown}, not in ${least} … ${most}`);
  };

  await fc.assert(
    fc.asyncProperty(fc.array(Step, { minLength: 4, maxLength: 14 }), async (steps) => {
      const work: Promise<void>[] = [];
      for (const { door, does, pause } of steps) {
        if ("read" in does) work.push(read(door, NAMES[does.read] ?? "stock"));
        else work.push(writeThrough(doors[door === 0 ? 0 : 1], does.write, begun));
        if (pause === null) await Promise.all(work);
        for (let turn = 0; turn < (pause ?? 0); turn++)
          await new Promise((resolve) => setImmediate(resolve));
      }
      await Promise.all(work);
      for (const name of NAMES) for (const at of [0, 1]) await read(at, name);
    }),
    { seed: 20261123, numRuns: runs, endOnFailure: true },
  );
}

async function writeThrough(door: Client, which: number, begun: Begun[]): Promise<void> {
  const { write, adds } = WRITES[which] ?? { write: () => Promise.reject(), adds: {} };
  const mine = { adds, done: false };
  begun.push(mine);
  const response = await write(door);
  const text = await response.text();
  if (!response.ok) throw new Error(`write ${which}: ${response.status} ${text}`);
  mine.done = true;
}

async function readThrough(
  door: Client,
  name: string,
  copies: Map<string, { etag: string; body: unknown }>,
): Promise<number> {
  const { path, of } = READS[name] ?? { path: "/", of: () => Number.NaN };
  const copy = copies.get(path);
  const headers: Record<string, string> = copy === undefined ? {} : { "if-none-match": copy.etag };
  const response = await door("GET", path, { headers });
  if (response.status === 304) return of(copy?.body);
  if (response.status !== 200) throw new Error(`${path}: ${response.status}`);
  const body = await response.json();
  copies.set(path, { etag: response.headers.get("etag") ?? "", body });
  return of(body);
}
