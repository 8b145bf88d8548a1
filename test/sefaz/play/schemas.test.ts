import { expect } from "bun:test";
import { distributionRequest, type Wanted } from "../../../src/sefaz/wire/distribution.ts";
import {
  procEvento,
  readStatementAnswer,
  statementRequest,
} from "../../../src/sefaz/wire/statement-wire.ts";
import { statusRequest } from "../../../src/sefaz/wire/status-query.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { testInFullUnless } from "../../support/full.ts";
import { signer } from "../../support/signatures/signer.ts";
import { eventSummary, summaryOf } from "./documents.ts";
import { areSignedByXmlsec, noSchemas, schemaErrors } from "./outside.ts";
import { SefazPlay } from "./play.ts";
import { signedStatement } from "./signed-statement.ts";

const CNPJ = "11222333000181";
const AT = Date.parse("2026-11-20T12:00:00Z");
const testOutside = testInFullUnless(noSchemas);

/** The element of this name in a message, as a document of its own. */
const inside = (message: string, name: string): string =>
  new RegExp(`<${name}[\\s>].*</${name}>`, "s").exec(message)?.[0] ?? "";

const { accessKey, xml } = syntheticNote({ seed: 1 });
const note = { accessKey, xml, to: CNPJ, issuedAt: AT };

testOutside(
  "requests and answers of the distribution are valid by its published schemas",
  async () => {
    let at = AT;
    const play = new SefazPlay({ now: () => (at += 3_600_001) });
    play.issue(note);
    play.push(CNPJ, "resEvento_v1.01.xsd", eventSummary(accessKey, "110111", AT));
    const wanted: Wanted[] = [{ after: 0 }, { after: 2 }, { nsu: 1 }, { accessKey }];
    for (const one of wanted)
      for (const cUFAutor of ["35", null]) {
        const request = distributionRequest({
          environment: "1",
          taxpayer: CNPJ,
          cUFAutor,
          wanted: one,
        });
        expect(schemaErrors(inside(request, "distDFeInt"), "dist/distDFeInt_v1.01.xsd")).toBe("");
        const answer = inside(await play.receive(request, CNPJ), "retDistDFeInt");
        expect(schemaErrors(answer, "dist/retDistDFeInt_v1.01.xsd")).toBe("");
      }
    expect(schemaErrors(summaryOf(note), "dist/resNFe_v1.01.xsd")).toBe("");
    expect(schemaErrors(eventSummary(accessKey, "110111", AT), "dist/resEvento_v1.01.xsd")).toBe(
      "",
    );
  },
);

testOutside(
  "requests, answers and proofs of statements are valid by their published schemas",
  async () => {
    const play = new SefazPlay({ now: () => AT + 60_000 });
    play.issue(note);
    const own = await signer();
    const events = ["210210", "210220", "210240", "210200"].map((type) =>
      signedStatement(own, {
        accessKey,
        type,
        author: CNPJ,
        at: AT,
        ...(type === "210240" ? { xJust: "Mercadoria recusada na entrega" } : {}),
      }),
    );
    const request = statementRequest("123456789012345", events);
    expect(schemaErrors(inside(request, "envEvento"), "eventos/envConfRecebto_v1.00.xsd")).toBe("");
    const message = await play.receive(request, CNPJ);
    const answer = inside(message, "retEnvEvento");
    expect(schemaErrors(answer, "eventos/retEnvEvento_v1.00.xsd")).toBe("");
    const read = readStatementAnswer(new TextEncoder().encode(message));
    expect(read.ok && read.value.events.map(({ cStat }) => cStat)).toEqual([
      "135",
      "135",
      "135",
      "135",
    ]);
    for (const [n, event] of (read.ok ? read.value.events : []).entries()) {
      const proof = new TextDecoder().decode(procEvento(events[n] ?? "", event));
      expect(schemaErrors(proof, "eventos/procConfRecebtoNFe_v1.00.xsd")).toBe("");
    }
    const query = statusRequest("1", accessKey);
    expect(schemaErrors(inside(query, "consSitNFe"), "nfe/consSitNFe_v4.00.xsd")).toBe("");
    const status = inside(await play.receive(query, CNPJ), "retConsSitNFe");
    expect(schemaErrors(status, "nfe/retConsSitNFe_v4.00.xsd")).toBe("");
  },
);

testOutside(
  "a statement that the play takes as signed is signed by xmlsec1, and one that was changed is not",
  async () => {
    const evento = signedStatement(await signer(), {
      accessKey,
      type: "210200",
      author: CNPJ,
      at: AT,
    });
    const changed = evento.replace("<nSeqEvento>1<", "<nSeqEvento>2<");
    expect(areSignedByXmlsec([evento, changed])).toEqual([true, false]);
  },
);
