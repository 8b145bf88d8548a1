import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { supplier } from "../../support/notes/purchase.ts";

/** Two things at once to each of many notes: whichever comes first, nothing is half done and nothing is done twice. */

const notes = Array.from({ length: 16 }, (_, n) =>
  syntheticNote({ seed: 300 + n, emit: supplier, items: 2 }),
);
const act = (service: TestApp, key: string, what: string, json?: unknown) =>
  service.send("POST", `/api/nfes/${key}/${what}`, json === undefined ? {} : { json });

/** Each note's status, how many movements it has made, and in how many postings. */
const outcomes = (service: TestApp) =>
  service.rows(
    `select n.access_key, n.status, count(m.id) as moved, count(distinct m.posting) as postings
      from notes n left join movements m on m.reference = n.access_key group by n.id`,
  );

/** Half of them one way round, half the other. */
const bothWays = (
  first: (n: number) => Promise<unknown>,
  second: (n: number) => Promise<unknown>,
) =>
  Promise.all(
    notes.flatMap((_, n) => (n % 2 === 0 ? [first(n), second(n)] : [second(n), first(n)])),
  );
const keyOf = (n: number) => notes[n]?.accessKey ?? "";
const xmlOf = (n: number) => notes[n]?.xml ?? "";

test("a concurrent approval and discard leave the note posted, or discarded without movements", () =>
  withApp(async (service) => {
    await Promise.all(notes.map(({ xml }) => service.upload(xml)));
    await bothWays(
      (n) => act(service, keyOf(n), "process"),
      (n) => act(service, keyOf(n), "discard", { reason: "não é nossa" }),
    );
    for (const { status, moved } of await outcomes(service))
      expect(["PROCESSADA 2", "DESCARTADA 0"]).toContain(`${status} ${moved}`);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a cancellation during an approval leaves the note void and the stock as it was", () =>
  withApp(async (service) => {
    await Promise.all(notes.map(({ xml }) => service.upload(xml)));
    await bothWays(
      (n) => act(service, keyOf(n), "process"),
      async (n) => {
        const { body } = await service.upload(cancellationEvent(keyOf(n)));
        expect(body.event.effect).toBe("cancelled");
      },
    );
    for (const n of notes.keys()) {
      const { body } = await service.send("GET", `/api/nfes/${keyOf(n)}`);
      expect(body).toMatchObject({ status: "CANCELADA", holds: [{ code: "cancelled" }] });
      expect([0, 4]).toContain(body.movements.length);
    }
    expect(await service.rows("select 1 from balances where quantity_e4 <> 0")).toEqual([]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a note that is approved and completed at once is completed once and posted at most once", () =>
  withApp(async (service) => {
    const bare = notes.map((_, n) =>
      syntheticNote({ seed: 300 + n, emit: supplier, items: 2, root: "NFe" }),
    );
    await Promise.all(bare.map(({ xml }) => service.upload(xml)));
    const completed: number[] = [];
    await bothWays(
      (n) => act(service, keyOf(n), "process", { override: ["no_protocol"] }),
      async (n) => {
        const { status, body } = await service.upload(xmlOf(n), "?approve=true");
        completed.push(status);
        expect(body.completed).toBe(true);
      },
    );
    expect(completed).toEqual(notes.map(() => 200));
    for (const { status, moved, postings } of await outcomes(service))
      expect(`${status} ${moved} ${postings}`).toBe("PROCESSADA 2 1");
    expect(await service.rows("select distinct has_protocol, holds from notes")).toEqual([
      { has_protocol: 1, holds: "[]" },
    ]);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));

test("a change of settings during uploads: waiting notes have the new verdict, posted ones the old", () =>
  withApp(async (service) => {
    await Promise.all([
      ...notes.slice(0, 8).map(({ xml }) => service.upload(xml, "?approve=true")),
      service.send("PATCH", "/api/company", { json: { environment: "homologation" } }),
      ...notes.slice(8).map(({ xml }) => service.upload(xml, "?approve=true")),
    ]);
    const rows = await service.rows(
      `select status, holds like '%homologation%' as held, settings_version as version, count(*) as n
        from notes group by 1, 2, 3`,
    );
    for (const row of rows)
      expect(["PENDENTE 1 2", "PROCESSADA 0 1"]).toContain(
        `${row.status} ${row.held} ${row.version}`,
      );
    expect(rows.reduce((sum, { n }) => sum + Number(n), 0)).toBe(notes.length);
    expect(rows.map(({ status }) => status)).toContain("PENDENTE");
  }));

test("concurrent discards and restores leave the note in one status, with an audit line for each change", () =>
  withApp(async (service) => {
    const [note] = notes;
    await service.upload(note?.xml ?? "");
    const answers = await Promise.all(
      Array.from({ length: 12 }, (_, n) =>
        n % 2 === 0
          ? act(service, keyOf(0), "discard", { reason: "não é nossa" })
          : act(service, keyOf(0), "restore"),
      ),
    );
    expect([...new Set(answers.map(({ status }) => status))]).toEqual([200]);
    const [{ status } = {}] = await service.rows("select status from notes");
    const changes = await service.rows(
      "select action from audit where action in ('nfe.discard', 'nfe.restore') order by id",
    );
    // They take turns: nothing is put aside twice, nothing comes back that was not put aside.
    changes.forEach(({ action }, n) => {
      expect(action).toBe(n % 2 === 0 ? "nfe.discard" : "nfe.restore");
    });
    expect(status).toBe(changes.length % 2 === 0 ? "PENDENTE" : "DESCARTADA");
  }));
