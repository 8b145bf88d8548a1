import { expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { beforeNextCommit } from "../../../support/faults/before-next-commit.ts";

const patch = (service: TestApp, json: object, ifMatch?: string) =>
  service.send("PATCH", "/api/company", {
    json,
    ...(ifMatch === undefined ? {} : { headers: { "if-match": ifMatch } }),
  });

const etagOf = async (service: TestApp) =>
  (await service.send("GET", "/api/company")).headers.get("etag") ?? "";

test("settings are changed only where If-Match names them as they are", () =>
  withApp(async (service) => {
    const first = await etagOf(service);
    const changed = await patch(service, { name: "Loja A" }, first);
    expect([changed.status, changed.headers.get("etag")]).toEqual([200, await etagOf(service)]);
    expect(changed.headers.get("etag")).not.toBe(first);
    for (const other of [first, '"x"', `W/${changed.headers.get("etag")}`]) {
      const { status, body } = await patch(service, { name: "Loja B" }, other);
      expect([status, body.code]).toEqual([412, "company.changed"]);
    }
    expect((await patch(service, { name: "Loja C" }, "*")).status).toBe(200);
    expect((await patch(service, { name: "Loja D" })).status).toBe(200);
  }));

test("settings that change between look and batch are not overwritten, and the refusal leaves no line", () =>
  withApp(async (service) => {
    const etag = await etagOf(service);
    beforeNextCommit(service.ports, () => patch(service, { name: "Primeira" }));
    const { status } = await patch(service, { name: "Segunda" }, etag);
    expect(status).toBe(412);
    expect((await service.send("GET", "/api/company")).body.name).toBe("Primeira");
    const lines = "select count(*) as n from audit where action = 'company.update'";
    expect(await service.rows(lines)).toEqual([{ n: 1 }]);
  }));

test("the stock of named products is read in one request, of at most 100", () =>
  withApp(async (service) => {
    await service.upload(syntheticNote({ seed: 3, items: 3 }).xml, "?approve=true");
    const all = await service.send("GET", "/api/stock");
    const [one, , two] = all.body.data.map(({ code }: { code: string }) => code);
    const query = new URLSearchParams({ codes: `${two}, ${one},unknown` });
    const { body } = await service.send("GET", `/api/stock?${query}`);
    expect(body.data.map(({ code }: { code: string }) => code)).toEqual([one, two]);
    expect(body.pagination.total).toBe(2);
    const many = Array.from({ length: 101 }, (_, n) => `P${n}`).join(",");
    expect((await service.send("GET", `/api/stock?codes=${many}`)).status).toBe(422);
  }));

test("the feed begins from now on with after=end", () =>
  withApp(async (service) => {
    await service.upload(syntheticNote({ seed: 1, items: 1 }).xml);
    const now = await service.send("GET", "/api/events?after=end");
    expect(now.body.data).toEqual([]);
    await service.upload(syntheticNote({ seed: 2, items: 1 }).xml);
    const next = await service.send("GET", `/api/events?after=${now.body.next_cursor}`);
    expect(next.body.data.map(({ type }: { type: string }) => type)).toEqual(["nfe.registered"]);
  }));
