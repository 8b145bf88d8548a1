/** The format of a sealed password, its first part. */
const VERSION = "v1";
const IV_BYTES = 12;

/** What a sealed text is for: a key is derived for each, so that no text can be opened as one of another kind. */
export type SealedFor = "mailbox" | "webhook" | "certificate";

/** The service's secret that seals: MAIL_SECRET, or JWT_SECRET. Throws when there is neither. */
export function sealingSecret(config: {
  readonly MAIL_SECRET?: string | undefined;
  readonly JWT_SECRET?: string | undefined;
}): string {
  const secret = config.MAIL_SECRET ?? config.JWT_SECRET;
  if (secret === undefined) throw new Error("a service without a secret");
  return secret;
}

/**
 * Encrypts a password or a secret for storage (S10 in docs/security.md): `v1.<iv>.<AES-256-GCM>`, the key derived from the
 * service's secret by HKDF-SHA-256. `bound` (company and what it belongs to) is authenticated with it: in another row it cannot
 * be decrypted.
 */
export async function seal(
  purpose: SealedFor,
  secret: string,
  password: string,
  bound: string,
): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(bound) },
    await keyOf(purpose, secret),
    utf8(password),
  );
  return [VERSION, iv.toBase64(), new Uint8Array(sealed).toBase64()].join(".");
}

/** Decrypts a password; null when the secret, the binding or the text is not that of `seal`. */
export async function unseal(
  purpose: SealedFor,
  secret: string,
  sealed: string,
  bound: string,
): Promise<string | null> {
  const [version, iv = "", text = ""] = sealed.split(".");
  if (version !== VERSION) return null;
  try {
    const opened = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: Uint8Array.fromBase64(iv), additionalData: utf8(bound) },
      await keyOf(purpose, secret),
      Uint8Array.fromBase64(text),
    );
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(opened);
  } catch {
    return null;
  }
}

async function keyOf(purpose: SealedFor, secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: utf8(`sge ${purpose} v1`) },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
