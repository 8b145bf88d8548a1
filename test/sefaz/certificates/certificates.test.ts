import { expect, test } from "bun:test";
import { mkdtemp, readdir, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sha256 } from "../../../src/lib/hash.ts";
import { openCertificate, openForSigning } from "../../../src/sefaz/certificates/open.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { type SomePfx, somePfx } from "../../support/sefaz/some-pfx.ts";

const PATH = "/api/certificates";
const add = ({ send }: Pick<TestApp, "send">, how: SomePfx = {}, passphrase = "segredo") =>
  send("POST", PATH, { json: { pfx: somePfx(how).toBase64(), passphrase } });

test("S10: no answer, log, event, audit line or byte of the database shows a certificate's file, key or password", () =>
  withApp(async (service) => {
    const { ports, send, rows } = service;
    const passphrase = "senha só do certificado";
    const pfx = somePfx({ passphrase });
    const contents = await ports.pfx?.open({ pfx, passphrase });
    const key = contents?.ok === true ? contents.value.key : new Uint8Array();
    expect(key.length).toBeGreaterThan(1_000);
    const made = await send("POST", PATH, { json: { pfx: pfx.toBase64(), passphrase } });
    expect([made.status, made.headers.get("cache-control")]).toEqual([201, "no-store"]);
    expect(made.body).toEqual({
      id: contents?.ok === true ? await sha256(contents.value.certificate) : "",
      cnpj: COMPANY.cnpj,
      holder: "LOJA DE TESTE LTDA",
      starts_at: "2026-01-01T00:00:00.000Z",
      ends_at: "2027-06-30T23:59:59.000Z",
      state: "valid",
      file: null,
      added_at: "2026-11-23T12:00:00.000Z",
    });
    const listed = await send("GET", PATH);
    expect(listed.body).toEqual({ supported: true, data: [made.body] });
    await ports.database.writing.execute("PRAGMA wal_checkpoint(TRUNCATE)");
    const folder = ports.config.DATA_DIR;
    const files = await readdir(folder);
    const bytes = await Promise.all(files.map((name) => Bun.file(join(folder, name)).bytes()));
    const kept = Buffer.concat(bytes.map((one) => Buffer.from(one)));
    expect(kept.includes("certificate.added")).toBe(true);
    const said = JSON.stringify([
      made.text,
      listed.text,
      ports.logged,
      await rows("select * from audit"),
      await rows("select * from events"),
    ]);
    // Parts, so that another encoding beside it is found too.
    const secrets = [
      Buffer.from(passphrase),
      ...[pfx, key].flatMap((secret) => [
        Buffer.from(secret.slice(600, 624)),
        Buffer.from(secret.slice(600, 624).toBase64()),
        Buffer.from(secret.slice(600, 624).toHex()),
      ]),
    ];
    for (const secret of secrets)
      expect([kept.includes(secret), said.includes(secret.toString("latin1"))]).toEqual([
        false,
        false,
      ]);
    expect(await rows("select action, detail from audit where entity = 'certificate'")).toEqual([
      {
        action: "certificate.add",
        detail: JSON.stringify({ cnpj: COMPANY.cnpj, ends_at: made.body.ends_at, isFile: false }),
      },
    ]);
  }));

test("a PFX with another password, holder, time or use, and one that takes too long, is refused with its sentence", () =>
  withApp(async (service) => {
    service.ports.limits = {
      take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }),
    };
    const encrypts = { keyEncipherment: true };
    for (const [how, passphrase, code, sentence] of [
      [{}, "outra", "certificate.passphrase", /senha do certificado não é esta/],
      [{ cnpj: OTHER }, "segredo", "certificate.other_holder", /é do CNPJ 11\.444\.777\/0001-61/],
      [{ cnpj: "52998224725" }, "segredo", "certificate.other_holder", /é de uma pessoa/],
      [{ until: "2026-11-20T00:00:00Z" }, "segredo", "certificate.expired", /20\/11\/2026/],
      [{ from: "2026-12-01T00:00:00Z" }, "segredo", "certificate.not_yet_valid", /01\/12\/2026/],
      [{ usage: encrypts }, "segredo", "certificate.usage", /não serve para assinar/],
      [{ rounds: 400_001 }, "segredo", "certificate.unreadable", /demora demais/],
    ] as const) {
      const { status, body } = await add(service, how, passphrase);
      expect([status, body.code, body.detail]).toEqual([
        422,
        code,
        expect.stringMatching(sentence),
      ]);
    }
    for (const bytes of ["MAA=", "PHhtbC8+", new Uint8Array(2_000).fill(48).toBase64()]) {
      const json = { pfx: bytes, passphrase: "segredo" };
      const { status, body } = await service.send("POST", PATH, { json });
      expect([status, body.code, body.why]).toEqual([422, "certificate.unreadable", "not_pkcs12"]);
    }
    expect(await service.rows("select 1 from sefaz_certificates")).toEqual([]);
  }));

const OTHER = "11444777000161";

test("a body without a file, with two, or with one that is no base64 or too large is refused by its field", () =>
  withApp(async ({ send }) => {
    for (const json of [
      { passphrase: "x" },
      { pfx: "MAA=", file: "a.pfx", passphrase: "x" },
      { pfx: "não", passphrase: "x" },
      { pfx: "", passphrase: "x" },
      { pfx: new Uint8Array(32_769).toBase64(), passphrase: "x" },
    ]) {
      const { status, body } = await send("POST", PATH, { json });
      expect([status, body.code, body.errors?.[0]?.path]).toEqual([422, "request.invalid", "/pfx"]);
    }
  }));

test("the same certificate again is written once, and is sealed again after a change of the service's secret", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    const json = { pfx: somePfx().toBase64(), passphrase: "segredo" };
    const first = await service.send("POST", PATH, { json });
    ports.clock.advance(60_000);
    expect((await service.send("POST", PATH, { json })).body).toEqual(first.body);
    const lines = () => rows("select action from audit where entity = 'certificate'");
    expect(await lines()).toHaveLength(1);
    ports.config.MAIL_SECRET = "another secret of the service, also 32 characters";
    expect(await openCertificate(ports, 1, COMPANY.cnpj)).toEqual({
      ok: false,
      error: { code: "certificate.secret_unreadable" },
    });
    expect((await service.send("POST", PATH, { json })).body).toEqual(first.body);
    expect((await openCertificate(ports, 1, COMPANY.cnpj)).ok).toBe(true);
    expect(await lines()).toHaveLength(2);
  }));

test("two that add one certificate at once make one row, and the twentieth row leaves no place", () =>
  withApp(async (service) => {
    const { ports, rows } = service;
    const json = { pfx: somePfx().toBase64(), passphrase: "segredo" };
    const filled = (count: number) => ({
      sql: `with recursive n (i) as (select 1 union all select i + 1 from n where i < ${count})
        insert into sefaz_certificates (company, id, cnpj, root, holder, starts_at, ends_at, secret, added_by, added_at)
        select 1, printf('%064d', i), '${OTHER}', '11444777', 'X', 0, 1, '', 1, 0 from n`,
      args: [],
    });
    beforeNextCommit(ports, () => service.send("POST", PATH, { json }));
    expect((await service.send("POST", PATH, { json })).status).toBe(201);
    expect(await rows("select count(*) as n from sefaz_certificates")).toEqual([{ n: 1 }]);
    beforeNextCommit(ports, () =>
      ports.writer.commit({ statements: [filled(19)], read: () => undefined }),
    );
    const { status, body } = await add(service, { until: "2028-01-01T00:00:00Z" });
    expect([status, body.code, body.limit]).toEqual([409, "certificate.too_many", 20]);
    expect(await rows("select count(*) as n from sefaz_certificates")).toEqual([{ n: 20 }]);
    expect(await rows("select type from events where type = 'certificate.added'")).toHaveLength(2);
  }));

test("a removed certificate leaves nothing, and another company neither sees, opens nor removes one", () =>
  withApp(async (service) => {
    const { ports, send, rows } = service;
    const { id } = (await add(service)).body;
    expect((await send("GET", PATH, { as: "otherCompany" })).body.data).toEqual([]);
    expect(await openCertificate(ports, 2, COMPANY.cnpj)).toMatchObject({ ok: false });
    const other = await send("DELETE", `${PATH}/${id}`, { as: "otherCompany" });
    expect([other.status, other.body.code]).toEqual([404, "certificate.not_found"]);
    // A row in the place of another company's is sealed for that one.
    await ports.database.writing.execute("update sefaz_certificates set company = 2");
    expect(await openCertificate(ports, 2, COMPANY.cnpj)).toEqual({
      ok: false,
      error: { code: "certificate.secret_unreadable" },
    });
    await ports.database.writing.execute("update sefaz_certificates set company = 1");
    expect((await send("DELETE", `${PATH}/${id}`)).status).toBe(204);
    expect((await send("DELETE", `${PATH}/${id}`)).status).toBe(404);
    expect(await rows("select 1 from sefaz_certificates")).toEqual([]);
  }));

test("the certificate of a CNPJ is the one of its root that is valid now and ends last, and its key signs", () =>
  withApp(async (service) => {
    const { ports } = service;
    const branch = `${COMPANY.cnpj.slice(0, 8)}000200`;
    expect(await openCertificate(ports, 1, branch)).toEqual({
      ok: false,
      error: { code: "certificate.none", cnpj: branch },
    });
    const ends = ["2026-12-01", "2027-06-30", "2027-01-31"];
    for (const day of ends) await add(service, { until: `${day}T00:00:00Z`, passphrase: day }, day);
    const opened = await openForSigning(ports, 1, branch);
    if (!opened.ok) throw new Error(opened.error.code);
    expect(opened.value.passphrase).toBe("2027-06-30");
    const { certificate, key } = opened.value;
    const rsa = { name: "RSASSA-PKCS1-v1_5", hash: "SHA-1" };
    const own = await crypto.subtle.importKey("pkcs8", key, rsa, false, ["sign"]);
    const text = new TextEncoder().encode("texto");
    const signature = Buffer.from(await crypto.subtle.sign(rsa.name, own, text));
    const { createVerify, X509Certificate } = await import("node:crypto");
    const { publicKey } = new X509Certificate(certificate);
    expect(createVerify("RSA-SHA1").update(text).verify(publicKey, signature)).toBe(true);
    ports.clock.set(Date.parse("2027-07-01T00:00:00Z"));
    expect(await openForSigning(ports, 1, branch)).toMatchObject({
      error: { code: "certificate.none" },
    });
  }));

test("a certificate that stays a file of the server is read at each use, and another file in its place is refused", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sge-certificates-"));
  await writeFile(join(folder, "loja.pfx"), somePfx());
  await writeFile(join(folder, "grande.pfx"), new Uint8Array(40_000));
  await withApp(
    async (service) => {
      const { ports, send, rows } = service;
      ports.limits = { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) };
      const named = (file: string, passphrase = "segredo") =>
        send("POST", PATH, { json: { file, passphrase } });
      for (const file of ["../loja.pfx", "/etc/hostname", "nada.pfx", "grande.pfx", ".", "a\0b"])
        expect([file, (await named(file)).status]).toEqual([file, 422]);
      expect((await named("loja.pfx")).body).toMatchObject({ file: "loja.pfx", state: "valid" });
      const [row] = await rows("select length(secret) as length from sefaz_certificates");
      expect(Number(row?.length)).toBeLessThan(300);
      expect((await openCertificate(ports, 1, COMPANY.cnpj)).ok).toBe(true);
      await writeFile(join(folder, "loja.pfx"), somePfx({ passphrase: "segredo" }));
      expect(await openCertificate(ports, 1, COMPANY.cnpj)).toEqual({
        ok: false,
        error: { code: "certificate.file", file: "loja.pfx" },
      });
    },
    { config: { SEFAZ_CERTIFICATES: folder } },
  );
  await rm(folder, { recursive: true });
});

test("a file of the server that is another company's answers as one that is not there, with any password", async () => {
  const folder = await mkdtemp(join(tmpdir(), "sge-certificates-"));
  await writeFile(join(folder, "outra.pfx"), somePfx({ cnpj: OTHER }));
  await writeFile(join(folder, "texto.pfx"), "no certificate");
  await writeFile(join(folder, "velha.pfx"), somePfx({ until: "2026-11-20T00:00:00Z" }));
  await withApp(
    async ({ ports, send }) => {
      ports.limits = { take: async () => ({ allowed: true, remaining: 1, resetMs: 0 }) };
      const problem = async (file: string, passphrase: string) => {
        const { status, body } = await send("POST", PATH, { json: { file, passphrase } });
        const { code, detail, file: named } = body;
        return [status, code, String(detail).replaceAll(file, "X"), named === file];
      };
      const absent = await problem("nada.pfx", "segredo");
      expect(absent.slice(0, 2)).toEqual([422, "certificate.file"]);
      for (const [file, passphrase] of [
        ["outra.pfx", "errada"],
        ["outra.pfx", "segredo"],
        ["texto.pfx", "segredo"],
        ["velha.pfx", "errada"],
      ] as const)
        expect([file, await problem(file, passphrase)]).toEqual([file, absent]);
      // Of the company's own, what is wrong with it is named.
      expect((await problem("velha.pfx", "segredo"))[1]).toBe("certificate.expired");
    },
    { config: { SEFAZ_CERTIFICATES: folder } },
  );
  await rm(folder, { recursive: true });
});

test("passwords are tried five at once and then one in a minute", () =>
  withApp(async (service) => {
    const json = { pfx: "MAA=", passphrase: "x" };
    for (let n = 0; n < 5; n += 1)
      expect((await service.send("POST", PATH, { json })).status).toBe(422);
    expect((await service.send("POST", PATH, { json })).status).toBe(429);
    service.ports.clock.advance(60_000);
    expect((await service.send("POST", PATH, { json })).status).toBe(422);
  }));

test("a runtime that can present no certificate says so, and lists none", () =>
  withApp(async (service) => {
    delete service.ports.pfx;
    const { status, body } = await add(service);
    expect([status, body.code]).toEqual([501, "certificate.not_supported"]);
    expect((await service.send("GET", PATH)).body).toEqual({ supported: false, data: [] });
    expect(await openCertificate(service.ports, 1, COMPANY.cnpj)).toMatchObject({ ok: false });
  }));
