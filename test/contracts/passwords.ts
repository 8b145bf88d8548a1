import type { PasswordHasher } from "../../src/ports/passwords.ts";
import { type Contract, claim, like, same } from "./claims.ts";

const base64 = (text: string) => btoa(text).replaceAll("=", "");
const bytesOfHex = (hex: string) =>
  String.fromCharCode(...(hex.match(/../g) ?? []).map((two) => Number.parseInt(two, 16)));

/** Ports.PasswordHasher, for every implementation; `open` takes log2 N. */
export const passwordsContract: Contract<(cost: number) => PasswordHasher> = [
  {
    name: "a password verifies, and any other does not",
    async run(open) {
      const passwords = open(4);
      const hash = await passwords.hash("correct horse battery");
      same(await passwords.verify("correct horse battery", hash), true);
      for (const wrong of ["correct horse batterz", "", "correct horse battery "])
        same(await passwords.verify(wrong, hash), false);
    },
  },
  {
    name: "one password has another hash each time, with its parameters in it",
    async run(open) {
      const passwords = open(5);
      const [a, b] = [await passwords.hash("senha"), await passwords.hash("senha")];
      claim(/^\$scrypt\$ln=5,r=8,p=1\$[A-Za-z0-9+/]{22}\$[A-Za-z0-9+/]{43}$/.test(a), a);
      claim(a !== b, "the same hash twice");
    },
  },
  {
    name: "a hash made at another cost is still verified",
    async run(open) {
      const hash = await open(3).hash("senha antiga");
      same(await open(6).verify("senha antiga", hash), true);
    },
  },
  {
    name: "an accent is the same in every Unicode composition",
    async run(open) {
      const passwords = open(4);
      same(await passwords.verify("a\u0301gua", await passwords.hash("\u00e1gua")), true);
    },
  },
  {
    name: "computes what RFC 7914 says (section 12, third vector)",
    async run(open) {
      const derived =
        "7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2" +
        "d5432955613f0fcf62d49705242a9af9e61e85dc0d651e40dfcf017b45575887";
      const hash = `$scrypt$ln=14,r=8,p=1$${base64("SodiumChloride")}$${base64(bytesOfHex(derived))}`;
      same(await open(4).verify("pleaseletmein", hash), true);
      same(await open(4).verify("pleaseletmeout", hash), false);
    },
  },
  {
    name: "a hash with unbounded parameters, or none at all, verifies nothing",
    async run(open) {
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
        same(await passwords.verify("senha", bad), false);
    },
  },
  {
    name: "four hashes run at a time, 32 wait, and the next call is overloaded",
    async run(open) {
      const passwords = open(10);
      const outcomes = await Promise.allSettled(
        Array.from({ length: 40 }, () => passwords.hash("senha")),
      );
      like(
        outcomes.slice(0, 36),
        Array.from({ length: 36 }, () => ({ status: "fulfilled" })),
      );
      like(
        outcomes.slice(36),
        Array.from({ length: 4 }, () => ({
          status: "rejected",
          reason: { failure: { code: "overloaded", what: "passwords", retryAfterS: 1 } },
        })),
      );
    },
  },
];
