import { expect, test } from "bun:test";
import { mkdtemp, readdir, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { FULL } from "../support/full.ts";

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

test("the demo without a terminal prints some sixty lines and ends with 0", async () => {
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
    // The second run takes as long as the first.
    if (!FULL) return;
    const second = await demo(folder);
    expect(second.code).toBe(0);
    const said = (out: string) => out.slice(0, out.indexOf("Velocidade"));
    expect(said(second.out)).toBe(said(first.out));
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}, 30_000);
