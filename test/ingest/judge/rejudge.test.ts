import { expect, test } from "bun:test";
import { rejudgeKeys } from "../../../src/ingest/judge/rejudge.ts";
import { rejudgeSlice } from "../../../src/ingest/judge/rejudge-waiting.ts";
import { RULES_VERSION } from "../../../src/ingest/verdict/rules.ts";
import { runMaintenance } from "../../../src/maintenance.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { LAST_COSTS } from "../../support/last-costs.ts";

const note = syntheticNote({ seed: 1 });
const path = `/api/nfes/${note.accessKey}`;

const write = ({ ports }: TestApp, sql: string, args: (string | number)[] = []) =>
  ports.writer.commit({ statements: [{ sql, args }], read: () => undefined });

/** The state that a deploy of newer rules finds: a verdict that older rules have made, and what they said. */
const judgedByOlderRules = (service: TestApp, holds: string[] = [], key = note.accessKey) =>
  write(
    service,
    "update notes set rules_version = ?1, holds = ?2, direction = 'none' where access_key = ?3",
    [
      RULES_VERSION - 1,
      JSON.stringify(holds.map((code) => ({ code, message: "Regra antiga." }))),
      key,
    ],
  );

/** The payloads of the feed's events of one type. */
const fed = async ({ rows }: TestApp, type: string) =>
  (await rows("select payload from events where type = ?1 order by id", [type])).map((row) =>
    JSON.parse(String(row.payload)),
  );

test("a note that waits under older rules is judged again before it is approved", () =>
  withApp(async (service) => {
    const { upload, send, rows } = service;
    await upload(note.xml);
    await send("PATCH", "/api/company", { json: { environment: "homologation" } });
    // As if older rules had not known the hold.
    await judgedByOlderRules(service);
    const refused = await send("POST", `${path}/process`);
    expect([refused.status, refused.body.code]).toEqual([409, "nfe.held"]);
    expect(refused.body.holds).toMatchObject([{ code: "homologation" }]);
    expect(await rows("select rules_version, status from notes")).toEqual([
      { rules_version: RULES_VERSION, status: "PENDENTE" },
    ]);
  }));

test("a new verdict that meets an approval of its note is not counted as made, one that meets nothing is", () =>
  withApp(async (service) => {
    const { ports, send, upload } = service;
    await upload(note.xml);
    await judgedByOlderRules(service);
    expect(await rejudgeKeys(ports, 1, [note.accessKey])).toBe(1);
    await judgedByOlderRules(service);
    beforeNextCommit(ports, () => send("POST", `${path}/process`));
    expect(await rejudgeKeys(ports, 1, [note.accessKey])).toBe(0);
  }));

test("goods that were bought keep their cost through a new verdict, and their items their places from 1", () =>
  withApp(async (service) => {
    const { upload, send, rows } = service;
    await upload(note.xml);
    await judgedByOlderRules(service);
    const items = "select position, brings_cost, effect from note_items order by position";
    const before = await rows(items);
    expect(before.map(({ position }) => position)).toEqual(before.map((_, i) => i + 1));
    expect(new Set(before.map(({ brings_cost }) => brings_cost))).toEqual(new Set([1]));
    expect(await rejudgeKeys(service.ports, 1, [note.accessKey])).toBe(1);
    expect(await rows(items)).toEqual(before);
    await send("POST", `${path}/process`);
    expect(
      await rows(`select count(*) as n from ${LAST_COSTS} where last_cost_e2 is null`),
    ).toEqual([{ n: 0 }]);
  }));

test("a posted note keeps the verdict that it was approved under, also under newer rules", () =>
  withApp(async (service) => {
    await service.upload(note.xml, "?approve=true");
    await judgedByOlderRules(service);
    await runMaintenance(service.ports);
    await service.send("POST", `${path}/process`);
    expect(await service.rows("select rules_version, direction from notes")).toEqual([
      { rules_version: RULES_VERSION - 1, direction: "none" },
    ]);
  }));

test("maintenance judges the notes again that wait under older rules or other settings", () =>
  withApp(async (service) => {
    const { upload, send, rows, ports } = service;
    const other = syntheticNote({ seed: 2 });
    const third = syntheticNote({ seed: 3 });
    for (const { xml } of [note, other, third]) await upload(xml);
    await judgedByOlderRules(service);
    await write(service, "update notes set settings_version = 0 where access_key = ?1", [
      other.accessKey,
    ]);
    expect(await runMaintenance(ports)).toMatchObject({ rejudged: 2, faults: 0 });
    expect(await runMaintenance(ports)).toMatchObject({ rejudged: 0 });
    expect(await rows("select distinct rules_version, settings_version from notes")).toEqual([
      { rules_version: RULES_VERSION, settings_version: 1 },
    ]);
    expect((await send("GET", path)).body.direction).toBe("entry");
  }));

test("maintenance continues after a note with an unreadable original, whose approval fails with the reason", () =>
  withApp(async (service) => {
    const { upload, send, ports, rows } = service;
    const other = syntheticNote({ seed: 2 });
    for (const { xml } of [note, other]) await upload(xml);
    await write(service, "update notes set rules_version = 0");
    await write(
      service,
      "delete from originals where sha256 = (select sha256 from notes where access_key = ?1)",
      [note.accessKey],
    );
    expect(await runMaintenance(ports)).toMatchObject({ rejudged: 1, faults: 0 });
    expect(await rows("select rules_version from notes order by id")).toEqual([
      { rules_version: 0 },
      { rules_version: RULES_VERSION },
    ]);
    const refused = await send("POST", `${path}/process`);
    expect([refused.status, refused.body.code]).toEqual([500, "original.missing"]);
    expect((await send("GET", "/api/stock")).body.data).toEqual([]);
  }));

test("a note that today's reader refuses is not approved under its old verdict", () =>
  withApp(async (service) => {
    const { upload, send, ports, rows } = service;
    await upload(note.xml);
    await write(service, "update notes set rules_version = 0");
    const { documents } = ports;
    ports.documents = {
      ...documents,
      read: async () => ({ ok: false, error: { code: "nfe.not_an_nfe", got: "x" } }),
    };
    expect(await rejudgeSlice(ports, 1)).toBe(0);
    const refused = await send("POST", `${path}/process`);
    expect([refused.status, refused.body.code]).toEqual([409, "nfe.unreadable"]);
    expect(await rows("select status, rules_version from notes")).toEqual([
      { status: "PENDENTE", rules_version: 0 },
    ]);
  }));

test("a different new verdict appends nfe.judged to the feed with the holds of the note", () =>
  withApp(async (service) => {
    const { upload, send, ports } = service;
    await upload(note.xml);
    expect(await fed(service, "nfe.judged")).toEqual([]);
    await send("PATCH", "/api/company", { json: { cnpjs: ["11222333000181"] } });
    const strange = { access_key: note.accessKey, direction: "none", holds: ["not_ours"] };
    expect(await fed(service, "nfe.judged")).toEqual([strange]);
    // Nothing changes for the note.
    await send("PATCH", "/api/company", { json: { auto_approve: false, allow_negative: true } });
    await runMaintenance(ports);
    expect(await fed(service, "nfe.judged")).toEqual([strange]);
    await judgedByOlderRules(service);
    await runMaintenance(ports);
    expect(await fed(service, "nfe.judged")).toEqual([strange, strange]);
  }));

test("a completion by a protocol appends nfe.judged to the feed with the holds of the note", () =>
  withApp(async (service) => {
    await service.upload(syntheticNote({ seed: 1, root: "NFe" }).xml);
    await service.upload(note.xml);
    expect(await fed(service, "nfe.judged")).toEqual([
      { access_key: note.accessKey, direction: "entry", holds: [] },
    ]);
  }));

const meanwhile: readonly (readonly [string, (service: TestApp) => Promise<unknown>])[] = [
  [
    "another verdict",
    (service) => write(service, "update notes set verdict_version = verdict_version + 1"),
  ],
  ["an approval", (service) => write(service, "update notes set status = 'PROCESSADA'")],
  [
    "a change of settings",
    (service) => write(service, "update companies set settings_version = 7"),
  ],
];
for (const [what, intrude] of meanwhile)
  test(`a re-judgement that meets ${what} writes nothing`, () =>
    withApp(async (service) => {
      const { upload, ports, rows } = service;
      await upload(note.xml);
      await judgedByOlderRules(service);
      await write(service, "update note_items set landed_e2 = 1");
      beforeNextCommit(ports, () => intrude(service));
      expect(await rejudgeSlice(ports, 1)).toBe(0);
      expect(await rows("select rules_version, direction from notes")).toEqual([
        { rules_version: RULES_VERSION - 1, direction: "none" },
      ]);
      expect(await rows("select distinct landed_e2 from note_items")).toEqual([{ landed_e2: 1 }]);
      expect(await fed(service, "nfe.judged")).toEqual([]);
      expect(await rows("select 1 from audit where action = 'nfe.rejudge'")).toEqual([]);
    }));

test("the cost that newer rules give an item is the one that is posted", () =>
  withApp(async (service) => {
    const { upload, send, rows } = service;
    await upload(note.xml);
    const landed = await rows("select landed_e2 from note_items order by position");
    await judgedByOlderRules(service);
    await write(service, "update note_items set landed_e2 = 1");
    expect((await send("POST", `${path}/process`)).status).toBe(200);
    expect(await rows("select landed_e2 from note_items order by position")).toEqual(landed);
    const posted = await rows("select sum(cost_e2) as total from movements");
    expect(posted).toEqual(await rows("select sum(landed_e2) as total from note_items"));
  }));

test("a note that is judged again two years later gets the same verdict: a verdict has no clock", () =>
  withApp(async (service) => {
    const { upload, ports, rows } = service;
    await upload(note.xml);
    await upload(syntheticNote({ seed: 2, root: "NFe" }).xml);
    const verdicts = () => rows("select holds, findings, rules, direction from notes order by id");
    const before = await verdicts();
    ports.clock.advance(2 * 365 * 86_400_000);
    await write(service, "update notes set rules_version = 0");
    expect(await rejudgeSlice(ports, 1)).toBe(2);
    expect(await verdicts()).toEqual(before);
    expect(await fed(service, "nfe.judged")).toEqual([]);
  }));
