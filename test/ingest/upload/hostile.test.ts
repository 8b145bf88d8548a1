import { expect, test } from "bun:test";
import { fileURLToPath } from "node:url";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { FULL, testInFull } from "../../support/full.ts";
import { withServer } from "../../support/server.ts";

const MIB = 1_048_576;

testInFull("a ZIP bomb with a true or a false size is refused in bounded memory", async () => {
  const script = fileURLToPath(new URL("../../support/zips/bombs.ts", import.meta.url));
  const child = Bun.spawn([process.execPath, script], { stdout: "pipe", stderr: "inherit" });
  const lines = (await new Response(child.stdout).text()).trim().split("\n");
  expect(await child.exited).toBe(0);
  const [honest, lying] = lines.map((line) => JSON.parse(line));
  // 240 MiB in 240 KB: the directory declares it, and nothing is inflated.
  expect(honest).toMatchObject({
    name: "honest",
    status: 413,
    code: "batch.too_large",
    inflated: 0,
    alive: 200,
  });
  expect(honest.sent).toBeLessThan(MIB);
  // 400 MiB that declare 410 KB: each entry is stopped when it exceeds its declared size.
  expect(lying).toMatchObject({
    name: "lying",
    status: 200,
    summary: { rejected: 10 },
    alive: 200,
  });
  expect(lying.inflated).toBeGreaterThan(10 * 41_000);
  expect(lying.inflated).toBeLessThan(16 * MIB);
  expect(lying.grew).toBeLessThan(64 * MIB);
});

const many = (text: string) => text.repeat(Math.trunc((10 * MIB - 16_384) / text.length));
const { xml } = syntheticNote({ items: 1 });
const named = (content: string) => xml.replace(/<xProd>[^<]*</, () => `<xProd>${content}<`);

/** Ten megabytes of each; the last five with FULL=1. */
const HOSTILE: readonly (readonly [string, () => string])[] = [
  ["<", () => many("<")],
  ["levels", () => named(many("<a>"))],
  ["attributes", () => xml.replace("<infNFe ", () => `<infNFe ${many('a="" ')}`)],
  ["references", () => named(many("&amp;"))],
  ["elements", () => named(many("<a/>"))],
  ["one text", () => named(many("a"))],
  ["an entity that grows", () => `<!DOCTYPE a [<!ENTITY b "${many("c")}">]>${xml}`],
  ["a comment that never ends", () => named(`<!--${many(" -")}`)],
];

test(
  "ten hostile megabytes are answered with 422, read by a thread while other requests are answered",
  () =>
    withServer(
      async (server) => {
        for (const [n, [what, make]] of HOSTILE.slice(0, FULL ? 8 : 3).entries()) {
          const [{ status, body }, meanwhile] = await Promise.all([
            server.upload(make()),
            server.call("GET", "/api/stock"),
          ]);
          expect([what, status, body.code]).toEqual([what, 422, "nfe.malformed_xml"]);
          expect([what, meanwhile.status]).toEqual([what, 200]);
          // None was read in the main thread, where it would block the event loop; none hung or stopped its thread.
          expect(server.ports.figures().documents).toMatchObject({
            workers: 1,
            answered: n + 1,
            crashes: 0,
            timeouts: 0,
          });
        }
      },
      { NFE_WORKERS: 1 },
    ),
  60_000,
);

test(
  "a note of the most items and bytes that a document may have is read in a thread",
  () =>
    withServer(
      async (server) => {
        const note = syntheticNote({ items: 990 });
        const room = 10 * MIB - new TextEncoder().encode(note.xml).length;
        const padded = note.xml.replace("?>", () => `?><!--${" ".repeat(room - 7)}-->`);
        const { status, body } = await server.upload(padded, "?approve=true");
        expect([status, body.status, body.total_items]).toEqual([200, "PROCESSADA", 990]);
        expect(server.ports.figures().documents.answered).toBe(1);
        const over = await server.upload(`${padded} `);
        expect([over.status, over.body.code]).toEqual([413, "too_large"]);
      },
      { NFE_WORKERS: 1 },
    ),
  60_000,
);
