import { describe, expect, test } from "bun:test";
import { otherDocumentName } from "../../src/messages/pt-BR/documents/other-documents.ts";
import type { OtherDocument } from "../../src/nfe/other-documents.ts";
import { readDocument } from "../../src/nfe/read/read.ts";

const NS = "http://www.portalfiscal.inf.br/";
const NFE = `${NS}nfe`;

/** Root, namespace, kind, and whether the sender may have meant a note. */
const KNOWN: readonly (readonly [string, string, OtherDocument, meant: boolean])[] = [
  ...[
    "cteProc",
    "CTe",
    "enviCTe",
    "procEventoCTe",
    "eventoCTe",
    "cteOSProc",
    "cteSimpProc",
    "GTVeProc",
    "retConsSitCTe",
  ].map((root) => [root, `${NS}cte`, "cte", false] as const),
  ["cteProc", "", "cte", false],
  ["mdfeProc", `${NS}mdfe`, "mdfe", false],
  ["procEventoMDFe", `${NS}mdfe`, "mdfe", false],
  ["bpeProc", `${NS}bpe`, "bpe", false],
  ["nf3eProc", `${NS}nf3e`, "nf3e", false],
  ["nfcomProc", `${NS}nfcom`, "nfcom", false],
  ["dceProc", `${NS}dce`, "dce", false],
  ["nfagProc", `${NS}nfag`, "nfag", false],
  ["nfgasProc", `${NS}nfgas`, "nfgas", false],
  ["NFSe", "http://www.sped.fazenda.gov.br/nfse", "nfse", false],
  ["DPS", "http://www.sped.fazenda.gov.br/nfse", "nfse", false],
  ["CompNfse", "http://www.abrasf.org.br/nfse.xsd", "nfse", false],
  ["ConsultarNfseResposta", "", "nfse", false],
  ["EnviarLoteRpsEnvio", "", "nfse", false],
  ["RetornoConsulta", "http://www.prefeitura.sp.gov.br/nfe", "nfse", false],
  ["CFe", "", "cfe", false],
  ["CFeCanc", "", "cfe", false],
  ["TLote_GNRE", "http://www.gnre.pe.gov.br", "gnre", false],
  ["procInutNFe", NFE, "number_voiding", false],
  ["ProcInutNFe", NFE, "number_voiding", false],
  ["inutNFe", NFE, "number_voiding", false],
  ["resNFe", NFE, "note_summary", true],
  ["resEvento", NFE, "event_summary", true],
  ["protNFe", NFE, "protocol", true],
  ["consSitNFe", NFE, "service_request", true],
  ["distDFeInt", NFE, "service_request", true],
  ["envEvento", NFE, "event_request", true],
  ["evento", NFE, "event_request", true],
  ["retEnvEvento", NFE, "event_request", true],
  ["html", "http://www.w3.org/1999/xhtml", "web_page", true],
  ["html", "", "web_page", true],
];

const failureIn = (root: string, ns: string) => {
  const document = `<${root}${ns === "" ? "" : ` xmlns="${ns}"`}><a/></${root}>`;
  const read = readDocument(new TextEncoder().encode(document));
  return read.ok ? null : read.error;
};

describe("an XML that is no NF-e", () => {
  test.each(KNOWN)("%s in %p is recognised as %s", (root, ns, type, meant) => {
    const failure = failureIn(root, ns);
    expect(failure).toMatchObject({ code: "nfe.not_an_nfe", document_type: type });
    const { name, instead } = otherDocumentName(type, root);
    expect(name).toMatch(/^uma? .+\)$/);
    expect([root, instead !== null]).toEqual([root, meant]);
  });

  test("an unknown document, or an NF-e root in another namespace, is named by its root alone", () => {
    for (const [root, ns] of [
      ["pedido", ""],
      ["nota", "urn:x"],
      ["nfeProc", `${NS}cte`],
      ["NFe", "http://www.prefeitura.sp.gov.br/nfe"],
    ] as const) {
      const failure = failureIn(root, ns);
      expect(failure).toMatchObject({ code: "nfe.not_an_nfe", got: expect.stringContaining(root) });
      expect(failure).not.toHaveProperty("document_type");
    }
  });
});
