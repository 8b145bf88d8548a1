import { expect, test } from "bun:test";
import { withApp } from "../../../support/app.ts";
import { browserOf, OWNED, OWNER } from "../../../support/http/browser.ts";

const withOwner: typeof withApp = (body) => withApp(body, { config: OWNED });

/** What a browser says of a request, and whether the cookie may read and write with it. */
const SENDERS: readonly (readonly [string, Record<string, string>, boolean, boolean])[] = [
  ["our page", { "sec-fetch-site": "same-origin" }, true, true],
  ["the address bar", { "sec-fetch-site": "none" }, true, false],
  [
    "another port",
    { "sec-fetch-site": "same-site", origin: "http://localhost:5173" },
    false,
    false,
  ],
  ["another site", { "sec-fetch-site": "cross-site", origin: "https://mau.example" }, false, false],
  ["a form of another port", { "sec-fetch-site": "same-site" }, false, false],
  ["an unknown word", { "sec-fetch-site": "whatever" }, false, false],
  ["our page, by http", { origin: "http://localhost:8003" }, true, true],
  ["our read, by http", {}, true, false],
  ["another port, by http", { origin: "http://localhost:5173" }, false, false],
  ["a frame without an origin", { origin: "null" }, false, false],
  [
    "a lie in one of two",
    { "sec-fetch-site": "cross-site", origin: "http://localhost:8003" },
    false,
    false,
  ],
];

test("a hostile page can neither write nor read with the cookie", () =>
  withOwner(async (service) => {
    const browser = browserOf(service);
    await browser.enter();
    const categories = () => service.rows("select name from categories");
    for (const [who, from, mayRead, mayWrite] of SENDERS) {
      for (const method of ["GET", "HEAD"]) {
        const read = await browser.ask(method, "/api/company", { from });
        expect([who, method, read.status]).toEqual([who, method, mayRead ? 200 : 403]);
      }
      const before = await categories();
      const written = await browser.ask("POST", "/api/categories", { from, json: { name: who } });
      expect([who, written.status]).toEqual([who, mayWrite ? 201 : 403]);
      expect((await categories()).length - before.length).toBe(mayWrite ? 1 : 0);
      if (!mayWrite) expect(written.body.code).toBe("session.foreign");
      const stream = await browser.ask("HEAD", "/api/notifications/stream", { from });
      expect([who, stream.status]).toEqual([who, mayRead ? 200 : 403]);
    }
    const left = await browser.ask("DELETE", "/api/session", {
      from: { "sec-fetch-site": "same-site" },
    });
    expect([left.status, browser.cookie === null]).toEqual([403, false]);
  }));

test("another page cannot sign its visitor in as another person", () =>
  withOwner(async (service) => {
    for (const [who, from, , mayWrite] of SENDERS) {
      const visitor = browserOf(service);
      const answer = await visitor.ask("POST", "/api/session", { from, json: OWNER });
      expect([who, answer.status, visitor.cookie === null]).toEqual([
        who,
        mayWrite ? 200 : 403,
        !mayWrite,
      ]);
    }
    expect((await service.rows("select 1 from audit where action = 'login'")).length).toBe(2);
  }));
