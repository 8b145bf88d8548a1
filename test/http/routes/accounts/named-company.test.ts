import { expect, test } from "bun:test";
import { inNamedCompany } from "../../../../src/accounts/login/named-company.ts";
import { openDownloads } from "../../../../src/http/stream/download-limit.ts";
import { syntheticNote } from "../../../../src/synthetic/synthetic-note.ts";
import { COMPANY, SUPPLIERS } from "../../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../../support/app.ts";
import { csvRecords } from "../../../support/exports/export-rows.ts";
import { readZip } from "../../../support/exports/read-zip.ts";
import { type Browser, browserOf, OWNED } from "../../../support/http/browser.ts";

const MONTH = "month=2026-11";
const CHECKS = `/api/reports/completeness?${MONTH}&all_waiting=true`;
const PACKAGE = `/api/nfes/archive?${MONTH}&sheets=true`;
/** Every read that takes the name of another company. */
const READS = [CHECKS, `/api/nfes/archive?${MONTH}`, PACKAGE];

/** What a person without a second company gets for a name. */
const NO_COMPANIES: readonly (readonly [string, number, string])[] = [
  ...["2", "3", "999999", "0", "02", "9".repeat(40)].map(
    (one) => [one, 404, "company.not_found"] as const,
  ),
  ...["-1", "2.0", "%202", "2%00", "2&company=2", "1&company=2", "2&company=1"].map(
    (one) => [one, 422, "request.invalid"] as const,
  ),
];

const made = (seed: number, xProd: string) =>
  syntheticNote({
    seed,
    emit: SUPPLIERS[0],
    items: [{ cProd: `C${seed}`, xProd, uCom: "UN", qCom: "10", vUnCom: "2.00" }],
    issuedAt: "2026-11-10T10:00:00-03:00",
  });

const change = ({ ports }: TestApp, sql: string) =>
  ports.writer.commit({ statements: [{ sql, args: [] }], read: () => undefined });

/** The owner, ADMIN of company 1, is VISUALIZADOR of company 2; each company has a note of its own. */
const withTwo = (body: (service: TestApp, browser: Browser) => Promise<void>) =>
  withApp(
    async (service) => {
      await change(
        service,
        `insert into memberships (company, user_id, role, active, accepted_at, created_at, updated_at)
          values (2, 1, 'VISUALIZADOR', 1, 0, 0, 0)`,
      );
      await service.upload(made(1, "PRODUTO DA PRIMEIRA").xml, "?approve=true");
      const type = { "content-type": "application/xml" };
      const given = { as: "otherCompany", headers: type } as const;
      const [stocked, waiting] = [made(2, "PRODUTO DA SEGUNDA"), made(3, "PRODUTO QUE ESPERA")];
      await service.send("POST", "/api/nfe/upload?approve=true", { ...given, body: stocked.xml });
      await service.send("POST", "/api/nfe/upload?approve=false", { ...given, body: waiting.xml });
      const browser = browserOf(service);
      await browser.enter();
      await body(service, browser);
    },
    { config: OWNED },
  );

/** The same request as a stream that the test reads itself. */
const streamOf = ({ app }: TestApp, { cookie }: Browser, path: string) =>
  app.request(path, {
    headers: { host: "localhost:8003", "sec-fetch-site": "same-origin", cookie: cookie ?? "" },
  });

test("a session gets originals, sheets and checks of another company of its person, and nothing of its own", () =>
  withTwo(async (service, browser) => {
    const answer = await streamOf(service, browser, `${PACKAGE}&company=2`);
    expect([answer.status, answer.headers.get("content-disposition")]).toEqual([
      200,
      'attachment; filename="fechamento_2026-11_empresa-2.zip"',
    ]);
    const files = await readZip(new Uint8Array(await answer.arrayBuffer()));
    const text = (name: string) => Buffer.from(files.get(name) ?? []).toString();
    const keys = [made(2, "").accessKey, made(3, "").accessKey];
    expect([...files.keys()].toSorted()).toEqual(
      [
        ...keys.map((key) => `${key}-nfe.xml`),
        "conferencia.csv",
        "indice.csv",
        "inventario_2026-11-23.csv",
        "itens-das-notas.csv",
        "notas.csv",
      ].toSorted(),
    );
    expect(text(`${keys[0]}-nfe.xml`)).toBe(made(2, "PRODUTO DA SEGUNDA").xml);
    const checked = csvRecords(text("conferencia.csv"));
    expect(checked.map((row) => [row.Verificação, row["Chave de Acesso"]])).toContainEqual([
      "Pendente",
      `="${keys[1]}"`,
    ]);
    // The sheets are, line by line, those that the company itself downloads.
    const period = "from=2026-11-01&to=2026-11-30";
    for (const [name, path] of [
      ["notas.csv", `/api/export/nfes?${period}`],
      ["itens-das-notas.csv", `/api/export/nfe-items?${period}`],
      ["inventario_2026-11-23.csv", "/api/export/inventory?date=2026-11-23"],
    ] as const) {
      const own = await service.send("GET", path, { as: "otherCompany" });
      expect([name, text(name)]).toEqual([name, own.text]);
      expect(text(name)).toContain("\r\n");
    }
    const every = [...files.values()].map((bytes) => Buffer.from(bytes).toString()).join();
    expect(every).not.toContain("DA PRIMEIRA");
    expect(every).not.toContain(made(1, "").accessKey);
  }));

test("an answer of one company, kept by the service or a browser, is never given for another", () =>
  withTwo(async (_, browser) => {
    const read = (query: string, headers = {}) =>
      browser.ask("GET", `${CHECKS}${query}`, { headers: { "x-company": "1", ...headers } });
    const held = (answer: Awaited<ReturnType<typeof read>>) =>
      answer.body.checks.find(({ check }: { check: string }) => check === "held").count;
    // Also a note that came today waits.
    expect([held(await read("")), held(await read("&company=2"))]).toEqual([0, 1]);
    const [own, other] = [await read("&company=1"), await read("&company=2")];
    expect([own, other].map((one) => [held(one), one.headers.get("x-cache")])).toEqual([
      [0, "HIT"],
      [1, "HIT"],
    ]);
    const stale = { "if-none-match": own.headers.get("etag") ?? "" };
    expect((await read("&company=2", stale)).status).toBe(200);
    const chosen = await browser.ask("GET", "/api/session");
    expect(chosen.body.company.id).toBe(1);
  }));

test("a person who is no member, and no more a member, learns nothing of the company", () =>
  withTwo(async (service, browser) => {
    await change(service, "update memberships set active = 0 where company = 2 and user_id = 1");
    const before = openDownloads(service.ports);
    for (const path of READS)
      for (const [company, status, code] of NO_COMPANIES) {
        const answer = await browser.ask("GET", `${path}&company=${company}`);
        const { body, text } = answer;
        expect([path, company, answer.status, body.code]).toEqual([path, company, status, code]);
        expect(text).not.toContain("Outra");
      }
    expect(openDownloads(service.ports)).toBe(before);
  }));

test("a token, an API key and a route that is not for it are refused another company by name, and nothing is written", () =>
  withTwo(async (service, browser) => {
    const refused = [403, "company.own_only"];
    const { body: made } = await service.send("POST", "/api/keys", {
      json: { name: "Contador", role: "VISUALIZADOR" },
    });
    const { body: entered } = await service.send("POST", "/api/login", {
      as: "anonymous",
      json: { email: OWNED.ADMIN_EMAIL, password: OWNED.ADMIN_PASSWORD },
    });
    for (const path of READS)
      for (const bearer of [made.key, entered.token, browser.cookie?.slice(4)]) {
        const headers = { authorization: `Bearer ${bearer}` };
        const ask = (query: string) =>
          service.send("GET", `${path}${query}`, { as: "anonymous", headers });
        const { status, body } = await ask("&company=2");
        expect([path, status, body.code]).toEqual([path, ...refused]);
        expect((await ask("&company=1")).status).toBe(200);
      }
    for (const [method, path, json] of [
      ["PATCH", "/api/company?company=2", { held_days: 9 }],
      ["POST", "/api/categories?company=2", { name: "Alheia" }],
      ["GET", "/api/company?company=2", undefined],
      ["GET", "/api/export/audit?company=2", undefined],
      ["GET", "/api/session?company=2", undefined],
    ] as const) {
      const { status, body } = await browser.ask(method, path, { json });
      expect([path, status, body.code]).toEqual([path, ...refused]);
    }
    expect(await service.rows("select 1 from categories")).toEqual([]);
    expect(await service.rows("select 1 from companies where held_days = 9")).toEqual([]);
  }));

test("the role is the one of the person in the company that is named, and only while the session lasts", () =>
  withTwo(async (service, browser) => {
    const [user] = await service.rows(
      "select u.token_version + m.token_version as token_version from users u join memberships m on m.user_id = u.id where u.id = 1 and m.company = 1",
    );
    const claims = {
      user_id: 1,
      company: 1,
      token_version: Number(user?.token_version),
      iat: 0,
      exp: 1,
      session: "s",
    };
    const there = () => inNamedCompany(service.ports, claims, 2);
    expect((await there()).actor).toEqual({
      company: 2,
      userId: 1,
      role: "VISUALIZADOR",
      openCompany: 1,
    });
    const { cookie } = browser;
    await browser.ask("POST", "/api/logout");
    expect(await there().catch(({ failure }) => failure.code)).toBe("company.not_found");
    browser.cookie = cookie;
    expect((await browser.ask("GET", `${CHECKS}&company=2`)).body.code).toBe("auth.invalid_token");
  }));

test("a download of another company breaks when the membership there ends in the middle", () =>
  withTwo(async (service, browser) => {
    const { body } = await streamOf(service, browser, `${PACKAGE}&company=2`);
    const reader = body?.getReader();
    expect((await reader?.read())?.done).toBe(false);
    await change(service, "update memberships set active = 0 where company = 2 and user_id = 1");
    service.ports.clock.advance(9_000);
    const rest = async () => {
      for (let parts = 0; parts < 1_000; parts++) {
        await Bun.sleep(1);
        if ((await reader?.read())?.done !== false) return "complete";
      }
      return "endless";
    };
    expect(await rest().catch(({ failure }) => failure.code)).toBe("export.interrupted");
    expect(openDownloads(service.ports)).toBe(0);
  }));

test("a person has one download at a time of other companies, beside those of the open one", () =>
  withTwo(async (service, browser) => {
    const first = await streamOf(service, browser, `${PACKAGE}&company=2`);
    const second = await browser.ask("GET", `${PACKAGE}&company=2`);
    expect([second.status, second.body.code, second.headers.get("retry-after")]).toEqual([
      429,
      "share_exceeded",
      "5",
    ]);
    expect((await browser.ask("GET", PACKAGE)).status).toBe(200);
    await first.arrayBuffer();
    expect((await browser.ask("GET", `${PACKAGE}&company=2`)).status).toBe(200);
    expect(openDownloads(service.ports)).toBe(0);
  }));

test("the file of a named company has its CNPJ or number in its name, and that of the open one has none", () =>
  withTwo(async (_, browser) => {
    const nameOf = async (path: string) =>
      (await browser.ask("GET", path)).headers.get("content-disposition");
    expect(await nameOf(`${PACKAGE}&company=1`)).toContain(
      `fechamento_2026-11_${COMPANY.cnpj}.zip`,
    );
    expect(await nameOf(PACKAGE)).toContain('"fechamento_2026-11.zip"');
    expect(await nameOf(`/api/nfes/archive?${MONTH}`)).toContain('"notas_2026-11.zip"');
  }));
