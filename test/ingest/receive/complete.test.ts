import { expect, test } from "bun:test";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";

const bare = syntheticNote({ root: "NFe" });
const whole = syntheticNote({ root: "nfeProc" });
const path = `/api/nfes/${bare.accessKey}`;
const codes = (list: { code: string }[]) => list.map(({ code }) => code);

test("a note without protocol is completed by the document that has it: both originals stay, the verdict is new", () =>
  withApp(async ({ upload, send, rows }) => {
    const bare = syntheticNote({ root: "NFe" });
    const whole = syntheticNote({ root: "nfeProc" });
    expect(whole.accessKey).toBe(bare.accessKey);
    expect((await upload(bare.xml)).body.holds).toMatchObject([{ code: "no_protocol" }]);
    const completed = await upload(whole.xml);
    expect(completed).toMatchObject({
      status: 200,
      body: { completed: true, holds: [], status: "PENDENTE" },
    });
    const xml = await send("GET", `/api/nfes/${bare.accessKey}/xml`);
    expect(xml.text).toBe(whole.xml);
    expect(await rows("select count(*) as n from originals")).toEqual([{ n: 2 }]);
    expect((await upload(bare.xml)).body).toMatchObject({ code: "nfe.duplicate", differs: false });
    expect((await upload(whole.xml)).status).toBe(409);
    expect((await send("POST", `/api/nfes/${bare.accessKey}/process`)).status).toBe(200);
  }));

test("ten completions at once complete the note once", () =>
  withApp(async ({ upload, rows }) => {
    await upload(syntheticNote({ root: "NFe" }).xml);
    const whole = syntheticNote({ root: "nfeProc" }).xml;
    const answers = await Promise.all(Array.from({ length: 10 }, () => upload(whole)));
    expect(answers.filter((a) => a.status === 200)).toHaveLength(1);
    expect(answers.filter((a) => a.status === 409)).toHaveLength(9);
    expect(await rows("select has_protocol, verdict_version from notes")).toEqual([
      { has_protocol: 1, verdict_version: 2 },
    ]);
  }));

const meanwhile: readonly (readonly [string, (service: TestApp) => Promise<unknown>, string[]])[] =
  [
    ["an event comes", ({ upload }) => upload(cancellationEvent(bare.accessKey)), ["cancelled"]],
    [
      "a setting changes",
      ({ send }) => send("PATCH", "/api/company", { json: { environment: "homologation" } }),
      ["homologation"],
    ],
    [
      "the note is put aside",
      ({ send }) => send("POST", `${path}/discard`, { json: { reason: "não é nossa" } }),
      [],
    ],
  ];

test.each([...meanwhile])(
  "a completion is not lost when %s at the same moment",
  (_, intrude, holds) =>
    withApp(async (service) => {
      await service.upload(bare.xml);
      // The first batch tries to register the note, and loses.
      beforeNextCommit(service.ports, () => intrude(service), 1);
      const completed = await service.upload(whole.xml);
      expect(completed).toMatchObject({ status: 200, body: { completed: true } });
      expect(codes(completed.body.holds)).toEqual(holds);
      const { body } = await service.send("GET", path);
      expect([codes(body.holds), codes(completed.body.holds)]).toEqual([holds, holds]);
      expect((await service.send("GET", `${path}/xml`)).text).toBe(whole.xml);
    }),
);

test("a discarded note is judged again when it is completed and when it is restored", () =>
  withApp(async ({ upload, send }) => {
    await upload(bare.xml);
    await send("POST", `${path}/discard`, { json: { reason: "sem protocolo" } });
    expect((await upload(whole.xml)).body).toMatchObject({ status: "DESCARTADA", holds: [] });
    await send("PATCH", "/api/company", { json: { environment: "homologation" } });
    await send("POST", `${path}/restore`);
    const { body } = await send("GET", path);
    expect([body.status, codes(body.holds)]).toEqual(["PENDENTE", ["homologation"]]);
    await send("PATCH", "/api/company", { json: { environment: "production" } });
    expect((await send("POST", `${path}/process`)).status).toBe(200);
  }));

test("a completed note is approved where the request or the company's settings ask for it", () =>
  withApp(async ({ upload, send, rows }) => {
    const notes = (seed: number) => [
      syntheticNote({ seed, root: "NFe" }).xml,
      syntheticNote({ seed }).xml,
    ];
    const [first = "", firstWhole = ""] = notes(11);
    await upload(first);
    expect((await upload(firstWhole, "?approve=true")).body).toMatchObject({
      completed: true,
      status: "PROCESSADA",
      holds: [],
    });
    await send("PATCH", "/api/company", { json: { auto_approve: true } });
    const [second = "", secondWhole = ""] = notes(12);
    await upload(second);
    expect((await upload(secondWhole)).body.status).toBe("PROCESSADA");
    const [third = "", thirdWhole = ""] = notes(13);
    await upload(third);
    expect((await upload(thirdWhole, "?approve=false")).body.status).toBe("PENDENTE");
    expect(await rows("select count(distinct reference) as n from movements")).toEqual([{ n: 2 }]);
  }));

test("a protocol after the approval removes its hold or adds the holds that it reveals", () =>
  withApp(async ({ upload, send, rows }) => {
    const override = { json: { override: ["no_protocol"] } };
    await upload(bare.xml);
    await send("POST", `${path}/process`, override);
    expect((await upload(whole.xml)).body).toMatchObject({ status: "PROCESSADA", holds: [] });

    const options = { seed: 2 };
    const late = syntheticNote({ ...options, root: "NFe" });
    await upload(late.xml);
    await send("POST", `/api/nfes/${late.accessKey}/process`, override);
    const denied = await upload(syntheticNote({ ...options, protocol: { cStat: "110" } }).xml);
    expect(denied.body).toMatchObject({
      completed: true,
      status: "PROCESSADA",
      holds: [{ code: "not_authorised" }],
    });
    expect(codes(denied.body.findings)).toContain("held_after_processing");
    const { body } = await send("GET", `/api/nfes/${late.accessKey}`);
    expect([codes(body.holds), codes(body.findings)]).toEqual([
      ["not_authorised"],
      codes(denied.body.findings),
    ]);
    // A posting stays until a user reverses it.
    expect(await rows("select count(*) as n from movements")).toEqual([{ n: 4 }]);
    expect(await rows("select distinct effect from note_items")).toEqual([{ effect: "entry" }]);
  }));

test("a note without protocol that is sent again, the same or changed, is a duplicate and stays without one", () =>
  withApp(async ({ upload, rows }) => {
    await upload(bare.xml);
    expect(await upload(bare.xml)).toMatchObject({
      status: 409,
      body: { code: "nfe.duplicate", differs: false },
    });
    const changed = bare.xml.replace("<natOp>", "<natOp>X");
    expect(await upload(changed)).toMatchObject({
      status: 409,
      body: { code: "nfe.duplicate", differs: true },
    });
    expect(await rows("select has_protocol, verdict_version from notes")).toEqual([
      { has_protocol: 0, verdict_version: 1 },
    ]);
  }));
