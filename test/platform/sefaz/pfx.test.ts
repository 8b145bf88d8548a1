import { afterAll, expect, test } from "bun:test";
import { bunPfx } from "../../../src/platform/bun/sefaz/pfx.ts";
import { checkCertificate } from "../../../src/sefaz/certificates/check.ts";
import { Authority, noOpenssl, type Wanted } from "../../sefaz/play/authority.ts";
import { FULL, testInFullUnless } from "../../support/full.ts";

const authority = noOpenssl === null && FULL ? new Authority() : null;
afterAll(() => authority?.remove());
const testWithOpenssl = testInFullUnless(noOpenssl);
const cnpj = "11222333000181";
const pfx = bunPfx(undefined);

/** A file made by openssl. */
function made(wanted: Partial<Wanted> = {}) {
  if (authority === null) throw new Error("no openssl");
  return authority.pfx({ cnpj, ...wanted });
}

for (const ciphers of ["new", "RC2-40", "3DES"] as const)
  testWithOpenssl(
    `a PFX of openssl with ciphers ${ciphers} opens with its password alone, also one that is not ASCII`,
    async () => {
      for (const passphrase of ["segredo", "Ação 2026 €", ""]) {
        const name = "COMÉRCIO DE AÇO LTDA";
        const given = made({ ciphers, passphrase, name, hasChain: passphrase === "" });
        const opened = await pfx.open(given);
        if (!opened.ok) throw new Error(opened.error);
        expect(opened.value.holder).toBe(name);
        const now = Date.now() + 60_000;
        expect(await checkCertificate(opened.value, [cnpj], now)).toMatchObject({
          ok: true,
          value: { cnpj },
        });
        for (const wrong of [`${passphrase}x`, "Acao 2026"])
          expect(await pfx.open({ ...given, passphrase: wrong })).toMatchObject({
            error: "passphrase",
          });
      }
    },
  );

testWithOpenssl(
  "a certificate in ICP-Brasil's form is known by its subjectAltName's CNPJ, and refused for another root or time",
  async () => {
    const opened = await pfx.open(made());
    if (!opened.ok) throw new Error(opened.error);
    const check = (cnpjs: string[], at: number) => checkCertificate(opened.value, cnpjs, at);
    const now = Date.now() + 60_000;
    expect((await check(["11222333000262"], now)).ok).toBe(true);
    expect(await check(["11444777000161"], now)).toMatchObject({
      error: { code: "certificate.other_holder", cnpj },
    });
    expect(await check([], now)).toMatchObject({ error: { code: "certificate.other_holder" } });
    expect(await check([cnpj], now + 40 * 86_400_000)).toMatchObject({
      error: { code: "certificate.expired" },
    });
  },
);

test("a PFX of any changed bytes is opened or refused, and never throws", async () => {
  const { somePfx } = await import("../../support/sefaz/some-pfx.ts");
  const whole = somePfx();
  for (let at = 0; at < whole.length; at += 397) {
    for (const bytes of [whole.slice(0, at), whole.with(at, (whole[at] ?? 0) ^ 0x41)]) {
      const { ok } = await pfx.open({ pfx: new Uint8Array(bytes), passphrase: "segredo" });
      expect(typeof ok).toBe("boolean");
    }
  }
});
