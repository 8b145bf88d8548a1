import { expect, test } from "bun:test";
import { publicUrl } from "../../src/lib/public-url.ts";

const why = (url: string, allowPrivate = false) => {
  const parsed = publicUrl(url, allowPrivate);
  return parsed.ok ? null : parsed.error;
};

for (const [fault, urls] of [
  [
    null,
    [
      "https://erp.example.com/a?b=c",
      "https://erp.example.com:8443/",
      "https://erp.loja.com.br.",
      "https://ção.example.com/",
    ],
  ],
  [
    "malformed",
    [
      "",
      "erp.example.com",
      "https://",
      "https://a.example.com/#parte",
      `https://a.example.com/${"a".repeat(2_000)}`,
    ],
  ],
  [
    "not_https",
    [
      "http://erp.example.com/",
      "ftp://erp.example.com/",
      "file:///etc/passwd",
      "javascript:alert(1)",
    ],
  ],
  ["with_password", ["https://a:b@erp.example.com/", "https://a@erp.example.com/"]],
  [
    "port",
    ["https://erp.example.com:22/", "https://erp.example.com:80/", "https://erp.example.com:993/"],
  ],
  [
    "not_public",
    [
      "https://127.0.0.1/",
      "https://8.8.8.8/",
      "https://2130706433/",
      "https://0177.0.0.1/",
      "https://0x7f000001/",
      "https://127.1/",
      "https://127.0.0.1./",
      "https://[::1]/",
      "https://[::ffff:10.0.0.1]/",
      "https://[fd00:ec2::254]/",
      "https://localhost/",
      "https://LOCALHOST./",
      "https://servidor/",
      "https://a.localhost/",
      "https://nas.local/",
      "https://metadata.google.internal/",
      "https://router.lan/",
      "https://x.home.arpa/",
      "https://①②⑦.⓪.⓪.①/",
    ],
  ],
] as const)
  for (const url of urls)
    test(`${url.slice(0, 60)} is ${fault ?? "accepted"}`, () => expect(why(url)).toBe(fault));

test("with leave of the operator http, addresses and every port are accepted; credentials and fragments are not", () => {
  for (const url of ["http://127.0.0.1:80/", "http://localhost:22/", "https://[::1]/"])
    expect([url, why(url, true)]).toEqual([url, null]);
  expect(why("http://a:b@localhost/", true)).toBe("with_password");
  expect(why("file:///etc/passwd", true)).toBe("not_https");
});
