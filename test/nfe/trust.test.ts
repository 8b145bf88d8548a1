import { expect, test } from "bun:test";
import type { Certificate } from "../../src/nfe/signature/certificate.ts";
import { maySign } from "../../src/nfe/signature/trust.ts";

const NOTHING = new Uint8Array();
const holder: Certificate = {
  signed: NOTHING,
  algorithm: "",
  signature: NOTHING,
  issuer: "",
  subject: "",
  from: 1_000,
  until: 2_000,
  key: NOTHING,
  authority: false,
  pathLength: null,
  usage: null,
  unknownCritical: false,
  cnpj: null,
  cpf: null,
};

test("a certificate is valid from its first instant to its last, both included", () => {
  expect([999, 1_000, 1_500, 2_000, 2_001].map((at) => maySign(holder, at))).toEqual([
    false,
    true,
    true,
    true,
    false,
  ]);
});

test("a certificate with a critical extension that is unknown may not sign", () => {
  expect(maySign({ ...holder, unknownCritical: true }, 1_500)).toBe(false);
});
