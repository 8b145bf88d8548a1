import { expect, test } from "bun:test";
import { withServer } from "../support/server.ts";
import { clientDocuments } from "./documents.ts";
import { runRows } from "./run.mjs";

test("each of the 33 rows of S.G.E. that is built answers the old client as it must, on Bun", () =>
  withServer(
    async ({ url }) => {
      const admin = { email: "admin@localhost.localdomain", password: "uma senha dos testes" };
      const { tested, notBuilt } = await runRows({
        fetch: (path, init) => fetch(url + path, init),
        admin,
        ...clientDocuments(),
      });
      expect(tested).toBeGreaterThanOrEqual(15);
      if (notBuilt.length > 0)
        console.warn(`rows of S.G.E. that are not built: ${notBuilt.join(", ")}`);
    },
    {
      CORS_ORIGINS: ["http://localhost:5173"],
      RATE_LIMIT_PER_SECOND: 1_000,
      RATE_LIMIT_BURST: 1_000,
    },
  ));
