import { expect, test } from "bun:test";
import { trusted } from "../../../src/lib/cast.ts";
import { cancellationEvent } from "../../../src/synthetic/events.ts";
import { syntheticBatch, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type ZipFile, zipBomb, zipOf } from "../../../src/synthetic/zip.ts";
import { type Answer, type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);
const xml = (name: string, text: string): ZipFile => ({ name, bytes: utf8(text) });

const sendZip = async (service: TestApp, files: readonly ZipFile[], query = "") =>
  service.send("POST", `/api/nfe/batch${query}`, {
    body: await zipOf(files),
    headers: { "content-type": "application/zip" },
  });

const sendFiles = (service: TestApp, files: readonly ZipFile[], query = "") => {
  const form = new FormData();
  for (const file of files) form.append("files", new File([file.bytes], file.name));
  return service.send("POST", `/api/nfe/batch${query}`, { body: form });
};

const DOCUMENTS = FULL ? 500 : 150;
const BAD = DOCUMENTS / 25;

test(`a ZIP of ${DOCUMENTS} documents has their results in the order sent, ${BAD} bad ones refused with a reason`, () =>
  withApp(async (service) => {
    const bad = (i: number) => i % 25 === 7;
    const files = Array.from({ length: DOCUMENTS }, (_, i) => {
      const note = syntheticNote({ seed: i + 1, items: 1 });
      const broken = [
        note.xml.slice(0, 900),
        "<evento/>",
        note.xml.replace("<?xml", "<!DOCTYPE a><?xml"),
      ];
      return xml(
        `nota-${String(i).padStart(3, "0")}.xml`,
        bad(i) ? (broken[i % 3] ?? "") : note.xml,
      );
    });
    const { status, body } = await sendZip(service, files);
    expect(status).toBe(200);
    expect(body.summary).toMatchObject({
      registered: DOCUMENTS - BAD,
      rejected: BAD,
      duplicate: 0,
    });
    expect(body.results.map((r: { file: string }) => r.file)).toEqual(files.map((f) => f.name));
    body.results.forEach((r: Record<string, unknown>, i: number) => {
      if (bad(i))
        expect(r).toMatchObject({
          outcome: "rejected",
          code: expect.stringMatching(/^nfe\./),
          message: expect.any(String),
        });
      else expect(r).toMatchObject({ outcome: "registered", access_key: expect.any(String) });
    });
    expect(await service.rows("select count(*) as n from notes")).toEqual([{ n: DOCUMENTS - BAD }]);
  }));

test("each kind of file has its outcome, and a bad file does not affect the others", () =>
  withApp(async (service) => {
    const first = syntheticNote({ seed: 1 });
    const bare = syntheticNote({ seed: 2, root: "NFe" });
    const held = syntheticNote({ seed: 3, tpAmb: "2" });
    const { body } = await sendFiles(
      service,
      [
        xml("a.xml", first.xml),
        xml("b.xml", first.xml),
        xml("c.xml", bare.xml),
        xml("d.xml", syntheticNote({ seed: 2 }).xml),
        xml("e.pdf", "%PDF-1.7 …"),
        xml("f.xml", "<a>"),
        xml("g.xml", cancellationEvent(held.accessKey)),
        xml("h.xml", held.xml),
        xml("i.xml", syntheticBatch([{ seed: 4 }, { seed: 5 }]).xml),
        {
          name: "j.zip",
          bytes: await zipOf([
            xml("k.xml", syntheticNote({ seed: 6 }).xml),
            xml("__MACOSX/k.xml", "x"),
          ]),
        },
      ],
      "?approve=true",
    );
    expect(body.results.map((r: { file: string; outcome: string }) => [r.file, r.outcome])).toEqual(
      [
        ["a.xml", "approved"],
        ["b.xml", "duplicate"],
        ["c.xml", "registered"],
        ["d.xml", "completed"],
        ["e.pdf", "ignored"],
        ["f.xml", "rejected"],
        ["g.xml", "event"],
        ["h.xml", "registered"],
        ["i.xml", "registered"],
        ["i.xml", "registered"],
        [expect.stringContaining("k.xml"), "approved"],
        [expect.stringContaining("k.xml"), "ignored"],
      ],
    );
    expect(body.results[7].holds.map((h: { code: string }) => h.code)).toContain("cancelled");
    expect(body.summary).toEqual({
      registered: 4,
      approved: 2,
      completed: 1,
      duplicate: 1,
      rejected: 1,
      events: 1,
      ignored: 2,
    });
  }));

test("a dry run has the same results and writes nothing", () =>
  withApp(async (service) => {
    const files = [1, 2, 3].map((seed) => xml(`${seed}.xml`, syntheticNote({ seed }).xml));
    const said = await sendFiles(service, files, "?dry_run=true&approve=true");
    for (const table of ["notes", "originals", "movements", "events"])
      expect(await service.rows(`select count(*) as n from ${table}`)).toEqual([{ n: 0 }]);
    const done = await sendFiles(service, files, "?approve=true");
    expect(said.body.summary).toEqual(done.body.summary);
    const again = await sendFiles(service, files, "?dry_run=true");
    expect(again.body.summary).toMatchObject({ duplicate: 3 });
  }));

test("a dry run shows how its documents affect one another", () =>
  withApp(async (service) => {
    const bare = syntheticNote({ seed: 2, root: "NFe" });
    const cancelled = syntheticNote({ seed: 3 });
    const late = syntheticNote({ seed: 4 });
    const files = [
      xml("a.xml", syntheticNote({ seed: 1 }).xml),
      xml("b.xml", syntheticNote({ seed: 1 }).xml),
      xml("c.xml", bare.xml),
      xml("d.xml", syntheticNote({ seed: 2 }).xml),
      xml("e.xml", cancellationEvent(cancelled.accessKey)),
      xml("f.xml", cancelled.xml),
      xml("g.xml", late.xml),
      xml("h.xml", cancellationEvent(late.accessKey)),
      xml("i.xml", syntheticNote({ seed: 2 }).xml.replaceAll("><", ">\n<")),
      xml("j.xml", late.xml),
    ];
    const resultsOf = ({ body }: Answer) =>
      body.results.map((line: Record<string, unknown>) => [
        line.file,
        line.outcome,
        line.status,
        line.effect,
        trusted<{ code: string }[]>(line.holds ?? []).map(({ code }) => code),
      ]);
    const dryRun = await sendFiles(service, files, "?dry_run=true&approve=true");
    expect(await service.rows("select count(*) as n from notes")).toEqual([{ n: 0 }]);
    const done = await sendFiles(service, files, "?approve=true");
    expect(resultsOf(dryRun)).toEqual(resultsOf(done));
    expect(resultsOf(done)).toEqual([
      ["a.xml", "approved", "PROCESSADA", undefined, []],
      ["b.xml", "duplicate", "PROCESSADA", undefined, []],
      ["c.xml", "registered", "PENDENTE", undefined, ["no_protocol"]],
      ["d.xml", "completed", "PROCESSADA", undefined, []],
      ["e.xml", "event", undefined, "waiting", []],
      ["f.xml", "registered", "CANCELADA", undefined, ["cancelled"]],
      ["g.xml", "approved", "PROCESSADA", undefined, []],
      ["h.xml", "event", undefined, "cancelled", []],
      ["i.xml", "duplicate", "PROCESSADA", undefined, []],
      ["j.xml", "duplicate", "CANCELADA", undefined, []],
    ]);
  }));

test("the first of many copies of one note in a batch is the one that is registered", () =>
  withApp(async (service) => {
    const big = syntheticNote({ seed: 1, items: 60 }).xml;
    const files = Array.from({ length: 12 }, (_, i) => xml(`${i}.xml`, big));
    const { body } = await sendFiles(service, files);
    expect(body.results.map((r: { outcome: string }) => r.outcome)).toEqual([
      "registered",
      ...Array(11).fill("duplicate"),
    ]);
  }));

/** The most documents of a batch of 40 that are read at a time, all of them registered. */
async function mostAtOnce(config: Record<string, number>): Promise<number> {
  let now = 0;
  let most = 0;
  await withApp(
    async (service) => {
      const { documents } = service.ports;
      const read = documents.read.bind(documents);
      service.ports.documents = {
        ...documents,
        async read(bytes, signal) {
          now += 1;
          most = Math.max(most, now);
          await new Promise((resolve) => setImmediate(resolve));
          const result = await read(bytes, signal);
          now -= 1;
          return result;
        },
      };
      const files = Array.from({ length: 40 }, (_, i) =>
        xml(`${i}.xml`, syntheticNote({ seed: i + 1, items: 1 }).xml),
      );
      expect((await sendFiles(service, files)).body.summary.registered).toBe(40);
    },
    { config },
  );
  return most;
}

test("at most BATCH_CONCURRENCY documents are processed at a time", async () => {
  expect(await mostAtOnce({ BATCH_CONCURRENCY: 3 })).toBe(3);
});

test("five large documents are processed at a time", async () => {
  expect(await mostAtOnce({ PARSE_INLINE_BYTES: 1_000 })).toBe(5);
});

test("copies of one note among large and small documents take their turns", () =>
  withApp(
    async (service) => {
      const large = syntheticNote({ seed: 1, items: 30 }).xml;
      const files = Array.from({ length: 24 }, (_, i) =>
        xml(`${i}.xml`, i % 2 === 0 ? large : syntheticNote({ seed: 2 + (i % 3), items: 1 }).xml),
      );
      const { body } = await sendFiles(service, files);
      expect(body.summary).toMatchObject({ registered: 4, duplicate: 20 });
    },
    { config: { PARSE_INLINE_BYTES: 8_000 } },
  ));

test("a batch over a limit is refused as a whole, with the name of the limit", () =>
  withApp(async (service) => {
    const note = syntheticNote({ items: 1 }).xml;
    const many = Array.from({ length: 501 }, (_, i) => xml(`${i}.xml`, note));
    expect(await sendZip(service, many)).toMatchObject({
      status: 413,
      body: { code: "batch.too_large", limit: 500 },
    });
    const bomb = await zipBomb({ entries: 1, bytesEach: 50 * 1024 * 1024 });
    const refused = await service.send("POST", "/api/nfe/batch", {
      body: bomb,
      headers: { "content-type": "application/zip" },
    });
    expect(refused).toMatchObject({ status: 413, body: { code: "batch.too_large" } });
    expect(await service.rows("select count(*) as n from notes")).toEqual([{ n: 0 }]);
  }));
