import { expect, test } from "bun:test";
import { X509Certificate } from "node:crypto";
import { SignedXml } from "xml-crypto";
import {
  eventId,
  eventoOf,
  type RecipientStatement,
  reasonFlaw,
  reasonText,
  STATEMENT_TYPES,
} from "../../../src/sefaz/statements/evento.ts";
import { signedEvento } from "../../../src/sefaz/statements/sign-evento.ts";
import { statementRequest } from "../../../src/sefaz/wire/statement-wire.ts";
import { cnpjOf } from "../../../src/synthetic/access-keys.ts";
import { Random } from "../../../src/synthetic/random.ts";
import { testInFullUnless } from "../../support/full.ts";
import { keyOf, signingKey } from "../../support/sefaz/signing-key.ts";
import { announcedKey } from "../../support/sefaz/summaries.ts";
import { icpName, issue, keyPair } from "../../support/signatures/certificates.ts";
import { areSignedByXmlsec, noSchemas, schemaErrors } from "../play/outside.ts";

const CNPJ = cnpjOf("731845260001");
const AT = Date.parse("2026-11-20T12:00:00Z");
const ZONE = "America/Sao_Paulo";
const REASON = "Mercadoria recusada: caixa <aberta> & molhada, item 3 > 2";

const statement = (more: Partial<RecipientStatement> = {}): RecipientStatement => ({
  environment: "1",
  author: CNPJ,
  accessKey: announcedKey(1),
  type: "210240",
  sequence: 1,
  reason: REASON,
  at: AT,
  ...more,
});

async function signed(more: Partial<RecipientStatement> = {}, zone = ZONE): Promise<string> {
  const made = await signedEvento(statement(more), zone, await signingKey(CNPJ));
  if (!made.ok) throw new Error(JSON.stringify(made.error));
  return made.value;
}

test("a statement is signed over its canonical form, as another library verifies it", async () => {
  const evento = await signed();
  const base64 = /<X509Certificate>([^<]+)</.exec(evento)?.[1] ?? "";
  const check = new SignedXml({
    publicCert: new X509Certificate(Buffer.from(base64, "base64")).toString(),
  });
  check.loadSignature(/<Signature .*<\/Signature>/s.exec(evento)?.[0] ?? "");
  expect(check.checkSignature(evento)).toBe(true);
  expect(evento).toContain("caixa &lt;aberta&gt; &amp; molhada");
});

test("the time of a statement has the offset of the company's zone, in whole hours", () => {
  const timeIn = (zone: string) =>
    /<dhEvento>([^<]+)</.exec(JSON.stringify(eventoOf(statement(), zone)))?.[1];
  expect(timeIn(ZONE)).toBe("2026-11-20T09:00:00-03:00");
  expect(timeIn("America/Rio_Branco")).toBe("2026-11-20T07:00:00-05:00");
  expect(timeIn("America/Noronha")).toBe("2026-11-20T10:00:00-02:00");
  expect(timeIn("Asia/Kolkata")).toBe("2026-11-20T09:00:00-03:00");
  expect(timeIn("Pacific/Kiritimati")).toBe("2026-11-20T09:00:00-03:00");
});

test("a statement that the schema would refuse is not signed, and its field is named", async () => {
  const key = await signingKey(CNPJ);
  const field = async (more: Partial<RecipientStatement>) => {
    const made = await signedEvento(statement(more), ZONE, key);
    return made.ok ? null : made.error;
  };
  expect(await field({ accessKey: "1234" })).toEqual({ why: "field", field: "chNFe" });
  expect(await field({ author: "1234" })).toEqual({ why: "field", field: "CNPJ" });
  expect(await field({ sequence: 3 })).toEqual({ why: "field", field: "nSeqEvento" });
  expect(await field({ type: "210210", sequence: 2, reason: null })).toEqual({
    why: "field",
    field: "nSeqEvento",
  });
  expect(await field({ reason: null })).toEqual({ why: "field", field: "xJust" });
  expect(await field({ reason: "curto" })).toEqual({ why: "field", field: "xJust" });
});

test("a certificate of another holder, an expired one and one of another key sign no statement", async () => {
  const why = async (key: Awaited<ReturnType<typeof signingKey>>) => {
    const made = await signedEvento(statement(), ZONE, key);
    return made.ok ? null : made.error.why;
  };
  expect(await why(await signingKey(cnpjOf("112223330001")))).toBe("other_holder");
  // A branch signs with the certificate of the company.
  expect(await why(await signingKey(cnpjOf("731845260009")))).toBe(null);
  expect(await why(await signingKey(CNPJ, { until: "2026-11-20T11:59:59Z" }))).toBe(
    "not_valid_now",
  );
  const own = await issue({ name: "A", more: [icpName(CNPJ)] });
  expect(await why(await keyOf({ ...own, keys: await keyPair() }))).toBe("key");
  expect(await why({ ...(await keyOf(own)), pkcs8: Uint8Array.of(1, 2, 3) })).toBe("key");
});

test("a reason is kept as typed but for blanks and typographic signs, and refused by length and characters", () => {
  expect(reasonText("  Não  recebemos \r\n a “carga” – item 1… ")).toBe(
    'Não recebemos a "carga" - item 1...',
  );
  expect(reasonFlaw("210240", null)).toBe("missing");
  expect(reasonFlaw("210220", null)).toBe(null);
  expect(reasonFlaw("210200", "quinze letras aqui")).toBe("not_allowed");
  expect(reasonFlaw("210210", "quinze letras aqui")).toBe("not_allowed");
  expect(reasonFlaw("210240", "x".repeat(14))).toBe("length");
  expect(reasonFlaw("210240", "x".repeat(15))).toBe(null);
  expect(reasonFlaw("210240", "x".repeat(255))).toBe(null);
  expect(reasonFlaw("210240", "x".repeat(256))).toBe("length");
  expect(reasonFlaw("210240", "não recebido, valor em €")).toBe("characters");
});

const testOutside = testInFullUnless(noSchemas);

testOutside(
  "every type of statement with any reason is valid by the published schemas and signed by xmlsec1's check",
  async () => {
    const random = new Random(7);
    const letter = () => {
      const code = random.between(0x20, 0xff);
      return code > 0x7e && code < 0xa0 ? "&" : String.fromCharCode(code);
    };
    const eventos: string[] = [];
    for (let n = 0; n < 40; n += 1) {
      const type = STATEMENT_TYPES[n % 4] ?? "210200";
      const text = reasonText(Array.from({ length: random.between(20, 255) }, letter).join(""));
      const reason = reasonFlaw(type, text) === null ? text : null;
      if (reasonFlaw(type, reason) !== null) continue;
      const environment = n % 3 === 0 ? "2" : "1";
      const sequence = type === "210210" ? 1 : (n % 2) + 1;
      const more = { type, reason, environment, sequence, accessKey: announcedKey(n + 1) } as const;
      const evento = await signed(more, n % 5 === 0 ? "America/Manaus" : ZONE);
      expect(evento).toContain(eventId(statement(more)));
      const envelope = statementRequest(String(n), [evento]);
      const lot = /<envEvento[\s>].*<\/envEvento>/s.exec(envelope)?.[0] ?? "";
      expect(schemaErrors(lot, "eventos/envConfRecebto_v1.00.xsd")).toBe("");
      eventos.push(evento);
    }
    expect(eventos.length).toBeGreaterThan(30);
    expect(areSignedByXmlsec(eventos)).toEqual(eventos.map(() => true));
  },
  120_000,
);
