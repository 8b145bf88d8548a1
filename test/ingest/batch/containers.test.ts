import { expect, test } from "bun:test";
import { gzipSync } from "node:zlib";
import {
  distribution,
  distributionOf,
  docZip,
  gzipBase64,
  inSoap,
  statusAnswer,
  withoutDeclaration,
} from "../../../src/synthetic/answers.ts";
import { cancellationEvent, otherDocuments } from "../../../src/synthetic/events.ts";
import { syntheticBatch, syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type ZipFile, zipOf } from "../../../src/synthetic/zip.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { enqueueBatch, outcomes, xmlFile } from "../../support/notes/enqueue-batch.ts";
import { runJobs } from "../../support/run-jobs.ts";

const CTE = '<cteProc xmlns="http://www.portalfiscal.inf.br/cte" versao="4.00"><CTe/></cteProc>';
const nsu = (n: number) => `NSU ${String(n).padStart(15, "0")}`;

const send = async (service: TestApp, files: readonly ZipFile[], query = "") =>
  service.send("POST", `/api/nfe/batch${query}`, {
    as: "OPERADOR",
    body: await zipOf(files),
    headers: { "content-type": "application/zip" },
  });

/** The results of the same files, now and as a job, in two services; they must be the same. */
async function bothWays(files: readonly ZipFile[], query = "approve=true") {
  const results: Record<string, unknown>[][] = [];
  await withApp(async (service) => {
    const { status, body } = await send(service, files, `?${query}`);
    expect(status).toBe(200);
    results.push(body.results);
  });
  await withApp(async (service) => {
    const job = await enqueueBatch(service, files, `&${query}`);
    await runJobs(service.ports);
    const { body } = await service.send("GET", `${job}?limit=100`);
    expect(body).toMatchObject({ state: "done", parked: 0 });
    results.push(body.results.map(({ position: _, ...line }: { position: number }) => line));
  });
  expect(results[1]).toEqual(results[0] ?? []);
  return results[0] ?? [];
}

const note = syntheticNote({ seed: 1 });
const [summary, eventSummary] = otherDocuments(note.accessKey);

test("a distribution is opened into its documents, each with its own result, also as a job and in SOAP", async () => {
  const lote = await distribution([
    { nsu: 1, xml: note.xml },
    { nsu: 2, xml: cancellationEvent(note.accessKey) },
    { nsu: 3, xml: summary?.xml ?? "" },
    { nsu: 4, xml: eventSummary?.xml ?? "" },
    { nsu: 5, xml: CTE },
    { nsu: 6, xml: note.xml },
    { nsu: 7, xml: "<a>" },
    { nsu: 8, xml: syntheticNote({ seed: 2 }).xml },
  ]);
  for (const sent of [lote, inSoap(lote), inSoap(lote, "1.1")]) {
    const results = await bothWays([xmlFile("lote.xml", sent)]);
    expect(results.map(({ file, outcome }) => [file, outcome])).toEqual([
      [`lote.xml#${nsu(1)}`, "approved"],
      [`lote.xml#${nsu(2)}`, "event"],
      [`lote.xml#${nsu(3)}`, "ignored"],
      [`lote.xml#${nsu(4)}`, "ignored"],
      [`lote.xml#${nsu(5)}`, "ignored"],
      [`lote.xml#${nsu(6)}`, "duplicate"],
      [`lote.xml#${nsu(7)}`, "rejected"],
      [`lote.xml#${nsu(8)}`, "approved"],
    ]);
    expect(results.slice(2, 5).map(({ message }) => message)).toEqual([
      "O arquivo não é uma NF-e: é um resumo de NF-e, sem os itens (resNFe)",
      "O arquivo não é uma NF-e: é um resumo de evento (resEvento)",
      "O arquivo não é uma NF-e: é um conhecimento de transporte eletrônico (CT-e)",
    ]);
  }
});

test("each document of an answer is kept byte for byte", () =>
  withApp(async (service) => {
    const lote = await distribution([{ nsu: 1, xml: note.xml }]);
    const event = withoutDeclaration(cancellationEvent(note.accessKey)).replace("><", ">\r\n<");
    const files = [
      xmlFile("lote.xml", lote),
      xmlFile("consulta.xml", statusAnswer(note.accessKey, event)),
    ];
    const job = await enqueueBatch(service, files);
    await runJobs(service.ports);
    const { body } = await service.send("GET", job);
    expect(outcomes(body.results)).toEqual([
      [`lote.xml#${nsu(1)}`, "registered"],
      ["consulta.xml#procEventoNFe 1", "event"],
    ]);
    expect((await service.send("GET", `/api/nfes/${note.accessKey}/xml`)).text).toBe(note.xml);
    const [stored] = await service.rows("select sha256 from nfe_events");
    const kept = await service.ports.originals.get(1, String(stored?.sha256));
    expect(new TextDecoder().decode(kept ?? undefined)).toBe(event);
  }));

test("a damaged document of a distribution is refused alone, with its NSU and the reason", async () => {
  const good = await gzipBase64(note.xml);
  const cut = good.slice(0, Math.floor(good.length / 8) * 4);
  const twice = await gzipBase64(gzipSync(note.xml));
  const members = Buffer.concat([gzipSync("<a/>"), gzipSync(note.xml)]).toString("base64");
  const bomb = gzipSync(Buffer.alloc(30 * 1_048_576)).toString("base64");
  const nested = await gzipBase64(await distribution([{ nsu: 1, xml: note.xml }]));
  const several = await gzipBase64(syntheticBatch([{ seed: 3 }, { seed: 4 }]).xml);
  const zips = ["não é base64", btoa("no gzip"), cut, twice, members, bomb, nested, several, good];
  const lote = distributionOf(zips.map((content, i) => docZip(i, content)));
  const results = await bothWays([xmlFile("lote.xml", lote)]);
  expect(results.map(({ file, outcome, code }) => [file, outcome, code])).toEqual([
    ...zips
      .slice(0, -1)
      .map((_, i) => [
        `lote.xml#${nsu(i)}`,
        "rejected",
        i === 5 ? "batch.too_large" : "batch.unreadable_entry",
      ]),
    [`lote.xml#${nsu(8)}`, "approved", undefined],
  ]);
  expect(results.map(({ message }) => message)).toMatchObject([
    "O arquivo dentro do retorno não pode ser lido: não está em base64",
    "O arquivo dentro do retorno não pode ser lido: não é um gzip íntegro",
    "O arquivo dentro do retorno não pode ser lido: não é um gzip íntegro",
    expect.stringContaining("não é aberto dentro de outro"),
    "O arquivo dentro do retorno não pode ser lido: não é um gzip íntegro",
    expect.stringContaining("taxa de compressão"),
    expect.stringContaining("não é aberto dentro de outro"),
    expect.stringContaining("não é aberto dentro de outro"),
    expect.anything(),
  ]);
});

test("an answer without documents and a SOAP Fault have one result each", async () => {
  const results = await bothWays([
    xmlFile("vazio.xml", distributionOf([])),
    xmlFile("falha.xml", inSoap("<soap:Fault><faultstring>x</faultstring></soap:Fault>")),
  ]);
  expect(results).toMatchObject([
    {
      file: "vazio.xml",
      outcome: "ignored",
      message: "O arquivo é um retorno da SEFAZ sem documentos (137 Nenhum documento localizado)",
    },
    { file: "falha.xml", outcome: "rejected", code: "nfe.not_an_nfe" },
  ]);
});

test("an answer of a thousand docZips is refused in one line", () =>
  withApp(async (service) => {
    const zips = Array.from({ length: 1_000 }, (_, i) => docZip(i, "QUJD"));
    const files = [xmlFile("mil.xml", distributionOf(zips))];
    const { body } = await send(service, files);
    expect(body.results).toMatchObject([{ file: "mil.xml", code: "nfe.invalid" }]);
    const job = await enqueueBatch(service, files);
    const { body: queued } = await service.send("GET", job);
    expect(queued.results).toMatchObject([{ file: "mil.xml", code: "batch.too_large" }]);
  }));

test("all answers of a batch together hold at most 500 documents: one over it is refused whole", async () => {
  const lote = distributionOf(Array.from({ length: 300 }, (_, i) => docZip(i, "QUJD")));
  await withApp(async (service) => {
    const files = [xmlFile("a.xml", lote), xmlFile("b.xml", lote), xmlFile("c.xml", note.xml)];
    const { body } = await send(service, files);
    expect(body.results).toHaveLength(302);
    const whole = body.results.filter(({ file }: { file: string }) => !file.includes("#"));
    expect(whole).toMatchObject([
      { file: expect.stringMatching(/^[ab]\.xml$/), code: "batch.too_large" },
      { file: "c.xml", outcome: "registered" },
    ]);
    const job = await enqueueBatch(service, files);
    await runJobs(service.ports);
    const { body: queued } = await service.send("GET", job);
    expect(queued).toMatchObject({
      state: "done",
      summary: { rejected: 301, duplicate: 1 },
      total: 3,
    });
  });
});

test("a dry run of an answer says what would happen, and writes nothing", () =>
  withApp(async (service) => {
    const lote = await distribution([
      { nsu: 1, xml: note.xml },
      { nsu: 2, xml: note.xml },
      { nsu: 3, xml: cancellationEvent(note.accessKey) },
    ]);
    const { body } = await send(service, [xmlFile("lote.xml", lote)], "?dry_run=true&approve=true");
    expect(body.results).toMatchObject([
      { outcome: "approved" },
      { outcome: "duplicate" },
      { outcome: "event" },
    ]);
    expect(await service.rows("select * from notes")).toEqual([]);
    expect(await service.rows("select * from originals")).toEqual([]);
  }));

test("an answer that is uploaded alone is 422 and names the batch route", () =>
  withApp(async (service) => {
    const lote = await distribution([{ nsu: 1, xml: note.xml }]);
    for (const [sent, got] of [
      [lote, "retDistDFeInt"],
      [inSoap(lote), "retDistDFeInt"],
      [statusAnswer(note.accessKey), "retConsSitNFe"],
    ] as const) {
      const { status, body } = await service.upload(sent);
      expect([status, body]).toMatchObject([
        422,
        { code: "nfe.not_an_nfe", got, detail: expect.stringContaining("/api/nfe/batch") },
      ]);
    }
  }));
