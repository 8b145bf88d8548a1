import { describe, expect, test } from "bun:test";
import {
  DISTRIBUTION_LIMITS,
  type DistributionAnswer,
  distributionRequest,
} from "../../../src/sefaz/wire/distribution.ts";
import { docZip, gzipBase64, inSoap } from "../../../src/synthetic/answers.ts";
import { NFE } from "../../../src/synthetic/note-tree.ts";
import { packedBlanks } from "../../support/sefaz/packed-blanks.ts";
import { readDistribution } from "../../support/sefaz/read-distribution.ts";
import { answerEnvelope, soapFault, WEB_PAGE } from "../play/documents.ts";

const utf8 = (text: string) => new TextEncoder().encode(text);

const answerOf = (cStat: string, zips: readonly string[] = [], more = ""): string =>
  `<retDistDFeInt xmlns="${NFE}" versao="1.01"><tpAmb>1</tpAmb><verAplic>1</verAplic><cStat>${cStat}</cStat><xMotivo>Motivo ${more}</xMotivo><dhResp>2026-11-20T10:00:00-03:00</dhResp><ultNSU>000000000000012</ultNSU><maxNSU>000000000000340</maxNSU>${zips.length === 0 ? "" : `<loteDistDFeInt>${zips.join("")}</loteDistDFeInt>`}</retDistDFeInt>`;

async function read(text: string | Uint8Array): Promise<DistributionAnswer> {
  const answer = await readDistribution(typeof text === "string" ? utf8(text) : text);
  if (!answer.ok) throw new Error(answer.error.kind);
  return answer.value;
}

async function faultOf(bytes: Uint8Array) {
  const answer = await readDistribution(bytes);
  return answer.ok ? null : answer.error;
}

test("a request has the elements of distDFeInt 1.01 in the wrapper of the service", () => {
  const request = distributionRequest({
    environment: "1",
    taxpayer: "12ABC34501DE35",
    cUFAutor: "35",
    wanted: { after: 12 },
  });
  expect(request).toBe(
    '<?xml version="1.0" encoding="utf-8"?><soap12:Envelope xmlns:soap12="http://www.w3.org/2003/05/soap-envelope"><soap12:Body><nfeDistDFeInteresse xmlns="http://www.portalfiscal.inf.br/nfe/wsdl/NFeDistribuicaoDFe"><nfeDadosMsg><distDFeInt xmlns="http://www.portalfiscal.inf.br/nfe" versao="1.01"><tpAmb>1</tpAmb><cUFAutor>35</cUFAutor><CNPJ>12ABC34501DE35</CNPJ><distNSU><ultNSU>000000000000012</ultNSU></distNSU></distDFeInt></nfeDadosMsg></nfeDistDFeInteresse></soap12:Body></soap12:Envelope>',
  );
});

test("a request names one NSU, or one note, and a CPF as such", () => {
  const party = { environment: "2", taxpayer: "52998224725", cUFAutor: null } as const;
  expect(distributionRequest({ ...party, wanted: { nsu: 7 } })).toContain(
    "<tpAmb>2</tpAmb><CPF>52998224725</CPF><consNSU><NSU>000000000000007</NSU></consNSU>",
  );
  expect(distributionRequest({ ...party, wanted: { accessKey: "3".repeat(44) } })).toContain(
    `<consChNFe><chNFe>${"3".repeat(44)}</chNFe></consChNFe>`,
  );
});

test("an answer gives cStat, cursor and each document with its NSU and schema, in and without SOAP", async () => {
  const zips = [
    docZip(11, await gzipBase64("<resNFe/>"), "resNFe_v1.01.xsd"),
    docZip(12, await gzipBase64("<nfeProc/>"), "procNFe_v9.99.xsd"),
  ];
  const answer = answerOf("138", zips);
  for (const text of [answer, inSoap(answer), answerEnvelope("NFeDistribuicaoDFe", answer)]) {
    const { documents, ...rest } = await read(text);
    expect(rest).toEqual({
      cStat: "138",
      xMotivo: "Motivo",
      dhResp: "2026-11-20T10:00:00-03:00",
      ultNSU: 12,
      maxNSU: 340,
      unopened: [],
    });
    expect(
      documents.map(({ nsu, schema, bytes }) => [nsu, schema, new TextDecoder().decode(bytes)]),
    ).toEqual([
      [11, "resNFe_v1.01.xsd", "<resNFe/>"],
      [12, "procNFe_v9.99.xsd", "<nfeProc/>"],
    ]);
  }
});

test("a docZip that cannot be opened is given unopened with its NSU, and the others stay", async () => {
  const bomb = await gzipBase64(new Uint8Array(2_000_000));
  const cut = (await gzipBase64("<resNFe>".repeat(50))).slice(0, 40);
  const { documents, unopened } = await read(
    answerOf("138", [
      docZip(1, "!not base64!"),
      docZip(2, cut),
      docZip(3, await gzipBase64("<resNFe/>")),
      docZip(4, bomb),
      docZip(
        5,
        await gzipBase64(Uint8Array.from(atob(await gzipBase64("<a/>")), (c) => c.charCodeAt(0))),
      ),
    ]),
  );
  expect(documents.map(({ nsu }) => nsu)).toEqual([3]);
  expect(unopened.map(({ nsu, why }) => [nsu, why])).toEqual([
    [1, "base64"],
    [2, "gzip"],
    [4, "too_large"],
    [5, "nested"],
  ]);
  expect(new TextDecoder().decode(unopened[0]?.packed)).toBe("!not base64!");
});

test("documents over the limit of all together stay unopened, and those before them stay", async () => {
  const zips = await Promise.all(
    [1, 2, 3].map(async (nsu) => docZip(nsu, await gzipBase64("x".repeat(400)))),
  );
  const answer = await readDistribution(utf8(answerOf("138", zips)), {
    limits: { ...DISTRIBUTION_LIMITS, inflatedBytes: 900 },
  });
  expect(answer.ok && answer.value.documents.map(({ nsu }) => nsu)).toEqual([1, 2]);
  expect(answer.ok && answer.value.unopened.map(({ nsu, why }) => [nsu, why])).toEqual([
    [3, "too_large"],
  ]);
});

test("an answer has 50 documents and 32 MiB of them at most", async () => {
  // Over 10 MiB is none alone; four are over 32 MiB together.
  const zip = packedBlanks(9_900_000).toBase64();
  const { documents, unopened } = await read(
    answerOf(
      "138",
      [1, 2, 3, 4].map((nsu) => docZip(nsu, zip)),
    ),
  );
  expect(documents.map(({ nsu }) => nsu)).toEqual([1, 2, 3]);
  expect(unopened.map(({ nsu, why }) => [nsu, why])).toEqual([[4, "too_large"]]);
  const small = await gzipBase64("<resNFe/>");
  const of = (count: number) =>
    utf8(
      answerOf(
        "138",
        Array.from({ length: count }, (_, n) => docZip(n + 1, small)),
      ),
    );
  expect([await faultOf(of(50)), (await faultOf(of(51)))?.kind]).toEqual([null, "malformed"]);
});

test("a block is understood in a wrong charset", async () => {
  const text = answerEnvelope("NFeDistribuicaoDFe", answerOf("656", [], "não é permitido"));
  const latin1 = Uint8Array.from(text, (c) => c.charCodeAt(0));
  const { cStat, xMotivo } = await read(latin1);
  expect([cStat, xMotivo]).toEqual(["656", "Motivo não é permitido"]);
});

describe("an answer that is none is a fault:", () => {
  const whole = utf8(answerEnvelope("NFeDistribuicaoDFe", answerOf("137")));
  const faults: [string, Uint8Array, object][] = [
    [
      "a web page",
      utf8(WEB_PAGE),
      { kind: "web_page", isTransient: true, text: "The service is unavailable." },
    ],
    [
      "a SOAP fault of the service",
      utf8(soapFault("Receiver", "Server was\nunable")),
      { kind: "soap_fault", isTransient: true, text: "Server was unable" },
    ],
    [
      "a SOAP fault of ours",
      utf8(soapFault("Sender", "Action")),
      { kind: "soap_fault", isTransient: false },
    ],
    ["an answer that is cut", whole.slice(0, 400), { kind: "malformed", isTransient: true }],
    ["no byte", new Uint8Array(), { kind: "malformed", isTransient: true }],
    [
      "UTF-16 that is none",
      utf8('<?xml version="1.0" encoding="utf-16"?><a/>'),
      { kind: "charset", isTransient: true },
    ],
    ["an answer without cStat", utf8(answerOf("")), { kind: "malformed" }],
    [
      "another answer",
      utf8(`<retConsSitNFe xmlns="${NFE}"/>`),
      { kind: "malformed", text: "retConsSitNFe" },
    ],
  ];
  for (const [name, bytes, fault] of faults)
    test(name, async () => {
      expect(await faultOf(bytes)).toMatchObject({ mayHaveArrived: true, ...fault });
    });
});
