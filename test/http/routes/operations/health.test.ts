import { expect, test } from "bun:test";
import { withApp } from "../../../support/app.ts";

test("a stopping process answers health with 503", () => {
  const ending = new AbortController();
  return withApp(
    async ({ send }) => {
      expect((await send("GET", "/api/health/full", { as: "anonymous" })).body.status).toBe("ok");
      ending.abort();
      const full = await send("GET", "/api/health/full", { as: "anonymous" });
      expect([full.status, full.body.status, full.body.database]).toEqual([
        503,
        "stopping",
        "connected",
      ]);
      expect((await send("GET", "/api/health", { as: "anonymous" })).status).toBe(200);
    },
    { stopping: ending.signal },
  );
});
