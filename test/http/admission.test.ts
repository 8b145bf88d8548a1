import { expect, test } from "bun:test";
import { syntheticNote } from "../../src/demo/synthetic-note.ts";
import type { DocumentReader } from "../../src/ports.ts";
import { testService } from "../support/service.ts";

test("no request is refused below the bound; above it 503 with Retry-After, and health still answers", async () => {
  const service = await testService({ config: { MAX_IN_FLIGHT: 20 } });
  const release = Promise.withResolvers<void>();
  const inside = { now: 0 };
  const full = Promise.withResolvers<void>();
  const { read } = service.ports.documents;
  const held: DocumentReader["read"] = async (bytes, signal) => {
    inside.now += 1;
    if (inside.now === 20) full.resolve();
    await release.promise;
    return read(bytes, signal);
  };
  service.ports.documents.read = held;
  const uploads = Array.from({ length: 20 }, (_, seed) =>
    service.upload(syntheticNote({ seed, items: 1 }).xml),
  );
  await full.promise;
  const over = await service.upload(syntheticNote({ seed: 99 }).xml);
  expect([over.status, over.body.code, over.headers.get("retry-after")]).toEqual([
    503,
    "overloaded",
    "1",
  ]);
  expect((await service.send("GET", "/api/stock")).status).toBe(503);
  expect((await service.send("GET", "/api/health")).status).toBe(200);
  expect((await service.send("GET", "/api/health/full")).status).toBe(200);
  release.resolve();
  expect((await Promise.all(uploads)).map(({ status }) => status)).toEqual(Array(20).fill(200));
  expect((await service.upload(syntheticNote({ seed: 99 }).xml)).status).toBe(200);
  await service.close();
});

test("bodies that would not fit into memory together are refused by what they say of themselves", async () => {
  const service = await testService();
  const release = Promise.withResolvers<void>();
  const reached = Promise.withResolvers<void>();
  const { read } = service.ports.documents;
  service.ports.documents.read = async (bytes, signal) => {
    reached.resolve();
    await release.promise;
    return read(bytes, signal);
  };
  const { xml } = syntheticNote({ seed: 1 });
  const first = service.send("POST", "/api/nfe/upload", {
    body: xml,
    headers: { "content-type": "application/xml", "content-length": String(xml.length) },
  });
  await reached.promise;
  const huge = await service.send("POST", "/api/nfe/batch", {
    body: "x",
    headers: { "content-length": String(512 << 20), "content-type": "application/zip" },
  });
  expect([huge.status, huge.body.code]).toEqual([503, "overloaded"]);
  release.resolve();
  expect((await first).status).toBe(200);
  await service.close();
});
