import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../../src/synthetic/zip.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { enqueueBatch, xmlFile } from "../../support/notes/enqueue-batch.ts";
import { runJobs } from "../../support/run-jobs.ts";

const CTE = '<cteProc xmlns="http://www.portalfiscal.inf.br/cte" versao="4.00"><CTe/></cteProc>';
const NFSE = '<CompNfse xmlns="http://www.abrasf.org.br/nfse.xsd"><Nfse/></CompNfse>';
const REQUEST =
  '<consSitNFe xmlns="http://www.portalfiscal.inf.br/nfe"><xServ>CONSULTAR</xServ></consSitNFe>';

const files = () => [
  xmlFile("nota.xml", syntheticNote({ seed: 1 }).xml),
  xmlFile("cte.xml", CTE),
  xmlFile("nfse", NFSE),
  xmlFile("pedido.xml", REQUEST),
];

const RESULTS = [
  { file: "nota.xml", outcome: "registered" },
  {
    file: "cte.xml",
    outcome: "ignored",
    message: "O arquivo não é uma NF-e: é um conhecimento de transporte eletrônico (CT-e)",
  },
  {
    file: "nfse",
    outcome: "ignored",
    message: "O arquivo não é uma NF-e: é uma nota fiscal de serviço eletrônica (NFS-e)",
  },
  {
    file: "pedido.xml",
    outcome: "rejected",
    code: "nfe.not_an_nfe",
    message:
      "O XML não é uma NF-e: é um pedido a um serviço da SEFAZ (consSitNFe); envie o XML da nota (nfeProc)",
  },
];

const refusals = (service: TestApp) =>
  service.rows(
    "select json_extract(detail, '$.code') as code from audit where action = 'nfe.refuse'",
  );

test("a CT-e or an NFS-e among notes is ignored by its name in a batch, and leaves no refusal", () =>
  withApp(async (service) => {
    const zip = await zipOf(files());
    for (const query of ["?dry_run=true", ""]) {
      const { status, body } = await service.send("POST", `/api/nfe/batch${query}`, {
        as: "OPERADOR",
        body: zip,
        headers: { "content-type": "application/zip" },
      });
      expect([status, body.summary]).toMatchObject([
        200,
        { registered: 1, ignored: 2, rejected: 1 },
      ]);
      expect(body.results).toMatchObject(RESULTS);
    }
    expect(await refusals(service)).toEqual([{ code: "nfe.not_an_nfe" }]);
  }));

test("a CT-e or an NFS-e among notes is ignored by its name in a queued batch", () =>
  withApp(async (service) => {
    const job = await enqueueBatch(service, files());
    await runJobs(service.ports);
    const { body } = await service.send("GET", job);
    expect(body).toMatchObject({ state: "done", done: 4, summary: { ignored: 2, rejected: 1 } });
    expect(body.results).toMatchObject(RESULTS);
    expect(await refusals(service)).toEqual([{ code: "nfe.not_an_nfe" }]);
  }));

test("a CT-e that is uploaded alone is 422 with its root element and its name", () =>
  withApp(async (service) => {
    const { status, body } = await service.upload(CTE);
    expect([status, body]).toMatchObject([
      422,
      {
        code: "nfe.not_an_nfe",
        got: "cteProc",
        document_type: "cte",
        detail: "O XML não é uma NF-e: é um conhecimento de transporte eletrônico (CT-e)",
      },
    ]);
  }));

test("a file that is no XML is refused with one message", () =>
  withApp(async (service) => {
    const { status, body } = await service.upload("# Leia-me");
    expect([status, body.detail]).toEqual([
      415,
      "O conteúdo enviado não é XML: envie o XML da nota no campo file de um formulário multipart, ou como corpo",
    ]);
  }));
