import { expect, test } from "bun:test";
import { authenticationOf } from "../../src/mail/sender-authentication.ts";

const MX = "mx.cloudflare.net";
const said = (...headers: string[]) => authenticationOf(headers, [MX], "forn.example");

test("S17: a failed DMARC is unproven, whatever else has passed", () => {
  expect(said(`${MX}; dkim=pass header.d=forn.example; dmarc=fail header.from=forn.example`)).toBe(
    "unproven",
  );
});

test("a passed DMARC is proven, and so is an aligned SPF or DKIM without a DMARC policy", () => {
  for (const proven of [
    `${MX}; dmarc=pass header.from=forn.example policy.dmarc=none; spf=none`,
    `${MX}; dmarc=none; dkim=pass (a comment; with ) header.d=forn.example header.s=x`,
    `${MX}; spf=pass smtp.mailfrom=bounce@mail.forn.example`,
    `MX.Cloudflare.net 1; dkim=fail header.d=a.example; dkim=pass header.i=@forn.example`,
  ])
    expect([proven, said(proven)]).toEqual([proven, "proven"]);
  for (const other of [
    `${MX}; dmarc=none; dkim=pass header.d=evil.example; spf=pass smtp.mailfrom=x@evil.example`,
    `${MX}; dkim=pass header.d=example; spf=softfail smtp.mailfrom=forn.example`,
    `${MX}; none`,
    `${MX}; dkim=pass header.d=evilforn.example`,
    `${MX}; spf=fail (spf=pass smtp.mailfrom=forn.example)`,
  ])
    expect([other, said(other)]).toEqual([other, "unproven"]);
});

test("S17: a header of an untrusted server is ignored, and so is a trusted name below the trusted server's own", () => {
  expect(said("evil.example; dmarc=pass")).toBe("unasked");
  expect(said(`x${MX}; dmarc=pass`)).toBe("unasked");
  expect(said(`${MX}; dmarc=fail`, `${MX}; dmarc=pass`)).toBe("unproven");
  expect(said()).toBe("unasked");
});

test("any header text is parsed without an error", () => {
  for (const odd of ["", ";;;", `${MX}; dmarc`, `${MX}; =pass`, `${MX};(((`, '"'.repeat(9)])
    expect(["unproven", "unasked"]).toContain(said(odd));
});
