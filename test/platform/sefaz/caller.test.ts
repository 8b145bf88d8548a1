import { afterAll, beforeAll, expect, test } from "bun:test";
import { spawn } from "node:child_process";
import { createServer, type Server } from "node:net";
import { bunSefaz, type SefazRules } from "../../../src/platform/bun/sefaz/caller.ts";
import type { OpenCertificate, SefazRequest } from "../../../src/ports/sefaz.ts";
import { distributionRequest } from "../../../src/sefaz/wire/distribution.ts";
import { Authority, noTlsPlay } from "../../sefaz/play/authority.ts";
import { soapFault } from "../../sefaz/play/documents.ts";
import { SefazPlay } from "../../sefaz/play/play.ts";
import { type TlsMode, type TlsPlay, tlsPlay } from "../../sefaz/play/tls-play.ts";
import { describeUnless, testInFull } from "../../support/full.ts";
import { readDistribution } from "../../support/sefaz/read-distribution.ts";

const CNPJ = "11222333000181";
const BODY = distributionRequest({
  environment: "1",
  taxpayer: CNPJ,
  cUFAutor: "35",
  wanted: { after: 0 },
});

const requestWith = (
  certificate: OpenCertificate,
  more: Partial<SefazRequest> = {},
): SefazRequest => ({
  environment: "1",
  body: BODY,
  certificate,
  signal: new AbortController().signal,
  ...more,
});

const describeOverTls = describeUnless(noTlsPlay);
describeOverTls("the tax office is called over mTLS:", () => {
  let authority: Authority;
  let own: OpenCertificate;
  let servers: Record<TlsMode, TlsPlay>;
  const clock = { at: Date.parse("2026-11-20T12:00:00Z") };
  const play = new SefazPlay({ now: () => (clock.at += 3_600_001) });
  const callerOf = (mode: TlsMode, rules: Partial<SefazRules> = {}) =>
    bunSefaz({ addressOf: servers[mode].addressOf, ca: authority.root, ...rules });

  beforeAll(async () => {
    authority = new Authority();
    own = authority.pfx({ cnpj: CNPJ });
    play.push(CNPJ, "resNFe_v1.01.xsd", "<resNFe/>");
    const [renegotiation, tls12, tls13] = await Promise.all([
      tlsPlay(play, authority, "renegotiation"),
      tlsPlay(play, authority, "tls12"),
      tlsPlay(play, authority, "tls13"),
    ]);
    servers = { renegotiation, tls12, tls13 };
  });
  afterAll(() => {
    for (const server of Object.values(servers)) server.stop();
    authority.remove();
  });

  for (const [mode, protocol] of [
    ["renegotiation", "TLSv1.2"],
    ["tls12", "TLSv1.2"],
    ["tls13", "TLSv1.3"],
  ] as const)
    test(`a certificate is presented by ${mode}, on one connection for two calls`, async () => {
      const server = servers[mode];
      const caller = callerOf(mode);
      for (let n = 0; n < 2; n++) {
        const answer = await caller.call("distribution", requestWith(own));
        const read = answer.ok ? await readDistribution(answer.value) : answer;
        expect(read).toMatchObject({ ok: true, value: { cStat: "138", documents: [{ nsu: 1 }] } });
      }
      const [first, second] = server.seen.slice(-2);
      expect(first).toMatchObject({ protocol, holder: `EMPRESA DE TESTE LTDA:${CNPJ}` });
      expect(first?.contentType).toBe(
        'application/soap+xml; charset=utf-8; action="http://www.portalfiscal.inf.br/nfe/wsdl/NFeDistribuicaoDFe/nfeDistDFeInteresse"',
      );
      expect(second?.opened).toBe(first?.opened);
      expect(second?.renegotiated).toBe(mode === "renegotiation" ? first?.renegotiated : 0);
    });

  for (const [ciphers, run] of [
    ["RC2-40", test],
    ["3DES", testInFull],
  ] as const)
    run(`a PFX in ${ciphers} is presented as one in new ciphers`, async () => {
      const old = authority.pfx({ cnpj: CNPJ, ciphers, hasChain: true });
      expect(await callerOf("renegotiation").call("distribution", requestWith(old))).toMatchObject({
        ok: true,
      });
    });

  test("two holders never share a connection", async () => {
    const caller = callerOf("tls12");
    const other = authority.pfx({ cnpj: "99888777000166", name: "OUTRA" });
    for (const certificate of [own, other, own])
      await caller.call("distribution", requestWith(certificate));
    expect(servers.tls12.seen.slice(-3).map(({ holder }) => holder)).toEqual([
      `EMPRESA DE TESTE LTDA:${CNPJ}`,
      "OUTRA:99888777000166",
      `EMPRESA DE TESTE LTDA:${CNPJ}`,
    ]);
  });

  test("a PFX with a wrong password, or that is none, is a fault of the certificate, and nothing is sent", async () => {
    const calls = play.counts.calls;
    for (const certificate of [
      { ...own, passphrase: "errada" },
      { pfx: new TextEncoder().encode("PFX"), passphrase: "" },
    ])
      expect(await callerOf("tls12").call("distribution", requestWith(certificate))).toMatchObject({
        ok: false,
        error: { kind: "certificate", isTransient: false, mayHaveArrived: false },
      });
    expect(play.counts.calls).toBe(calls);
  });

  test("a server that leads to none of our roots gets no message, also where its root stands in our PFX", async () => {
    const calls = play.counts.calls;
    const withRoot = authority.pfx({ cnpj: CNPJ, hasChain: true });
    for (const mode of ["renegotiation", "tls12", "tls13"] as const)
      for (const certificate of [own, withRoot])
        expect(
          await callerOf(mode, { ca: undefined }).call("distribution", requestWith(certificate)),
        ).toMatchObject({
          ok: false,
          error: { kind: "tls", isTransient: false, mayHaveArrived: false },
        });
    expect(play.counts.calls).toBe(calls);
  });

  test("a server with another name than its certificate gets no message", async () => {
    const { url } = servers.tls12;
    const address = { url: url.replace("localhost", "127.0.0.1"), action: "x", maxTls: null };
    const caller = bunSefaz({ addressOf: () => address, ca: authority.root });
    expect(await caller.call("distribution", requestWith(own))).toMatchObject({
      ok: false,
      error: { kind: "tls", mayHaveArrived: false },
    });
  });

  test("a call that is cut, before, in or at the end of its answer, is cut, and may have arrived", async () => {
    for (const fault of ["cut", "truncated", "chunks_cut"] as const) {
      servers.tls12.faults.push(fault);
      expect(await callerOf("tls12").call("distribution", requestWith(own))).toMatchObject({
        ok: false,
        error: { kind: "cut", isTransient: true, mayHaveArrived: true },
      });
    }
  });

  test("an answer without end is stopped at 4 MiB", async () => {
    servers.tls12.faults.push("endless");
    expect(await callerOf("tls12").call("distribution", requestWith(own))).toMatchObject({
      ok: false,
      error: { kind: "too_large" },
    });
  });

  test("an answer that does not come, and one whose bytes come too slowly, end in time", async () => {
    for (const [fault, times] of [
      ["silent", { silentMs: 60 }],
      ["slow", { totalMs: 150 }],
    ] as const) {
      servers.tls12.faults.push(fault);
      expect(
        await callerOf("tls12", { times }).call("distribution", requestWith(own)),
      ).toMatchObject({
        ok: false,
        error: { kind: "timeout", isTransient: true, mayHaveArrived: true },
      });
    }
  });

  test("a call that its caller aborts ends at once, and after a fault the next call is answered", async () => {
    const caller = callerOf("tls12");
    servers.tls12.faults.push("silent");
    const aborting = new AbortController();
    const answer = caller.call("distribution", requestWith(own, { signal: aborting.signal }));
    setTimeout(() => aborting.abort(), 50);
    expect(await answer).toMatchObject({ ok: false, error: { kind: "aborted" } });
    expect(await caller.call("distribution", requestWith(own))).toMatchObject({ ok: true });
    const late = requestWith(own, { signal: AbortSignal.abort() });
    expect(await caller.call("distribution", late)).toMatchObject({
      error: { kind: "aborted", mayHaveArrived: false },
    });
  });

  test("a status is a fault by its number, and a SOAP fault with 500 is a message to read", async () => {
    const page = (status: number, type = "text/html") =>
      new Response("<html/>", { status, headers: { "content-type": type } });
    const faultOf = async (response: Response) => {
      servers.tls12.faults.push(response);
      const answer = await callerOf("tls12").call("distribution", requestWith(own));
      const read = answer.ok ? await readDistribution(answer.value) : answer;
      return read.ok ? null : read.error;
    };
    expect(await faultOf(page(503))).toMatchObject({
      kind: "http_status",
      status: 503,
      isTransient: true,
    });
    expect(await faultOf(page(404))).toMatchObject({
      kind: "http_status",
      status: 404,
      isTransient: false,
    });
    expect(await faultOf(page(302))).toMatchObject({ kind: "http_status", status: 302 });
    const fault = soapFault("Receiver", "Server was unable to process request.");
    const answer = new Response(fault, {
      status: 500,
      headers: { "content-type": "application/soap+xml" },
    });
    expect(await faultOf(answer)).toMatchObject({ kind: "soap_fault", isTransient: true });
  });

  test("a port without a server is unreachable", async () => {
    const address = { url: `https://localhost:${await closedPort()}/`, action: "x", maxTls: null };
    const caller = bunSefaz({ addressOf: () => address, ca: authority.root });
    expect(await caller.call("query", requestWith(own))).toMatchObject({
      error: { kind: "unreachable", isTransient: true, mayHaveArrived: false },
    });
  });

  test("a server that takes the connection and says nothing gets no message, and the call ends in time", async () => {
    const silent = createServer(() => undefined);
    const address = {
      url: `https://localhost:${await portOf(silent)}/`,
      action: "x",
      maxTls: null,
    };
    const caller = bunSefaz({
      addressOf: () => address,
      ca: authority.root,
      times: { connectMs: 60 },
    });
    expect(await caller.call("query", requestWith(own))).toMatchObject({
      error: { kind: "timeout", isTransient: true, mayHaveArrived: false },
    });
    silent.close();
  });

  testInFull(
    "a server that refuses our certificate in the handshake is a fault of the certificate",
    async () => {
      const other = new Authority("AC Raiz de outra gente");
      const certificate = other.pfx({ cnpj: CNPJ });
      other.remove();
      for (const version of ["-tls1_2", "-tls1_3"]) {
        const port = await closedPort();
        const files = [
          "-cert",
          "server.crt",
          "-cert_chain",
          "between.crt",
          "-key",
          "server.key",
          "-CAfile",
          "ca.pem",
        ];
        const server = spawn(
          "openssl",
          [
            "s_server",
            "-accept",
            String(port),
            ...files,
            "-Verify",
            "3",
            "-verify_return_error",
            version,
          ],
          { cwd: authority.folder, stdio: ["pipe", "pipe", "ignore"] },
        );
        await new Promise((resolve) => server.stdout.once("data", resolve));
        const address = { url: `https://localhost:${port}/`, action: "x", maxTls: null };
        const caller = bunSefaz({ addressOf: () => address, ca: authority.root });
        const answer = await caller.call("query", requestWith(certificate));
        server.kill();
        expect(answer).toMatchObject({ error: { kind: "certificate", isTransient: false } });
      }
    },
  );

  test("an address with a highest version of TLS is called with no higher one", async () => {
    const answerOf = ({ url }: TlsPlay) =>
      bunSefaz({
        addressOf: () => ({ url, action: "x", maxTls: "TLSv1.2" }),
        ca: authority.root,
      }).call("distribution", requestWith(own));
    expect(await answerOf(servers.tls12)).toMatchObject({ ok: true });
    expect(await answerOf(servers.tls13)).toMatchObject({ error: { kind: "tls" } });
  });
});

test("a service without an address is not called", async () => {
  const none = bunSefaz({ addressOf: () => null, ca: undefined });
  const certificate = { pfx: new Uint8Array(), passphrase: "" };
  expect(await none.call("query", requestWith(certificate))).toMatchObject({
    error: { kind: "no_address", isTransient: false, mayHaveArrived: false },
  });
});

/** The port that a server listens on from now on. */
async function portOf(server: Server): Promise<number> {
  server.listen(0, "127.0.0.1");
  await new Promise((resolve) => server.once("listening", resolve));
  const bound = server.address();
  return bound !== null && typeof bound === "object" ? bound.port : 0;
}

async function closedPort(): Promise<number> {
  const server = createServer();
  const port = await portOf(server);
  await new Promise((resolve) => server.close(resolve));
  return port;
}
