import { Database } from "bun:sqlite";
import { expect } from "bun:test";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FULL, testInFull } from "../support/full.ts";

const DOOR = join(import.meta.dir, "../../src/demo/door.ts");

async function demo(folder: string) {
  const child = Bun.spawn([process.execPath, DOOR, folder], {
    env: { ...process.env, NO_COLOR: "", DATABASE_URL: "file:/dev/null/not-this-one" },
    stdout: "pipe",
    stderr: "pipe",
  });
  const [out, err, code] = await Promise.all([
    new Response(child.stdout).text(),
    new Response(child.stderr).text(),
    child.exited,
  ]);
  return { out, err, code };
}

const DAY_MS = 86_400_000;

/** The month has goods that came and went on most days, a count and a reversal, and what waits for a person. */
function looksLivedIn(file: string): void {
  const database = new Database(file, { readonly: true });
  const some = (sql: string) => Object.values(database.query(sql).get() ?? {}).map(Number);
  const days = (type: string) =>
    some(
      `select count(distinct created_at / ${DAY_MS}), min(created_at), max(created_at) from movements where type = '${type}'`,
    );
  const [entering = 0, oldest = 0, newest = 0] = days("ENTRADA");
  const [leaving = 0] = days("SAIDA");
  expect(entering).toBeGreaterThanOrEqual(22);
  expect(leaving).toBeGreaterThanOrEqual(24);
  expect((Date.now() - oldest) / DAY_MS).toBeLessThan(32);
  expect(newest).toBeLessThan(Date.now());
  expect(some("select count(*) from notes where status = 'ESTORNADA'")).toEqual([1]);
  const events = (type: string) => some(`select count(*) from events where type = '${type}'`)[0];
  expect([events("count.opened"), events("count.closed")]).toEqual([2, 1]);
  expect(events("stock.low")).toBeGreaterThanOrEqual(4);
  database.close();
}

testInFull(
  "the demo without a terminal prints some sixty lines and ends with 0",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "sge-demo-"));
    try {
      const first = await demo(folder);
      expect([first.err, first.code]).toEqual(["", 0]);
      expect(first.out.trimEnd().split("\n").length).toBeLessThanOrEqual(62);
      for (const part of ["Resultado", "Estoque: 26 produtos", "estoque.csv", "por segundo"])
        expect(first.out).toContain(part);
      expect(first.out).not.toContain("\u001b[");
      expect(await readdir(folder)).toEqual(
        expect.arrayContaining(["estoque.csv", "movimentos.csv", "sge.db"]),
      );
      expect(await readdir(folder)).not.toContain("server.json");
      const csv = await readFile(join(folder, "estoque.csv"), "utf8");
      expect(csv.trimEnd().split("\r\n")).toHaveLength(27);
      expect(first.out).toContain("4 prontas para aprovar; 6 aguardando conferência");
      looksLivedIn(join(folder, "sge.db"));
      // The second run takes as long as the first.
      if (!FULL) return;
      const second = await demo(folder);
      expect(second.code).toBe(0);
      const said = (out: string) => out.slice(0, out.indexOf("Velocidade"));
      expect(said(second.out)).toBe(said(first.out));
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  },
  30_000,
);
