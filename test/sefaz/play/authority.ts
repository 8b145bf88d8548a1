import { spawnSync } from "node:child_process";
import { copyFileSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { OpenCertificate } from "../../../src/ports/sefaz.ts";

const hasOpenssl =
  spawnSync("openssl", ["version"], { encoding: "utf8" }).stdout?.startsWith("OpenSSL 3") === true;
const hasNode = spawnSync("node", ["--version"]).status === 0;

/** Why no certificate can be made: openssl 3 has the old ciphers too. Null: it is here. */
export const noOpenssl: string | null = hasOpenssl ? null : "openssl 3 is not installed";
/** Why the tax office's TLS cannot be played; null: it can. */
export const noTlsPlay: string | null =
  noOpenssl ?? (hasNode ? null : "node, which plays the tax office's TLS, is not installed");

/** How a PFX is encrypted: as openssl 3 does, or as most A1 files are. */
export type PfxCiphers = "new" | "RC2-40" | "3DES";

const OLD: Readonly<Record<Exclude<PfxCiphers, "new">, string>> = {
  "RC2-40": "PBE-SHA1-RC2-40",
  "3DES": "PBE-SHA1-3DES",
};

export interface Wanted {
  readonly cnpj: string;
  readonly name?: string;
  readonly passphrase?: string;
  readonly ciphers?: PfxCiphers;
  /** Days from now until the end; below 0: it has ended. */
  readonly days?: number;
  /** The authorities stand in the file, as in most. */
  readonly hasChain?: boolean;
}

/**
 * An authority like those of ICP-Brasil, made by openssl: root, an authority between, a server `localhost` and holders' PFX files.
 * Its folder is removed by `remove`.
 */
export class Authority {
  readonly folder = mkdtempSync(join(tmpdir(), "sge-authority-"));
  #files = 0;

  constructor(name = "AC Raiz de Teste") {
    this.#key("ca.key");
    this.#run(
      "req",
      "-x509",
      "-key",
      "ca.key",
      "-out",
      "ca.pem",
      "-days",
      "30",
      "-subj",
      `/C=BR/O=ICP-Teste/CN=${name}`,
      "-addext",
      "basicConstraints=critical,CA:TRUE",
      "-addext",
      "keyUsage=critical,keyCertSign,cRLSign",
    );
    this.#issue(
      "between",
      "/C=BR/O=ICP-Teste/CN=AC entre as duas",
      "ca",
      "basicConstraints=critical,CA:TRUE\nkeyUsage=critical,keyCertSign",
      20,
    );
    this.#issue(
      "server",
      "/CN=localhost",
      "between",
      "subjectAltName=DNS:localhost\nextendedKeyUsage=serverAuth",
      20,
      true,
    );
  }

  /** The root, in PEM. */
  get root(): string {
    return readFileSync(join(this.folder, "ca.pem"), "utf8");
  }

  /** A holder's A1 certificate as a PFX. */
  pfx(wanted: Wanted): OpenCertificate {
    const {
      cnpj,
      name = "EMPRESA DE TESTE LTDA",
      passphrase = "segredo",
      ciphers = "new",
      days = 20,
      hasChain = false,
    } = wanted;
    const file = `holder${++this.#files}`;
    // One key for all holders: a new one takes up to a second.
    const key = join(this.folder, "holder.key");
    if (!readable(key)) this.#run("genrsa", "-out", "holder.key", "2048");
    copyFileSync(key, join(this.folder, `${file}.key`));
    this.#issue(
      file,
      `/C=BR/O=ICP-Teste/CN=${name}:${cnpj}`,
      "between",
      `keyUsage=critical,digitalSignature,nonRepudiation,keyEncipherment\nextendedKeyUsage=clientAuth\nsubjectAltName=otherName:2.16.76.1.3.3;PRINTABLESTRING:${cnpj}`,
      days,
      true,
    );
    const old =
      ciphers === "new"
        ? []
        : ["-legacy", "-keypbe", OLD[ciphers], "-certpbe", OLD[ciphers], "-macalg", "sha1"];
    writeFileSync(
      join(this.folder, "chain.pem"),
      readFileSync(join(this.folder, "between.crt"), "utf8") + this.root,
    );
    const chain = hasChain ? ["-certfile", "chain.pem"] : ["-certfile", "between.crt"];
    this.#run(
      "pkcs12",
      "-export",
      ...old,
      "-inkey",
      `${file}.key`,
      "-in",
      `${file}.crt`,
      ...chain,
      "-out",
      `${file}.pfx`,
      "-passout",
      `pass:${passphrase}`,
    );
    return { pfx: new Uint8Array(readFileSync(join(this.folder, `${file}.pfx`))), passphrase };
  }

  remove(): void {
    rmSync(this.folder, { recursive: true, force: true });
  }

  #key(file: string): void {
    this.#run("ecparam", "-name", "prime256v1", "-genkey", "-noout", "-out", file);
  }

  /** `file`.crt, and with what stands between in `file`.pem. */
  #issue(
    file: string,
    subject: string,
    by: string,
    extensions: string,
    days: number,
    isLeaf = false,
  ): void {
    const key = join(this.folder, `${file}.key`);
    if (!readable(key)) this.#key(`${file}.key`);
    writeFileSync(join(this.folder, `${file}.ext`), extensions);
    this.#run("req", "-new", "-key", `${file}.key`, "-out", `${file}.csr`, "-subj", subject);
    const issuer = by === "ca" ? "ca.pem" : `${by}.crt`;
    this.#run(
      "x509",
      "-req",
      "-in",
      `${file}.csr`,
      "-CA",
      issuer,
      "-CAkey",
      `${by}.key`,
      "-CAcreateserial",
      "-out",
      `${file}.crt`,
      "-days",
      String(days),
      "-extfile",
      `${file}.ext`,
    );
    if (isLeaf)
      writeFileSync(
        join(this.folder, `${file}.pem`),
        readFileSync(join(this.folder, `${file}.crt`), "utf8") +
          readFileSync(join(this.folder, issuer), "utf8"),
      );
  }

  #run(...args: string[]): void {
    const { status, stderr } = spawnSync("openssl", args, { cwd: this.folder, encoding: "utf8" });
    if (status !== 0) throw new Error(`openssl ${args[0]}: ${stderr}`);
  }
}

function readable(path: string): boolean {
  try {
    readFileSync(path);
    return true;
  } catch {
    return false;
  }
}
