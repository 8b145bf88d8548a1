import { expect, test } from "bun:test";
import { authenticationOf } from "../../src/mail/sender-authentication.ts";

const MX = "mx.cloudflare.net";
const resultOf = (...headers: string[]) => authenticationOf(headers, [MX], "forn.example");

test("S17: a failed DMARC fails, whatever else has passed", () => {
  expect(
    resultOf(`${MX}; dkim=pass header.d=forn.example; dmarc=fail header.from=forn.example`),
  ).toBe("fail");
});

test("a mail passes by DMARC, or by an aligned SPF or DKIM where there is no DMARC policy", () => {
  for (const passed of [
    `${MX}; dmarc=pass header.from=forn.example policy.dmarc=none; spf=none`,
    `${MX}; dmarc=none; dkim=pass (a comment; with ) header.d=forn.example header.s=x`,
    `${MX}; spf=pass smtp.mailfrom=bounce@mail.forn.example`,
    `MX.Cloudflare.net 1; dkim=fail header.d=a.example; dkim=pass header.i=@forn.example`,
  ])
    expect([passed, resultOf(passed)]).toEqual([passed, "pass"]);
  for (const other of [
    `${MX}; dmarc=none; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example`,
    `${MX}; dkim=pass header.d=example; spf=softfail smtp.mailfrom=forn.example`,
    `${MX}; none`,
    `${MX}; dkim=pass header.d=evilforn.example`,
    `${MX}; spf=fail (spf=pass smtp.mailfrom=forn.example)`,
  ])
    expect([other, resultOf(other)]).toEqual([other, "fail"]);
});

test("S17: a header of an untrusted server is ignored", () => {
  expect(resultOf("evil.example; dmarc=pass")).toBe("none");
  expect(resultOf(`x${MX}; dmarc=pass`)).toBe("none");
  expect(resultOf()).toBe("none");
});

test("S17: only the first header with a trusted server's name counts", () => {
  expect(resultOf(`${MX}; dmarc=fail`, `${MX}; dmarc=pass`)).toBe("fail");
});

test("any header text is parsed without an error", () => {
  for (const odd of ["", ";;;", `${MX}; dmarc`, `${MX}; =pass`, `${MX};(((`, '"'.repeat(9)])
    expect(["fail", "none"]).toContain(resultOf(odd));
});
