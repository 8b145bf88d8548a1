import { afterEach, beforeEach, expect, test } from "bun:test";
import { moveCompany } from "../../src/homes/move.ts";
import type { MovePorts } from "../../src/homes/running-move.ts";
import type { Writer } from "../../src/ports/sql.ts";
import { Random } from "../../src/synthetic/random.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { testInFull } from "../support/full.ts";
import { flawsOf, type TwoHomes, twoHomes } from "../support/homes.ts";

let two: TwoHomes;
beforeEach(async () => {
  two = await twoHomes();
});
afterEach(() => two.close());

class Killed extends Error {}

/** A process that moves: from its write number `last` on it is dead, where that one is written or not. */
function mortalPorts(
  last: number,
  isWritten: boolean,
): MovePorts & { readonly writes: () => number } {
  let writes = 0;
  const mortal = (writer: Writer): Writer => ({
    async commit(job, signal) {
      writes += 1;
      if (writes > last) throw new Killed();
      if (writes < last) return writer.commit(job, signal);
      if (isWritten) await writer.commit(job, signal);
      throw new Killed();
    },
  });
  const named = new Map(
    two.homes.names.map((name) => {
      const ports = two.homes.named(name) ?? two.ports;
      return [name, { reader: ports.reader, writer: mortal(ports.writer) }] as const;
    }),
  );
  const first = named.get("first");
  if (first === undefined) throw new Error("no first home");
  const { clock, yieldToEventLoop } = two.ports;
  const homes = { first, names: two.homes.names, named: (name: string) => named.get(name) };
  return { clock, yieldToEventLoop, homes, writes: () => writes };
}

/** 16 writers that upload until they are stopped; a note that is refused because of the move is sent again. */
function startWriters() {
  let isOver = false;
  let seed = 1_000;
  const kept: string[] = [];
  const refused: number[] = [];
  const write = async () => {
    while (!isOver) {
      seed += 1;
      const note = syntheticNote({ seed, items: 2 });
      for (let isKept = false; !isKept; ) {
        const { status, body } = await two.upload(note.xml, "?approve=true");
        isKept = status === 200;
        if (isKept) kept.push(note.accessKey);
        else if (body.code === "company.moving") refused.push(status);
        else throw new Error(`${status} ${JSON.stringify(body)}`);
        // Also after a refusal: a dead move leaves the company frozen until it goes on.
        await Bun.sleep(60);
      }
    }
  };
  const all = Array.from({ length: 16 }, write);
  return {
    kept,
    refused,
    async stop() {
      isOver = true;
      await Promise.all(all);
    },
  };
}

const noted = async (home: string) => {
  const rows = await two.homes.named(home)?.reader.rows({
    sql: "select access_key, status from notes where company = 1 order by access_key",
    args: [],
  });
  return (rows ?? []).map((row) => String(row.access_key));
};

/** Moves to and fro under writers, each move killed at a write of its own and resumed by another process. */
async function movesUnderWriters(points: readonly number[], isWritten: (n: number) => boolean) {
  const writers = startWriters();
  await two.send("POST", "/api/products", {
    as: "otherCompany",
    json: { code: "A", name: "Outra", unit: "UN" },
  });
  let to = "norte";
  for (const [n, point] of points.entries()) {
    const before = mortalPorts(point, isWritten(n));
    const dead = moveCompany(before, 1, to, { name: `run ${n}`, hasEnded: () => true });
    const end = await dead.then(
      () => "moved",
      (error: unknown) => {
        if (error instanceof Killed) return "killed";
        throw error;
      },
    );
    const other = await two.send("POST", "/api/movements", {
      as: "otherCompany",
      json: { product_code: "A", type: "ENTRADA", quantity: 1 },
    });
    expect(other.status).toBe(201);
    const after = mortalPorts(Number.POSITIVE_INFINITY, true);
    const resumed = await moveCompany(after, 1, to, { name: `again ${n}`, hasEnded: () => true });
    // Killed at its last write it may have been done.
    expect([end, resumed]).toEqual(
      end === "killed" ? ["killed", expect.anything()] : ["moved", false],
    );
    to = to === "norte" ? "first" : "norte";
  }
  await writers.stop();
  const home = to === "norte" ? "first" : "norte";
  const ports = two.homes.named(home) ?? two.ports;
  expect(writers.kept.length).toBeGreaterThan(16);
  expect(await noted(home)).toEqual(writers.kept.toSorted());
  const entries = await ports.reader.rows({
    sql: "select count(*) as n, count(distinct origin_ref) as refs from movements where company = 1",
    args: [],
  });
  expect(entries[0]).toEqual({ n: 2 * writers.kept.length, refs: 2 * writers.kept.length });
  expect(await flawsOf(ports, 1)).toEqual([]);
  expect(await flawsOf(two.ports, 2)).toEqual([]);
  const stock = await two.send("GET", "/api/stock/A", { as: "otherCompany" });
  expect(Number(stock.body.quantity ?? stock.body.balance)).toBe(points.length);
}

test("moves under 16 writers, killed at some writes and resumed, lose and double nothing", async () => {
  const random = new Random(7);
  await movesUnderWriters([random.between(3, 14), random.between(15, 22)], (n) => n === 0);
});

testInFull(
  "moves under 16 writers, killed at each of their writes and resumed, lose and double nothing",
  async () => {
    const points = Array.from({ length: 30 }, (_, n) => n + 1);
    await movesUnderWriters(points, (n) => n % 4 < 2);
  },
  600_000,
);
