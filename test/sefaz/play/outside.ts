import { spawnSync } from "node:child_process";
import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** The folder with the published schemas (`nfe`, `eventos`, `dist`), which are not part of the project; "": none is given. */
export const SCHEMAS = process.env.SCHEMAS ?? "";
const isHere = (program: string) => spawnSync(program, ["--version"]).status === 0;
const absent = ["xmllint", "xmlsec1"].filter((program) => !isHere(program));

/** Why messages cannot be checked from outside; null: they can. */
export const noSchemas: string | null =
  SCHEMAS === ""
    ? "SCHEMAS names no folder of published schemas"
    : absent.length === 0
      ? null
      : `${absent.join(" and ")} is not installed`;

/** What xmllint says against a document by a schema of SCHEMAS; "": nothing. */
export function schemaErrors(xml: string, schema: string): string {
  const { status, stderr } = spawnSync(
    "xmllint",
    ["--noout", "--nonet", "--schema", join(SCHEMAS, schema), "-"],
    { input: xml, encoding: "utf8" },
  );
  return status === 0 ? "" : stderr;
}

/** Whether xmlsec1 takes the signatures of these eventos, each by the certificate in it (whose issuer is not asked). */
export function areSignedByXmlsec(eventos: readonly string[]): boolean[] {
  const folder = mkdtempSync(join(tmpdir(), "sge-xmlsec-"));
  try {
    return eventos.map((evento, n) => {
      const file = join(folder, `${n}.xml`);
      const base64 = /<X509Certificate>([^<]+)</.exec(evento)?.[1]?.replace(/\s+/g, "") ?? "";
      writeFileSync(file, evento);
      writeFileSync(
        join(folder, "cert.pem"),
        `-----BEGIN CERTIFICATE-----\n${base64.replace(/.{64}/g, "$&\n")}\n-----END CERTIFICATE-----\n`,
      );
      const { status } = spawnSync("xmlsec1", [
        "--verify",
        "--id-attr:Id",
        "http://www.portalfiscal.inf.br/nfe:infEvento",
        "--pubkey-cert-pem",
        join(folder, "cert.pem"),
        file,
      ]);
      return status === 0;
    });
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
