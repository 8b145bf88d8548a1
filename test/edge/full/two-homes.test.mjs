import assert from "node:assert/strict";
import { after, before, describe, test } from "node:test";
import { ORIGIN } from "../../contract-of-clients/client.mjs";
import { runRows } from "../../contract-of-clients/run.mjs";
import { conversation } from "../conversation/chapters.mjs";
import { inNorte, inNorteOnBun, inOneFile } from "../two-homes.mjs";
import { both, inWorkerdOver } from "../two-worlds.mjs";
import { ADMIN, fromBun } from "../world.mjs";

const inNorteInWorkerd = async (folder, more = {}) => {
  const database = await inNorte();
  return inWorkerdOver(folder, { ...database, more: { ...database.more, ...more } });
};

/** Every note of the company is in the second database, and none in the first. */
async function inTheSecond(services) {
  for (const { notesIn } of services) {
    if (notesIn === undefined) continue;
    const [first, norte] = await notesIn();
    assert.ok(first === 0 && norte > 5, `notes: ${first} in the first database, ${norte} in norte`);
  }
}

describe("on Bun a company in the second database is answered as one in the only database", () =>
  conversation(() => both(inOneFile, inNorteOnBun), inTheSecond));

describe("docs/api.md holds for a company in the second database, in workerd as on Bun", () =>
  conversation(() => both(inNorteOnBun, inNorteInWorkerd), inTheSecond));

describe("the old client of S.G.E., of a company in the second database", () => {
  let documents;
  let worlds;
  before(async () => {
    const more = { CORS_ORIGINS: ORIGIN, RATE_LIMIT_BURST: "0" };
    [worlds, documents] = await Promise.all([
      both(
        (folder) => inNorteOnBun(folder, more),
        (folder) => inNorteInWorkerd(folder, more),
      ),
      fromBun(`
        const { clientDocuments } = await import("./test/contract-of-clients/documents.ts");
        return clientDocuments();`),
    ]);
  });
  after(() => worlds?.close());

  for (const [place, runtime] of ["on Bun", "in workerd"].entries())
    test(`each of the 33 rows answers as it must ${runtime}`, async () => {
      const { tested } = await runRows({ ...worlds.sides[place], admin: ADMIN, ...documents });
      assert.ok(tested > 20);
    });
});
