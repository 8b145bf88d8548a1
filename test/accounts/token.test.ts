import { expect, test } from "bun:test";
import fc from "fast-check";
import { sign } from "hono/jwt";
import { issueToken, verifyToken } from "../../src/accounts/token.ts";
import { FULL } from "../support/full.ts";

const SECRET = "a secret of the tests, 32 characters or more";
const NOW = Date.UTC(2026, 10, 23, 12);
const USER = {
  id: 7,
  company: 1,
  email: "ana@loja.example",
  role: "OPERADOR",
  tokenVersion: 3,
} as const;
const CLAIMS = {
  user_id: 7,
  company: 1,
  token_version: 3,
  iat: NOW / 1_000,
  exp: NOW / 1_000 + 60,
};

const part = (value: unknown) => Buffer.from(JSON.stringify(value)).toString("base64url");
const why = async (token: string, at = NOW) => {
  const verified = await verifyToken(SECRET, token, at);
  return verified.ok ? "good" : verified.error;
};
const MALFORMED = { code: "auth.invalid_token", why: "malformed" } as const;

test("a token carries the claims that S.G.E. clients read, and lasts 24 hours", async () => {
  const token = await issueToken(SECRET, USER, NOW);
  const payload = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  expect(payload).toEqual({
    user_id: 7,
    email: "ana@loja.example",
    role: "OPERADOR",
    sub: "7",
    company: 1,
    token_version: 3,
    iat: NOW / 1_000,
    exp: NOW / 1_000 + 86_400,
  });
  expect(await why(token, NOW + 86_399_000)).toBe("good");
  expect(await why(token, NOW + 86_400_000)).toEqual({
    code: "auth.invalid_token",
    why: "expired",
  });
});

test("a token is refused that was issued more than a minute ahead of the clock, or for more than 24 hours", async () => {
  const now = NOW / 1_000;
  const DAY = 86_400;
  for (const [iat, exp, expected] of [
    [now, now + DAY, "good"],
    [now + 60, now + 60 + DAY, "good"],
    [now - DAY + 1, now + 1, "good"],
    [now + 61, now + 61 + DAY, MALFORMED],
    [now + 61, now + 62, MALFORMED],
    [now, now + DAY + 1, MALFORMED],
    [0, now + 1, MALFORMED],
    [now, Number.MAX_SAFE_INTEGER, MALFORMED],
    [now + 12 * 365 * DAY, now + 12 * 365 * DAY + DAY, MALFORMED],
    [now - DAY, now, { code: "auth.invalid_token", why: "expired" }],
  ] as const)
    expect([iat, exp, await why(await sign({ ...CLAIMS, iat, exp }, SECRET, "HS256"))]).toEqual([
      iat,
      exp,
      expected,
    ]);
});

test("S3: a token signed with another secret, or with an empty one, is refused", async () => {
  expect(await why(await issueToken("x".repeat(44), USER, NOW))).toEqual(MALFORMED);
  expect(await why(await issueToken(`${SECRET} `, USER, NOW))).toEqual(MALFORMED);
});

test("a token without signature, or with the algorithm none, is refused", async () => {
  const claims = part(CLAIMS);
  const signature = (await issueToken(SECRET, USER, NOW)).split(".")[2];
  for (const alg of ["none", "None", "HS384", "RS256", "", null])
    for (const tail of ["", signature])
      expect(await why(`${part({ alg, typ: "JWT" })}.${claims}.${tail}`)).toEqual(MALFORMED);
});

test("a token rightly signed by another algorithm of the same secret is refused", async () => {
  expect(await why(await sign(CLAIMS, SECRET, "HS512"))).toEqual(MALFORMED);
  expect(await why(await sign(CLAIMS, SECRET, "HS256"))).toBe("good");
});

test("a rightly signed token without one of the claims we need is refused", async () => {
  for (const name of Object.keys(CLAIMS)) {
    const partial = Object.fromEntries(Object.entries(CLAIMS).filter(([n]) => n !== name));
    expect(await why(await sign(partial, SECRET, "HS256"))).toEqual(MALFORMED);
    expect(await why(await sign({ ...CLAIMS, [name]: "1" }, SECRET, "HS256"))).toEqual(MALFORMED);
  }
});

test("a token in which any one character was changed, added or lost is refused", async () => {
  const token = await issueToken(SECRET, USER, NOW);
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_.= ";
  await fc.assert(
    fc.asyncProperty(
      fc.nat(token.length - 1),
      fc.constantFrom(...letters),
      fc.constantFrom(0, 1),
      async (at, letter, lost) => {
        const forged = token.slice(0, at) + letter + token.slice(at + lost);
        fc.pre(forged !== token);
        expect(await why(forged)).toEqual(MALFORMED);
        expect(await why(token.slice(0, at) + token.slice(at + 1))).toEqual(MALFORMED);
      },
    ),
    { seed: 20261123, numRuns: FULL ? 300 : 60 },
  );
});

test("a token whose last character stands for the same bytes as ours is refused as another text", async () => {
  const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";
  const token = await issueToken(SECRET, USER, NOW);
  const last = letters.indexOf(token.at(-1) ?? "");
  expect(last % 4).toBe(0);
  for (const more of [1, 2, 3])
    expect(await why(token.slice(0, -1) + letters[last + more])).toEqual(MALFORMED);
});

test("a correctly signed token that is longer than an issued one is refused", async () => {
  const long = await sign({ ...CLAIMS, email: "a".repeat(8_192) }, SECRET, "HS256");
  expect(await why(long)).toEqual(MALFORMED);
});

test("any text that is sent as a token is refused without a crash", async () => {
  await fc.assert(
    fc.asyncProperty(fc.string({ unit: "binary" }), async (text) => {
      expect(await why(text)).toEqual(MALFORMED);
    }),
    { seed: 20261123, numRuns: FULL ? 200 : 40 },
  );
  expect(await why(`a.${"b".repeat(100_000)}.c`)).toEqual(MALFORMED);
});

test("a secret that holds the words PUBLIC or PRIVATE is a secret like others", async () => {
  const secret = "-----BEGIN PUBLIC AND PRIVATE THINGS-----";
  const token = await issueToken(secret, USER, NOW);
  expect((await verifyToken(secret, token, NOW)).ok).toBe(true);
});
