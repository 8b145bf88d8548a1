import { expect, test } from "bun:test";
import { randomBytes } from "node:crypto";
import { mkdir, readFile } from "node:fs/promises";
import { join } from "node:path";
import { utf8 } from "../../src/synthetic/bytes.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../src/synthetic/zip.ts";
import { freePort } from "../../src/tools/tcp-ports.ts";
import { FULL } from "../support/full.ts";
import { signIn, startProcess, temporaryFolder } from "../support/process.ts";

/**
 * The files of docs/ops as they stand there, but for names, ports and certificates. Only with FULL=1 (`bun run check:full`):
 * needs nginx, caddy, openssl and systemd of Debian, whose absence is then a failure.
 */

function tool(name: string): string {
  const path = Bun.which(name, { PATH: `${process.env.PATH}:/usr/sbin:/sbin` });
  if (path === null) throw new Error(`the long form of the tests needs ${name}`);
  return path;
}

const documented = (name: string) => readFile(`docs/ops/${name}`, "utf8");

/** A text with each of `parts` replaced; one that is not there is a failure of the test, not of the document. */
function replaced(text: string, parts: Readonly<Record<string, string>>): string {
  let out = text;
  for (const [from, to] of Object.entries(parts)) {
    expect([from, out.includes(from)]).toEqual([from, true]);
    out = out.replaceAll(from, to);
  }
  return out;
}

interface Proxy {
  readonly url: string;
  /** Where it writes a line for each request. */
  log(): Promise<string>;
  [Symbol.asyncDispose](): Promise<void>;
}

async function running(command: string[], cwd: string, url: string, log: () => Promise<string>) {
  const child = Bun.spawn(command, {
    cwd,
    env: { PATH: process.env.PATH, HOME: cwd, XDG_DATA_HOME: cwd, XDG_CONFIG_HOME: cwd },
    stdout: "ignore",
    stderr: Bun.file(join(cwd, "stderr.log")),
  });
  const proxy: Proxy = {
    url,
    log,
    async [Symbol.asyncDispose]() {
      child.kill("SIGTERM");
      await child.exited;
    },
  };
  for (let n = 0; n < 200; n += 1) {
    if (child.exitCode !== null)
      throw new Error(`${command[0]} ended: ${await Bun.file(join(cwd, "stderr.log")).text()}`);
    if (
      await ask(url, "/api/health").then(
        () => true,
        () => false,
      )
    )
      return proxy;
    await Bun.sleep(50);
  }
  throw new Error(`${command[0]} does not answer`);
}

async function nginx(cwd: string, upstream: string): Promise<Proxy> {
  const [port, plain] = [await freePort("127.0.0.1"), await freePort("127.0.0.1")];
  const [key, certificate, log] = ["key.pem", "cert.pem", "access.log"].map((n) => join(cwd, n));
  const made = Bun.spawnSync([
    ...[tool("openssl"), "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2"],
    ...["-subj", "/CN=notas.example", "-keyout", key ?? "", "-out", certificate ?? ""],
  ]);
  expect(made.exitCode).toBe(0);
  const block = replaced(await documented("nginx.conf"), {
    "127.0.0.1:8003": upstream,
    "listen 443 ssl": `listen 127.0.0.1:${port} ssl`,
    "listen 80;": `listen 127.0.0.1:${plain};`,
    "/etc/letsencrypt/live/notas.example/fullchain.pem": certificate ?? "",
    "/etc/letsencrypt/live/notas.example/privkey.pem": key ?? "",
    "/var/log/nginx/sge.log": log ?? "",
  });
  const temporary = ["client_body", "proxy", "fastcgi", "uwsgi", "scgi"].map(
    (name) => `${name}_temp_path ${cwd}/${name};`,
  );
  const user = process.getuid?.() === 0 ? "user root;" : "";
  const whole = `${user} daemon off; pid ${cwd}/nginx.pid; error_log ${cwd}/error.log; events {}
    http { ${temporary.join(" ")} ${block} }`;
  await Bun.write(join(cwd, "nginx.conf"), whole);
  const command = [
    tool("nginx"),
    "-p",
    cwd,
    "-e",
    join(cwd, "error.log"),
    "-c",
    join(cwd, "nginx.conf"),
  ];
  return running(command, cwd, `https://127.0.0.1:${port}`, () => readFile(log ?? "", "utf8"));
}

async function caddy(cwd: string, upstream: string): Promise<Proxy> {
  const port = await freePort("127.0.0.1");
  const site = replaced(await documented("Caddyfile"), {
    "notas.example {": `http://127.0.0.1:${port} {`,
    "127.0.0.1:8003": upstream,
    "\tlog {\n": `\tlog {\n\t\toutput file ${cwd}/access.log\n`,
  });
  await Bun.write(join(cwd, "Caddyfile"), `{\n\tadmin off\n\tauto_https off\n}\n${site}`);
  const command = [
    tool("caddy"),
    "run",
    "--adapter",
    "caddyfile",
    "--config",
    join(cwd, "Caddyfile"),
  ];
  return running(command, cwd, `http://127.0.0.1:${port}`, () =>
    readFile(`${cwd}/access.log`, "utf8"),
  );
}

const ask = (url: string, path: string, init: RequestInit = {}) =>
  fetch(`${url}${path}`, { ...init, tls: { rejectUnauthorized: false } });

async function withProxy(
  start: typeof nginx,
  body: (world: {
    proxy: Proxy;
    token: string;
    /** What the service has written to its log, before it was started again. */
    lines: readonly string[];
    restart: () => Promise<void>;
    stop: () => Promise<void>;
  }) => Promise<void>,
): Promise<void> {
  await using dir = await temporaryFolder();
  const port = String(await freePort("127.0.0.1"));
  let service = startProcess(dir.path, { PORT: port, TRUSTED_PROXIES: "127.0.0.1" });
  try {
    const token = await signIn(await service.listening);
    const own = join(dir.path, "proxy");
    await mkdir(own);
    await using proxy = await start(own, `127.0.0.1:${port}`);
    await body({
      proxy,
      token,
      lines: service.lines,
      async stop() {
        service.child.kill("SIGTERM");
        await service.child.exited;
      },
      async restart() {
        service = startProcess(dir.path, { PORT: port });
        await service.listening;
      },
    });
  } finally {
    service.child.kill("SIGKILL");
    await service.child.exited;
  }
}

/** A ZIP of one note and `megabytes` of pages that no ZIP makes smaller. */
const large = (megabytes: number) =>
  zipOf([
    { name: "nota.xml", bytes: utf8(syntheticNote({ seed: 1 }).xml) },
    ...Array.from({ length: megabytes }, (_, n) => ({
      name: `pagina-${n}.pdf`,
      bytes: new Uint8Array(randomBytes(1 << 20)),
    })),
  ]);

if (FULL)
  for (const [name, start] of [
    ["nginx", nginx],
    ["Caddy", caddy],
  ] as const)
    test(
      `${name} as documented passes a batch of 40 MB, events and the client's address, and answers by problems`,
      () =>
        withProxy(start, async ({ proxy, token, lines, stop, restart }) => {
          const authorization = `Bearer ${token}`;
          const zip = { authorization, "content-type": "application/zip" };
          const batch = await ask(proxy.url, "/api/nfe/batch", {
            method: "POST",
            headers: zip,
            body: await large(40),
          });
          expect([batch.status, await batch.json()]).toEqual([
            200,
            expect.objectContaining({
              summary: expect.objectContaining({ registered: 1, ignored: 40 }),
            }),
          ]);

          const refused = await ask(proxy.url, "/api/nfe/batch", {
            method: "POST",
            headers: zip,
            body: new Uint8Array(62 << 20),
          });
          expect([refused.status, refused.headers.get("content-type")]).toEqual([
            413,
            expect.stringContaining("application/problem+json"),
          ]);
          expect(await refused.json()).toMatchObject({ status: 413, code: "batch.too_large" });

          const stream = await ask(proxy.url, `/api/notifications/stream?token=${token}`);
          expect(stream.status).toBe(200);
          const reader = (stream.body ?? new ReadableStream<Uint8Array>()).getReader();
          await ask(proxy.url, "/api/nfe/upload", {
            method: "POST",
            headers: { authorization, "content-type": "application/xml" },
            body: syntheticNote({ seed: 2 }).xml,
          });
          const started = performance.now();
          let received = "";
          for (let n = 0; n < 100 && !received.includes("NEW_NFE"); n += 1) {
            const { value, done } = await reader.read();
            if (done) break;
            received += new TextDecoder().decode(value);
          }
          expect(received).toContain("NEW_NFE");
          expect(performance.now() - started).toBeLessThan(2_000);
          await reader.cancel();

          await ask(proxy.url, "/api/login", {
            method: "POST",
            headers: { "x-forwarded-for": "203.0.113.9" },
            body: JSON.stringify({ email: "a@b.example", password: "uma senha qualquer" }),
          });
          const failed = lines.find((line) => line.includes('"event":"login.failed"')) ?? "{}";
          expect(JSON.parse(failed)).toMatchObject({ peer: "127.0.0.1" });

          expect((await ask(proxy.url, "/metrics", { headers: { authorization } })).status).toBe(
            404,
          );

          await stop();
          const away = await ask(proxy.url, "/api/stock", { headers: { authorization } });
          expect([away.status, away.headers.get("retry-after")]).toEqual([503, "5"]);
          expect(away.headers.get("content-type")).toContain("application/problem+json");
          expect(await away.json()).toMatchObject({ status: 503, code: "unavailable" });
          await restart();
          expect((await ask(proxy.url, "/api/stock", { headers: { authorization } })).status).toBe(
            200,
          );

          const log = await proxy.log();
          expect(log).toContain("/api/notifications/stream");
          expect(log).not.toContain(token);
        }),
      120_000,
    );

if (FULL)
  test("systemd accepts the documented units, and the service's unit is hardened", async () => {
    await using dir = await temporaryFolder();
    const names = ["sge.service", "sge-backup.service", "sge-backup.timer", "sge-watch.service"];
    for (const name of names)
      await Bun.write(
        join(dir.path, name),
        (await documented(name)).replaceAll("/opt/sge", process.cwd()),
      );
    const analyze = (...args: string[]) => {
      const { exitCode, stdout, stderr } = Bun.spawnSync([tool("systemd-analyze"), ...args]);
      return { exitCode, said: `${stdout}${stderr}` };
    };
    const paths = names.map((name) => join(dir.path, name));
    expect(analyze("verify", ...paths)).toEqual({ exitCode: 0, said: "" });
    const { said } = analyze("security", "--offline=yes", paths[0] ?? "");
    expect(Number(/exposure level for sge\.service: ([\d.]+)/.exec(said)?.[1])).toBeLessThan(4);
  });
