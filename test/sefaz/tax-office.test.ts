import { expect, test } from "bun:test";
import { bunSefaz } from "../../src/platform/bun/sefaz/caller.ts";
import type { OpenCertificate, SefazCaller } from "../../src/ports/sefaz.ts";
import { changeAwarenessRule } from "../../src/sefaz/statements/awareness.ts";
import { taxOffice } from "../../src/start/tax-office.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { testInFullUnless } from "../support/full.ts";
import { causeOf } from "../support/ports-with-admin.ts";
import { runJobs } from "../support/run-jobs.ts";
import { somePfx } from "../support/sefaz/some-pfx.ts";
import { Authority, noTlsPlay } from "./play/authority.ts";
import { playCaller, playCertificate } from "./play/caller.ts";
import { SefazPlay } from "./play/play.ts";
import { tlsPlay } from "./play/tls-play.ts";

const { cnpj } = COMPANY;
const HOUR = 3_600_000;

/** From a certificate and a switch to the note: its summary, the statement by rule, the note itself. */
async function fromFileToNote(
  service: TestApp,
  play: SefazPlay,
  caller: SefazCaller,
  { pfx, passphrase }: OpenCertificate,
): Promise<void> {
  const { ports, send, rows } = service;
  const office = taxOffice(ports, caller);
  const { accessKey, xml } = syntheticNote({ seed: 7, items: 1 });
  play.issue({ accessKey, xml, to: cnpj, issuedAt: ports.clock.now() - 24 * HOUR });
  await send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: true } });
  expect([await office.fetch(), play.counts.calls]).toEqual([0, 0]);
  const json = { pfx: new Uint8Array(pfx).toBase64(), passphrase };
  expect((await send("POST", "/api/certificates", { json })).status).toBe(201);
  expect(await office.fetch()).toBe(1);
  const announced = (await send("GET", "/api/nfes/announced")).body.data;
  expect(announced.map((one: { access_key: string }) => one.access_key)).toEqual([accessKey]);
  expect(await office.state()).toBe(0);
  await changeAwarenessRule(ports, "always", causeOf(14, "ADMIN", 1));
  expect(await office.state()).toBe(1);
  expect(play.statements.of(accessKey).map(({ type, author }) => [type, author])).toEqual([
    ["210210", cnpj],
  ]);
  expect([await office.fetch(), await office.state()]).toEqual([0, 0]);
  ports.clock.advance(2 * HOUR);
  expect(await office.fetch()).toBe(1);
  await runJobs(ports);
  expect(await rows("select access_key from notes")).toEqual([{ access_key: accessKey }]);
  expect(play.counts.forbidden).toBe(0);
}

test("a certificate that is kept here fetches the summary, states ciência by rule, and brings the note", () =>
  withApp(async (service) => {
    const { ports } = service;
    const play = new SefazPlay({ now: () => ports.clock.now() });
    const pfx = somePfx();
    const inner = playCaller(play);
    const isOurs = (given: OpenCertificate) =>
      given.passphrase === "segredo" && Buffer.from(given.pfx).equals(pfx);
    const caller: SefazCaller = {
      call: (called, request) =>
        inner.call(called, {
          ...request,
          certificate: playCertificate(isOurs(request.certificate) ? cnpj : "00000000000000"),
        }),
    };
    await fromFileToNote(service, play, caller, { pfx, passphrase: "segredo" });
  }));

test("a certificate that cannot be opened is one line of the log, and no call", () =>
  withApp(async (service) => {
    const { ports, send } = service;
    const play = new SefazPlay({ now: () => ports.clock.now() });
    await send("PATCH", "/api/sefaz", { json: { cnpj, uf: "SP", active: true } });
    const json = { pfx: somePfx().toBase64(), passphrase: "segredo" };
    await send("POST", "/api/certificates", { json });
    ports.config.MAIL_SECRET = "another secret of the service, also 32 characters";
    const office = taxOffice(ports, playCaller(play));
    for (let n = 0; n < 3; n += 1) expect(await office.fetch()).toBe(0);
    expect(play.counts.calls).toBe(0);
    const lines = ports.logged.filter(({ event }) => event === "sefaz.certificate");
    expect(lines).toEqual([
      {
        level: "warn",
        event: "sefaz.certificate",
        company: 1,
        cnpj,
        code: "certificate.secret_unreadable",
      },
    ]);
  }));

const testOverTls = testInFullUnless(noTlsPlay);
for (const [mode, ciphers] of [
  ["renegotiation", "RC2-40"],
  ["tls13", "new"],
] as const)
  testOverTls(
    `an A1 file of openssl (${ciphers}) fetches, states and brings the note over mTLS (${mode})`,
    async () => {
      const authority = new Authority();
      const now = Date.now() + 60_000;
      await withApp(
        async (service) => {
          const play = new SefazPlay({ now: () => service.ports.clock.now() });
          const server = await tlsPlay(play, authority, mode);
          try {
            const caller = bunSefaz({ addressOf: server.addressOf, ca: authority.root });
            await fromFileToNote(service, play, caller, authority.pfx({ cnpj, ciphers }));
          } finally {
            server.stop();
          }
        },
        { now },
      );
      authority.remove();
    },
  );

test("a look costs the same statements for one CNPJ without a certificate here and for fifty", () =>
  withApp(async ({ ports }) => {
    const play = new SefazPlay({ now: () => ports.clock.now() });
    let statements = 0;
    const counted = {
      ...ports,
      reader: {
        ...ports.reader,
        rows: (...asked: Parameters<typeof ports.reader.rows>) => {
          statements += 1;
          return ports.reader.rows(...asked);
        },
      },
    };
    const office = taxOffice(counted, playCaller(play));
    const found: number[] = [];
    for (const most of [1, 50]) {
      await ports.writer.commit({
        statements: [
          {
            sql: `insert or ignore into sefaz_cursors (company, cnpj, environment, uf, active, saved_by, created_at, updated_at)
              select 1, printf('%014d', value), '1', '35', 1, 14, 0, 0 from generate_series(1, ?1)`,
            args: [most],
          },
        ],
        read: () => undefined,
      });
      statements = 0;
      expect(await office.fetch()).toBe(0);
      found.push(statements);
    }
    expect(found).toEqual([1, 1]);
  }));
