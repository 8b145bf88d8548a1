import { expect } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { faultyProxy } from "../../support/faults/faulty-proxy.ts";
import { testInFull } from "../../support/full.ts";
import { withServer } from "../../support/server.ts";
import { libsqlServer } from "../../support/sqld.ts";

testInFull(
  "a slow database, then a dead one, costs no caller more than its time, and its circuit closes by itself",
  async () => {
    await using sqld = await libsqlServer();
    await using road = await faultyProxy(sqld.port);
    await withServer(
      async (server) => {
        const kept = await server.upload(syntheticNote({ seed: 1 }).xml, "?approve=true");
        expect([kept.status, kept.body.status]).toEqual([200, "PROCESSADA"]);
        const state = () => server.ports.breakers()[0]?.state;
        expect(state()).toBe("closed");

        // Each of these waits for its time, and is not sent again: a slow database is not made slower.
        road.become({ slowMs: 2_000 });
        const waiting = await Promise.all(
          Array.from({ length: 8 }, () => server.call("GET", "/api/stock")),
        );
        for (const { status, headers, body } of waiting)
          expect([status, headers.get("retry-after"), body.code]).toEqual([503, "1", "overloaded"]);
        expect(state()).not.toBe("closed");

        // Now no call reaches the database.
        road.become("cut");
        const refused = () => server.ports.breakers()[0]?.refused ?? 0;
        const before = refused();
        const shed = await server.upload(syntheticNote({ seed: 2 }).xml, "?approve=true");
        expect([shed.status, shed.body.code]).toEqual([503, "overloaded"]);
        expect((await server.call("GET", "/api/stock")).status).toBe(503);
        expect(refused()).toBe(before + 2);
        // What does not need it works, and what tells of it says so.
        expect((await server.call("GET", "/api/health")).status).toBe(200);
        expect((await server.call("GET", "/openapi.json")).status).toBe(200);
        const full = await server.call("GET", "/api/health/full");
        expect([full.status, full.body.database]).toEqual([503, "disconnected"]);
        expect(full.body.checks[0].detail.breaker).toMatch(/open/);

        road.become("open");
        while (state() !== "closed") await new Promise((resolve) => setImmediate(resolve));
        const stock = await server.call("GET", "/api/stock");
        expect([stock.status, stock.body.pagination.total > 0]).toEqual([200, true]);
        const again = await server.upload(syntheticNote({ seed: 2 }).xml, "?approve=true");
        expect([again.status, again.body.status]).toEqual([200, "PROCESSADA"]);
      },
      { DATABASE_URL: road.url },
    );
  },
  20_000,
);
