import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import { openDownloads } from "../../../../src/http/stream/download-limit.ts";
import { cancellationEvent, correctionLetter } from "../../../../src/synthetic/events.ts";
import { type NoteOptions, syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { csvRecords } from "../../../support/exports/export-rows.ts";
import { readZip } from "../../../support/exports/read-zip.ts";
import { screw, supplier } from "../../../support/notes/purchase.ts";

const PATH = "/api/nfes/archive?month=2026-11";
const made = (seed: number, options: NoteOptions = {}) =>
  syntheticNote({ seed, emit: supplier, items: [screw], ...options });

async function archiveOf(service: TestApp, path = PATH) {
  const answer = await service.raw("GET", path, { as: "VISUALIZADOR" });
  expect([path, answer.status]).toEqual([path, 200]);
  const files = await readZip(new Uint8Array(await answer.arrayBuffer()));
  const text = (name: string) => Buffer.from(files.get(name) ?? []).toString();
  const index = text("indice.csv");
  return { answer, names: [...files.keys()], text, index, rows: csvRecords(index) };
}

test("GET /api/nfes/archive gives the originals of a month byte for byte, with their events and an index", () =>
  withApp(async (service) => {
    const [note, pending] = [
      made(1),
      made(2, { root: "NFe", issuedAt: "2026-11-11T10:00:00-03:00" }),
    ];
    // The bytes are not those that a writer of XML would choose.
    const xml = note.xml.replace("?>", "?>\r\n\t");
    await service.upload(xml, "?approve=true");
    await service.upload(pending.xml);
    const [letter, cancelled] = [
      correctionLetter(pending.accessKey),
      cancellationEvent(note.accessKey),
    ];
    for (const event of [letter, cancelled]) await service.upload(event);
    const { answer, names, text, rows } = await archiveOf(service);
    expect(answer.headers.get("content-type")).toBe("application/zip");
    expect(answer.headers.get("content-disposition")).toBe(
      'attachment; filename="notas_2026-11.zip"',
    );
    const files = [
      [`${pending.accessKey}-nfe.xml`, pending.xml],
      [`${pending.accessKey}-110110-1.xml`, letter],
      [`${note.accessKey}-nfe.xml`, xml],
      [`${note.accessKey}-110111-1.xml`, cancelled],
    ] as const;
    expect(names).toEqual([...files.map(([name]) => name), "indice.csv"]);
    for (const [name, bytes] of files) expect(text(name)).toBe(bytes);
    const { body } = await service.send("GET", "/api/nfes?from=2026-11-10&to=2026-11-11");
    const listed = body.data.find(
      (one: { access_key: string }) => one.access_key === pending.accessKey,
    );
    expect(rows.map((row) => row.Situação)).toEqual(["PENDENTE", expect.any(String)]);
    expect(rows[0]).toEqual({
      "Chave de Acesso": `="${pending.accessKey}"`,
      Número: listed.number,
      Série: listed.series,
      Modelo: "55",
      "CNPJ/CPF do Emitente": `="${supplier?.cnpj}"`,
      "Nome do Emitente": listed.supplier_name,
      Emissão: "11/11/2026 10:00:00",
      "Valor Total": "20,00",
      Situação: "PENDENTE",
      Direção: "ENTRADA",
      Pendências: "no_protocol",
      "Arquivos em Falta": "",
    });
  }));

test("GET /api/nfes/archive gives the notes of the company's month of issue, whatever became of them", () =>
  withApp(async (service) => {
    const [before, first, last, after] = [
      "2026-10-31T23:59:59-03:00",
      "2026-11-01T00:00:00-03:00",
      "2026-11-30T23:59:59-03:00",
      "2026-12-01T00:00:00-03:00",
    ].map((issuedAt, i) => made(i + 1, { issuedAt }));
    for (const note of [before, first, last, after]) await service.upload(note?.xml ?? "");
    await service.send("POST", `/api/nfes/${first?.accessKey}/discard`, {
      as: "GERENTE",
      json: { reason: "outra" },
    });
    const { names, rows } = await archiveOf(service);
    expect(names).toEqual([
      `${last?.accessKey}-nfe.xml`,
      `${first?.accessKey}-nfe.xml`,
      "indice.csv",
    ]);
    expect(rows.map((row) => row.Situação)).toEqual(["PENDENTE", "DESCARTADA"]);
    for (const [month, note] of [
      ["2026-10", before],
      ["2026-12", after],
    ] as const)
      expect((await archiveOf(service, `/api/nfes/archive?month=${month}`)).names).toEqual([
        `${note?.accessKey}-nfe.xml`,
        "indice.csv",
      ]);
  }));

test("GET /api/nfes/archive of a month without notes has the headings of its index only", () =>
  withApp(async (service) => {
    const { names, index } = await archiveOf(service);
    expect(names).toEqual(["indice.csv"]);
    expect(index).toStartWith("\uFEFFChave de Acesso;");
    expect(index.split("\r\n")).toEqual([expect.any(String), ""]);
  }));

test("GET /api/nfes/archive refuses what is no month", () =>
  withApp(async ({ send }) => {
    for (const query of [
      "",
      "?month=",
      "?month=2026-13",
      "?month=2026-1",
      "?month=novembro",
      "?month=1999-12",
    ])
      expect([query, (await send("GET", `/api/nfes/archive${query}`)).status]).toEqual([
        query,
        422,
      ]);
  }));

test("GET /api/nfes/archive leaves out damaged and missing originals, and names them in the index and the log", () =>
  withApp(async (service) => {
    const [whole, damaged, missing] = [made(1), made(2), made(3)];
    for (const { xml } of [whole, damaged, missing]) await service.upload(xml, "?approve=true");
    const letter = correctionLetter(whole.accessKey);
    await service.upload(letter);
    const write = (sql: string, ...args: (string | Uint8Array)[]) =>
      service.ports.writer.commit({ statements: [{ sql, args }], read: () => undefined });
    const of = "where sha256 = (select sha256 from notes where access_key = ?1)";
    await write(`update originals set gzip = ?2 ${of}`, damaged.accessKey, gzipSync("<x/>"));
    await write(`delete from originals ${of}`, missing.accessKey);
    await write("delete from originals where sha256 = (select sha256 from nfe_events)");
    const { names, rows } = await archiveOf(service);
    expect(names).toEqual([`${whole.accessKey}-nfe.xml`, "indice.csv"]);
    expect(rows.map((row) => row["Arquivos em Falta"]).sort()).toEqual(
      [
        `${damaged.accessKey}-nfe.xml (danificado)`,
        `${missing.accessKey}-nfe.xml (ausente)`,
        `${whole.accessKey}-110110-1.xml (ausente)`,
      ].sort(),
    );
    const logged = service.ports.logged.filter(({ event }) => event === "archive.file_missing");
    expect(logged.length).toBe(3);
  }));

test("GET /api/nfes/archive leaves out an event that a user has withdrawn", () =>
  withApp(async (service) => {
    const note = made(1);
    await service.upload(note.xml);
    await service.upload(cancellationEvent(note.accessKey));
    const { body } = await service.send("GET", `/api/nfes/${note.accessKey}`);
    const path = `/api/nfes/${note.accessKey}/events/${body.events[0].id}/withdraw`;
    const json = { reason: "arquivo falso" };
    expect((await service.send("POST", path, { as: "GERENTE", json })).status).toBe(200);
    expect((await archiveOf(service)).names).toEqual([`${note.accessKey}-nfe.xml`, "indice.csv"]);
  }));

test("GET /api/nfes/archive reads no original before its reader asks for it, and stops when the reader leaves", () =>
  withApp(async (service) => {
    for (let seed = 1; seed <= 5; seed++) await service.upload(made(seed).xml);
    const { originals } = service.ports;
    const get = originals.get.bind(originals);
    let read = 0;
    service.ports.originals = {
      ...originals,
      get(company, sha256) {
        read += 1;
        return get(company, sha256);
      },
    };
    const answer = await service.raw("GET", PATH);
    const reader = answer.body?.getReader();
    await reader?.read();
    await reader?.read();
    expect(read).toBeLessThanOrEqual(2);
    expect(openDownloads(service.ports)).toBe(1);
    await reader?.cancel();
    const left = read;
    await new Promise((done) => setTimeout(done, 20));
    expect([read, openDownloads(service.ports)]).toEqual([left, 0]);
  }));

test("GET /api/nfes/archive breaks off when the store of the originals does not answer", () =>
  withApp(async (service) => {
    for (const seed of [1, 2, 3]) await service.upload(made(seed).xml);
    const { originals } = service.ports;
    let times = 0;
    service.ports.originals = {
      ...originals,
      get(company, sha256) {
        times += 1;
        if (times === 3) throw new Error("no answer");
        return originals.get(company, sha256);
      },
    };
    const answer = await service.raw("GET", PATH);
    expect(answer.status).toBe(200);
    await expect(answer.arrayBuffer()).rejects.toThrow();
  }));

test("GET /api/nfes/archive gives every note once, however many pages there are", () =>
  withApp(async (service) => {
    const notes = Array.from({ length: 120 }, (_, n) => made(n + 1));
    for (const { xml } of notes) await service.upload(xml);
    const { names, rows } = await archiveOf(service);
    expect(names.toSorted()).toEqual(
      [...notes.map(({ accessKey }) => `${accessKey}-nfe.xml`), "indice.csv"].toSorted(),
    );
    expect(rows.length).toBe(120);
  }));
