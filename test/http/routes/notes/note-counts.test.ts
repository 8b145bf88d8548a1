import { expect, test } from "bun:test";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../../support/app.ts";

const NONE = { ready: 0, held: 0, processed: 0, reversed: 0, cancelled: 0, discarded: 0 };
const notes = [1, 2, 3].map((seed) => syntheticNote({ seed, items: 1 }));
const held = syntheticNote({ seed: 4, tpAmb: "2", items: 1 });

test("notes are counted where they stand, and a change of one is counted at once", () =>
  withApp(async (service) => {
    const counts = async () => (await service.send("GET", "/api/nfes/counts")).body;
    const act = (note: { accessKey: string } | undefined, what: string) =>
      service.send("POST", `/api/nfes/${note?.accessKey}/${what}`, { json: { reason: "teste" } });
    expect(await counts()).toEqual(NONE);
    for (const { xml } of [...notes, held]) await service.upload(xml);
    expect(await counts()).toEqual({ ...NONE, ready: 3, held: 1 });
    await service.send("POST", `/api/nfes/${notes[0]?.accessKey}/process`);
    await act(notes[1], "discard");
    expect(await counts()).toEqual({ ...NONE, ready: 1, held: 1, processed: 1, discarded: 1 });
    await act(notes[0], "reverse");
    expect(await counts()).toEqual({ ...NONE, ready: 1, held: 1, reversed: 1, discarded: 1 });
    const other = await service.send("GET", "/api/nfes/counts", { as: "otherCompany" });
    expect(other.body).toEqual(NONE);
  }));

test("a list shows the notes with a hold, or those without one, also by a cursor", () =>
  withApp(async (service) => {
    for (const { xml } of [...notes, held]) await service.upload(xml);
    const keys = async (query: string) =>
      (await service.send("GET", `/api/nfes?${query}`)).body.data.map(
        ({ access_key }: { access_key: string }) => access_key,
      );
    const ready = notes.map(({ accessKey }) => accessKey).reverse();
    expect(await keys("held=true")).toEqual([held.accessKey]);
    expect(await keys("status=PENDENTE&held=false")).toEqual(ready);
    expect(await keys("status=PENDENTE&held=false&cursor=start")).toEqual(ready);
  }));

test("a person sees what waits in each of their companies, and a key its own company", () =>
  withApp(async (service) => {
    for (const { xml } of [...notes, held]) await service.upload(xml);
    const sql = `insert into memberships (company, user_id, role, active, accepted_at, created_at, updated_at)
      values (2, 14, 'VISUALIZADOR', 1, 0, 0, 0)`;
    await service.ports.database.writing.executeMultiple(`${sql};
      insert into mail_settings (company, host, port, user, password, folder, senders, subject, tls, active, saved_by,
        created_at, updated_at, failing_since) values (2, 'imap.example', 993, 'nfe', null, 'INBOX', '[]', '', 1, 1, 21, 0, 0, 1000);`);
    const { status, body, headers } = await service.send("GET", "/api/overview");
    expect([status, headers.get("cache-control")]).toEqual([200, "no-store"]);
    expect(body.companies).toMatchObject([
      {
        id: 1,
        role: "ADMIN",
        ready: 3,
        held: 1,
        last_note: { access_key: held.accessKey, received_at: "2026-11-23T12:00:00.000Z" },
        mailbox: { state: "off", failing_since: null },
      },
      {
        id: 2,
        name: "Outra",
        role: "VISUALIZADOR",
        ready: 0,
        held: 0,
        last_note: null,
        mailbox: { state: "failing", failing_since: "1970-01-01T00:00:01.000Z" },
      },
    ]);
    const ids = async (options: object) =>
      (await service.send("GET", "/api/overview", options)).body.companies.map(
        ({ id }: { id: number }) => id,
      );
    expect(await ids({ as: "OPERADOR" })).toEqual([1]);
    expect(await ids({ as: "otherCompany" })).toEqual([2]);
    const made = await service.send("POST", "/api/keys", { json: { name: "k", role: "ADMIN" } });
    const headersOfKey = { authorization: `Bearer ${made.body.key}` };
    expect(await ids({ as: "anonymous", headers: headersOfKey })).toEqual([1]);
  }));
