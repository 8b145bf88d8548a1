import { open } from "node:fs/promises";
import { PFX_BYTES } from "../../ports/pfx.ts";
import { bodyOf } from "../service/exact-json.ts";
import type { Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { printAnswer } from "../terminal/answer.ts";
import { moment } from "../terminal/decimals.ts";
import { flagOf, type ParsedArgs, UsageError } from "../terminal/parsed-args.ts";
import { paint, table } from "../terminal/screen.ts";

const STATES = { valid: "vale", ending: "perto do fim", ended: "terminou" } as const;

/** `sge certificate`: the A1 certificates of a company. Returns 0, or 1 where it has no such certificate. */
export async function runCertificate(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [what, named, ...more] = given._;
  const usage = (says: string) => new UsageError("certificate", says);
  if (what === "list" && named === undefined)
    return withConnection(terminal, given, "read", (service) => list(terminal, given, service));
  if (what !== "add" && what !== "remove") throw usage("Use sge certificate list, add ou remove");
  if (named === undefined || more.length > 0)
    throw usage(what === "add" ? "Informe o arquivo PFX" : "Informe um certificado");
  if (what === "remove")
    return withConnection(terminal, given, "read", (service) =>
      remove(terminal, given, service, named),
    );
  const isOfServer = flagOf(given["on-server"]) === true;
  const which = isOfServer ? { file: named } : { pfx: (await bytesOf(named)).toBase64() };
  return withConnection(terminal, given, "read", async ({ api }) => {
    const passphrase = terminal.env.SGE_CERTIFICATE_PASSWORD ?? (await asked(terminal));
    const made = await bodyOf(api.api.certificates.$post({ json: { ...which, passphrase } }));
    printAnswer(terminal.out, given, {
      document: made,
      lines: (out) =>
        out.line(
          paint(
            out,
            "green",
            `Certificado de ${made.holder} (${made.cnpj}), até ${moment(made.ends_at)}`,
          ),
        ),
    });
    return 0;
  });
}

const asked = (terminal: Terminal): Promise<string> =>
  terminal.secret("Senha do certificado (não aparece): ");

/** Throws (Portuguese) for a file that cannot be read or is too large for a certificate. */
async function bytesOf(path: string): Promise<Uint8Array<ArrayBuffer>> {
  const file = await open(path, "r").catch(() => {
    throw new Error(`O arquivo ${path} não pode ser lido`);
  });
  try {
    const bytes = new Uint8Array(PFX_BYTES + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    if (bytesRead > PFX_BYTES)
      throw new Error(`O arquivo ${path} é grande demais para um certificado A1`);
    return bytes.slice(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function list({ out }: Terminal, given: ParsedArgs, { api }: Service): Promise<number> {
  const { data } = await bodyOf(api.api.certificates.$get());
  printAnswer(out, given, {
    document: { data },
    lines(screen) {
      const columns = [
        { title: "Certificado" },
        { title: "Titular", most: 40 },
        { title: "CNPJ" },
        { title: "Vale até" },
        { title: "Situação" },
        { title: "Arquivo", most: 30 },
      ];
      const rows = data.map((one) => [
        one.id.slice(0, 12),
        one.holder,
        one.cnpj,
        moment(one.ends_at),
        STATES[one.state],
        one.file ?? "guardado",
      ]);
      for (const line of table(screen, columns, rows)) screen.line(line);
    },
  });
  return 0;
}

async function remove(
  { out, err }: Terminal,
  given: ParsedArgs,
  { api }: Service,
  named: string,
): Promise<number> {
  const { data } = await bodyOf(api.api.certificates.$get());
  const found = data.filter(({ id }) => named.length >= 8 && id.startsWith(named));
  const [one] = found;
  if (one === undefined || found.length > 1) {
    err.line(`A empresa não tem um certificado ${named}; nada foi alterado`);
    return 1;
  }
  await bodyOf(api.api.certificates[":id"].$delete({ param: { id: one.id } }));
  printAnswer(out, given, {
    document: { id: one.id, removed: true },
    lines: (screen) =>
      screen.line(paint(screen, "green", `O certificado de ${one.holder} foi removido`)),
  });
  return 0;
}
