import { createPrivateKey, X509Certificate } from "node:crypto";
import { open } from "node:fs/promises";
import { join } from "node:path";
import { createSecureContext } from "node:tls";
import type forge from "node-forge";
import { err, ok, type Result } from "../../../lib/result.ts";
import { PFX_BYTES, type PfxContents, type PfxFault, type PfxReader } from "../../../ports/pfx.ts";
import type { OpenCertificate } from "../../../ports/sefaz.ts";
import { loadForge, TooSlow } from "./forge.ts";

/** The last part of a path, and none that begins with a dot. */
const FILE_NAME = /^[\p{L}\p{N}_-][\p{L}\p{N}_. -]{0,199}$/u;

/** Opens PFX files by node-forge, because the TLS library gives neither certificate nor key. `folder`: SEFAZ_CERTIFICATES. */
export const bunPfx = (folder: string | undefined): PfxReader => ({
  async open(certificate) {
    const opened = await contentsOf(certificate);
    return opened.ok && !opensForTls(certificate) ? err("not_pkcs12") : opened;
  },
  async file(name) {
    if (folder === undefined || !FILE_NAME.test(name)) return null;
    try {
      return await bytesOf(join(folder, name));
    } catch {
      return null;
    }
  },
});

async function bytesOf(path: string): Promise<Uint8Array<ArrayBuffer> | null> {
  const file = await open(path, "r");
  try {
    const bytes = new Uint8Array(PFX_BYTES + 1);
    const { bytesRead } = await file.read(bytes, 0, bytes.length, 0);
    return bytesRead > PFX_BYTES ? null : bytes.slice(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function contentsOf({
  pfx,
  passphrase,
}: OpenCertificate): Promise<Result<PfxContents, PfxFault>> {
  if (pfx.length > PFX_BYTES) return err("not_pkcs12");
  const { forge, withinBudget } = await loadForge();
  let bags: forge.pkcs12.Bag[];
  try {
    const outer = forge.asn1.fromDer(Buffer.from(pfx).toString("binary"));
    const read = withinBudget(() => forge.pkcs12.pkcs12FromAsn1(outer, passphrase));
    bags = read.safeContents.flatMap(({ safeBags }) => safeBags);
  } catch (error) {
    if (error instanceof TooSlow) return err("too_slow");
    return err(/MAC could not be verified/.test(String(error)) ? "passphrase" : "not_pkcs12");
  }
  const { keyBag, pkcs8ShroudedKeyBag, certBag } = forge.pki.oids;
  const der = (value: forge.asn1.Asn1) =>
    Uint8Array.from(Buffer.from(forge.asn1.toDer(value).getBytes(), "binary"));
  // What the package can read it keeps as its own object, anything else as it was.
  const certificates = bags
    .filter(({ type }) => type === certBag)
    .map(({ cert, asn1 }) => der(cert == null ? asn1 : forge.pki.certificateToAsn1(cert)));
  const keys = bags
    .filter(({ type }) => type === keyBag || type === pkcs8ShroudedKeyBag)
    .map(({ key, asn1 }) =>
      der(key == null ? asn1 : forge.pki.wrapRsaPrivateKey(forge.pki.privateKeyToAsn1(key))),
    );
  return matching(certificates, keys);
}

/** The key, and the certificate that has its public key. */
function matching(
  certificates: readonly Uint8Array<ArrayBuffer>[],
  keys: readonly Uint8Array<ArrayBuffer>[],
): Result<PfxContents, PfxFault> {
  let fault: PfxFault = "no_key";
  for (const key of keys) {
    try {
      const opened = createPrivateKey({ key: Buffer.from(key), format: "der", type: "pkcs8" });
      if (opened.asymmetricKeyType !== "rsa") {
        fault = "not_rsa";
        continue;
      }
      const certificate = certificates.find((one) =>
        new X509Certificate(one).checkPrivateKey(opened),
      );
      if (certificate !== undefined) return ok({ certificate, key, holder: holderOf(certificate) });
    } catch {
      // A key or certificate that cannot be read is none.
    }
  }
  return err(fault);
}

/** The last common name, which ICP-Brasil writes as `NAME:NUMBER`. */
function holderOf(certificate: Uint8Array<ArrayBuffer>): string {
  const names = new X509Certificate(certificate).subject.split("\n");
  const last = names.findLast((name) => name.startsWith("CN=")) ?? "";
  return inUtf8(last.slice("CN=".length))
    .replace(/:[0-9A-Z]+$/, "")
    .slice(0, 200);
}

/** Bun gives the bytes of a name as Latin-1, node its characters. */
function inUtf8(text: string): string {
  try {
    const bytes = Uint8Array.from(text, (character) => character.charCodeAt(0));
    const isBytes = [...text].every((character) => character <= "\u00ff");
    return isBytes ? new TextDecoder("utf-8", { fatal: true }).decode(bytes) : text;
  } catch {
    return text;
  }
}

/** Whether calls can present it: they give the PFX to the TLS library. */
function opensForTls({ pfx, passphrase }: OpenCertificate): boolean {
  try {
    createSecureContext({ pfx: Buffer.from(pfx), passphrase });
    return true;
  } catch {
    return false;
  }
}
