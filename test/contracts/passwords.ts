import { expect, test } from "bun:test";
import type { PasswordHasher } from "../../src/ports.ts";

/** Ports.PasswordHasher, whoever implements it; `open` takes log2 N. */
export function passwordsContract(name: string, open: (cost: number) => PasswordHasher): void {
  test(`${name}: a password is known again, any other is not`, async () => {
    const passwords = open(4);
    const hash = await passwords.hash("correct horse battery");
    expect(await passwords.verify("correct horse battery", hash)).toBe(true);
    for (const wrong of ["correct horse batterz", "", "correct horse battery "])
      expect(await passwords.verify(wrong, hash)).toBe(false);
  });

  test(`${name}: one password has another hash each time, with its parameters in it`, async () => {
    const passwords = open(5);
    const [a, b] = [await passwords.hash("senha"), await passwords.hash("senha")];
    expect(a).toMatch(/^\$scrypt\$ln=5,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/);
    expect(a).not.toBe(b);
  });

  test(`${name}: a hash made at another cost is still verified`, async () => {
    const hash = await open(3).hash("senha antiga");
    expect(await open(6).verify("senha antiga", hash)).toBe(true);
  });

  test(`${name}: an accent is the same however the keyboard composes it`, async () => {
    const passwords = open(4);
    expect(await passwords.verify("a\u0301gua", await passwords.hash("\u00e1gua"))).toBe(true);
  });

  test(`${name}: computes what RFC 7914 says (section 12, third vector)`, async () => {
    const derived =
      "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
      "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887";
    const base64 = Buffer.from(derived, "hex").toString("base64").replaceAll("=", "");
    const hash = `$scrypt$ln=14,r=8,p=1$${btoa("SodiumChloride").replaceAll("=", "")}$${base64}`;
    expect(await open(4).verify("pleaseletmein", hash)).toBe(true);
    expect(await open(4).verify("pleaseletmeout", hash)).toBe(false);
  });

  test(`${name}: a hash with unbounded parameters, or none at all, verifies nothing`, async () => {
    const passwords = open(4);
    const good = await passwords.hash("senha");
    for (const bad of [
      "",
      "senha",
      good.replace("ln=4", "ln=31"),
      good.replace("ln=4", "ln=0"),
      good.replace("r=8", "r=99"),
      good.replace("p=1", "p=99"),
      good.replace("$scrypt", "$argon2id"),
      good.slice(0, -30),
    ])
      expect(await passwords.verify("senha", bad)).toBe(false);
  });

  test(`${name}: four are computed at a time, 32 wait, and the next is told to come again`, async () => {
    const passwords = open(10);
    const outcomes = await Promise.allSettled(
      Array.from({ length: 40 }, () => passwords.hash("senha")),
    );
    expect(outcomes.slice(0, 36).every(({ status }) => status === "fulfilled")).toBe(true);
    expect(outcomes.slice(36)).toMatchObject(
      Array.from({ length: 4 }, () => ({
        status: "rejected",
        reason: { failure: { code: "overloaded", what: "passwords", retryAfterS: 1 } },
      })),
    );
  });
}
