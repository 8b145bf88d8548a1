import { after, before, describe, test } from "node:test";
import { ORIGIN } from "../contract-of-clients/client.mjs";
import { runRows } from "../contract-of-clients/run.mjs";
import { ADMIN, fromBun, libsqlServer, SECRET, worker } from "./world.mjs";

describe("the old client of S.G.E. at the edge", () => {
  let edge;
  let database;
  let documents;

  before(async () => {
    [database, documents] = await Promise.all([
      libsqlServer(),
      fromBun(`
        const { clientDocuments } = await import("./test/contract-of-clients/documents.ts");
        return clientDocuments();`),
    ]);
    edge = await worker({
      DATABASE_URL: database.url,
      JWT_SECRET: SECRET,
      PASSWORD_COST: "4",
      RATE_LIMIT_BURST: "0",
      CORS_ORIGINS: ORIGIN,
    });
  });
  after(async () => {
    await edge?.close();
    await database?.close();
  });

  test("each of the 33 rows that is built answers as it must, in workerd", async (t) => {
    const { notBuilt } = await runRows({ fetch: edge.fetch, admin: ADMIN, ...documents });
    if (notBuilt.length > 0)
      t.diagnostic(`rows of S.G.E. that are not built: ${notBuilt.join(", ")}`);
  });
});
