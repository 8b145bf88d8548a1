import "reflect-metadata";
import { beforeAll, describe, expect, test } from "bun:test";
import { KeyUsageFlags, Extension as Raw } from "@peculiar/x509";
import { readCertificate } from "../../src/nfe/signature/certificate.ts";
import {
  checkEventSignature,
  checkNoteSignature,
  type SignatureCheck,
} from "../../src/nfe/signature/signer.ts";
import { readTrustStore } from "../../src/nfe/signature/trust.ts";
import { cancellationEvent } from "../../src/synthetic/events.ts";
import { type NoteOptions, syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import {
  type Issued,
  icpName,
  issue,
  keyPair,
  pemOf,
  signerOf,
  type Wanted,
} from "../support/signatures/certificates.ts";
import { noteIn, readText } from "../support/xml/read-notes.ts";

const EMITTER = "11222333000181";
const BRANCH = "11222333000262";
const OTHER = "60701190000104";
const CPF = "52998224725";
const UNSIGNED = { signed: false } as const;
const noteBy = (options: NoteOptions = {}) =>
  syntheticNote({
    seed: 91,
    emit: { cnpj: EMITTER, name: "EMITENTE LTDA" },
    ...UNSIGNED,
    ...options,
  });
const NOTE = noteBy();
const utf8 = (text: string) => new TextEncoder().encode(text);

let root: Issued;
let between: Issued;
let holder: Issued;
const at = "2026-11-10T12:00:00Z";

beforeAll(async () => {
  root = await issue({ name: "RAIZ DE TESTE", authority: true });
  between = await issue({ name: "AC DE TESTE", authority: true, by: root, pathLength: 0 });
  holder = await holding({});
});

/** A holder of the emitter's CNPJ, issued by the intermediate authority unless `wanted` differs. */
const holding = (wanted: Partial<Wanted>, number = EMITTER): Promise<Issued> =>
  issue({ name: `EMITENTE:${number}`, by: between, more: [icpName(number)], ...wanted });

/** The check of a note that a holder has signed, under these certificates (none: no roots are configured). */
async function checked(issued: Issued, trusted: readonly Issued[], xml = NOTE.xml) {
  const signed = signerOf(issued).sign(xml);
  return checkNoteSignature(utf8(signed), noteIn(signed), readTrustStore(pemOf(...trusted)));
}
const trusted = () => [root, between];
type Why = Extract<SignatureCheck, { valid: false }>["why"];
const why = (text: Why): SignatureCheck => ({ valid: false, why: text });
const RIGHT: SignatureCheck = { valid: true, unchecked: ["revocation"] };

describe("the holder of a certificate", () => {
  test("a certificate of the emitter or of any of its branches signs its notes", async () => {
    expect(await checked(holder, trusted())).toEqual(RIGHT);
    expect(await checked(await holding({}, BRANCH), trusted())).toEqual(RIGHT);
  });

  test("a certificate of another holder does not sign, with or without roots", async () => {
    for (const number of [OTHER, CPF, "11222334000100"])
      for (const store of [trusted(), []])
        expect(await checked(await holding({}, number), store)).toEqual(
          why("other_signer") as never,
        );
    const mallory = await issue({ name: "Mallory" });
    expect(await checked(mallory, [])).toEqual(why("other_signer"));
  });

  test("the number of ICP-Brasil's otherName goes before that of the common name", async () => {
    const common = await holding({ more: [] });
    expect(await checked(common, trusted())).toEqual(RIGHT);
    const both = await holding({ more: [icpName(OTHER)] });
    expect(await checked(both, trusted())).toEqual(why("other_signer"));
  });

  test("an emitter with a CPF signs by the CPF behind the date of birth", async () => {
    const farmer = noteBy({ emit: { cpf: CPF, name: "PRODUTOR RURAL" }, serie: "920" });
    expect(await checked(await holding({}, CPF), trusted(), farmer.xml)).toEqual(RIGHT);
    for (const number of ["11144477735", EMITTER])
      expect(await checked(await holding({}, number), trusted(), farmer.xml)).toEqual(
        why("other_signer") as never,
      );
  });

  test("a note of the series 900 to 919 that the emitter did not sign has its signer unchecked", async () => {
    for (const serie of ["900", "909", "910", "919"]) {
      const note = noteBy({ serie });
      expect(await checked(await holding({}, OTHER), trusted(), note.xml)).toEqual({
        valid: true,
        unchecked: ["revocation", "signer"],
      });
      expect(await checked(holder, trusted(), note.xml)).toEqual(RIGHT);
    }
    for (const serie of ["899", "920", "1"])
      expect(await checked(await holding({}, OTHER), trusted(), noteBy({ serie }).xml)).toEqual(
        why("other_signer") as never,
      );
  });
});

describe("the chain of a certificate to a configured root", () => {
  test("the chain is reported as unchecked without roots", async () => {
    expect(await checked(holder, [])).toEqual({
      valid: true,
      unchecked: ["chain", "revocation"],
    });
  });

  const hashing = async (hash: "SHA-1" | "SHA-512") =>
    issue({ name: `AC ${hash}`, authority: true, by: root, keys: await keyPair(hash) });
  const chains: Record<string, () => Promise<[Issued, readonly Issued[]]>> = {
    "self-signed": async () => [
      await issue({ name: `EMITENTE:${EMITTER}`, more: [icpName(EMITTER)] }),
      trusted(),
    ],
    "by another root of the same name": async () => {
      const twin = await issue({ name: "RAIZ DE TESTE", authority: true, keys: await keyPair() });
      const own = await issue({
        name: "AC DE TESTE",
        authority: true,
        by: twin,
        keys: await keyPair(),
      });
      return [await holding({ by: own }), trusted()];
    },
    "without the authority between": async () => [holder, [root]],
    "by an authority that may not issue": async () => {
      const none = await issue({ name: "AC SEM", by: root, usage: KeyUsageFlags.keyCertSign });
      return [await holding({ by: none }), [root, none]];
    },
    "by an authority whose key may not sign certificates": async () => {
      const none = await issue({
        name: "AC SEM",
        authority: true,
        by: root,
        usage: KeyUsageFlags.cRLSign,
      });
      return [await holding({ by: none }), [root, none]];
    },
    "by another holder": async () => {
      const below = await holding({ name: "ABAIXO", by: holder });
      return [below, [...trusted(), holder]];
    },
    "below an authority that may have none below it": async () => {
      const deeper = await issue({ name: "AC MAIS FUNDA", authority: true, by: between });
      return [await holding({ by: deeper }), [...trusted(), deeper]];
    },
    "by an authority that was not valid then": async () => {
      const old = await issue({
        name: "AC VELHA",
        authority: true,
        by: root,
        until: "2026-11-01T00:00:00Z",
      });
      return [await holding({ by: old }), [root, old]];
    },
    "by a root that was not valid then": async () => {
      const old = await issue({
        name: "RAIZ VELHA",
        authority: true,
        until: "2026-11-01T00:00:00Z",
      });
      return [await holding({ by: old }), [old]];
    },
    "by an authority with an unknown critical extension": async () => {
      const odd = await issue({
        name: "AC ESTRANHA",
        authority: true,
        by: root,
        more: [new Raw("1.2.3.4", true, Uint8Array.of(5, 0))],
      });
      return [await holding({ by: odd }), [root, odd]];
    },
    "signed with SHA-1": async () => {
      const old = await hashing("SHA-1");
      return [await holding({ by: old, hash: "SHA-1" }), [root, old]];
    },
  };
  for (const [what, chain] of Object.entries(chains))
    test(`a chain ${what} is refused`, async () => {
      const [issued, store] = await chain();
      expect(await checked(issued, store)).toEqual(why("unknown_issuer"));
    });

  test("a chain is found directly, through several authorities, in any order of the file, and among equal names", async () => {
    expect(await checked(await holding({ by: root }), [root])).toEqual(RIGHT);
    const twin = await issue({
      name: "AC DE TESTE",
      authority: true,
      by: root,
      keys: await keyPair(),
    });
    expect(await checked(holder, [twin, between, root])).toEqual(RIGHT);
    let deep = await issue({ name: "AC 1", authority: true, by: root });
    const all = [deep];
    for (const name of ["AC 2", "AC 3"]) {
      deep = await issue({ name, authority: true, by: deep });
      all.push(deep);
    }
    expect(await checked(await holding({ by: deep }), [...all, root])).toEqual(RIGHT);
    expect(await checked(await holding({ by: root, hash: "SHA-512" }), [root])).toEqual(
      RIGHT as never,
    );
  });

  test("no chain leads to roots that cannot be read", async () => {
    const signed = signerOf(holder).sign(NOTE.xml);
    for (const pem of ["x", pemOf(between), pemOf(root).replace("MII", "AAA")]) {
      expect(readTrustStore(pem)).toBeNull();
      expect(await checkNoteSignature(utf8(signed), noteIn(signed), null)).toEqual(
        why("unknown_issuer") as never,
      );
    }
  });
});

describe("the validity of a certificate when the note was issued", () => {
  test.each<[string, Partial<Wanted>]>([
    ["expired before", { until: "2026-11-09T00:00:00Z" }],
    ["issued after", { from: "2026-11-20T00:00:00Z" }],
    ["not meant for signing", { usage: KeyUsageFlags.keyEncipherment }],
  ])("a certificate that was %s is refused", async (_, wanted) => {
    for (const store of [trusted(), []])
      expect(await checked(await holding(wanted), store, noteBy({ issuedAt: at }).xml)).toEqual(
        why("not_valid_then") as never,
      );
  });

  test("a certificate that expired after the note was issued is accepted", async () => {
    const issued = await holding({ until: "2026-11-27T00:00:00Z" });
    expect(await checked(issued, trusted(), noteBy({ issuedAt: at }).xml)).toEqual(RIGHT);
  });
});

describe("an event is signed by its author", () => {
  const xml = cancellationEvent(NOTE.accessKey);
  const checkedEvent = (text: string) => {
    const read = readText(text);
    if (!read.ok || read.value.kind !== "event") throw new Error(JSON.stringify(read));
    return checkEventSignature(utf8(text), read.value.event, readTrustStore(pemOf(...trusted())));
  };
  const signed = (issued: Issued) => signerOf(issued).sign(xml, { element: "infEvento" });

  test("an event signed by its author's certificate is accepted", async () => {
    expect(await checkedEvent(signed(holder))).toEqual(RIGHT);
  });

  test("an event is refused without signature, changed, signed by another holder, or under another Id", async () => {
    expect(await checkedEvent(xml)).toEqual(why("unsigned"));
    expect(await checkedEvent(signed(holder).replace("Pedido", "pedido"))).toEqual(
      why("unsigned") as never,
    );
    expect(await checkedEvent(signed(await holding({}, OTHER)))).toEqual(
      why("other_signer") as never,
    );
    const other = xml.replace(/Id="ID110111/, 'Id="ID110110');
    expect(await checkedEvent(signerOf(holder).sign(other, { element: "infEvento" }))).toEqual(
      why("unsigned") as never,
    );
  });
});

test("a certificate of any bytes never throws", () => {
  const bytes = new Uint8Array(holder.certificate.rawData);
  for (let n = 0; n < bytes.length; n++)
    for (const value of [0x00, 0x30, 0x80, 0xff]) {
      const damaged = bytes.slice();
      damaged[n] = value;
      readCertificate(damaged);
      readCertificate(damaged.slice(0, n));
    }
});
