/** The format of a sealed password, its first part. */
const VERSION = "v1";
const IV_BYTES = 12;

/**
 * Encrypts a password for storage (S10 in docs/security.md): `v1.<iv>.<AES-256-GCM>`, the key derived from the service's secret
 * by HKDF-SHA-256. `bound` (company, server, port, user, encryption) is authenticated with it: in another row or for another
 * server it cannot be decrypted.
 */
export async function seal(secret: string, password: string, bound: string): Promise<string> {
  const iv = crypto.getRandomValues(new Uint8Array(IV_BYTES));
  const sealed = await crypto.subtle.encrypt(
    { name: "AES-GCM", iv, additionalData: utf8(bound) },
    await keyOf(secret),
    utf8(password),
  );
  return [VERSION, base64(iv), base64(new Uint8Array(sealed))].join(".");
}

/** Decrypts a password; null when the secret, the binding or the text is not that of `seal`. */
export async function unseal(
  secret: string,
  sealed: string,
  bound: string,
): Promise<string | null> {
  const [version, iv = "", text = ""] = sealed.split(".");
  if (version !== VERSION) return null;
  try {
    const opened = await crypto.subtle.decrypt(
      { name: "AES-GCM", iv: bytes(iv), additionalData: utf8(bound) },
      await keyOf(secret),
      bytes(text),
    );
    return new TextDecoder("utf-8", { fatal: true, ignoreBOM: false }).decode(opened);
  } catch {
    return null;
  }
}

async function keyOf(secret: string): Promise<CryptoKey> {
  const material = await crypto.subtle.importKey("raw", utf8(secret), "HKDF", false, ["deriveKey"]);
  return crypto.subtle.deriveKey(
    { name: "HKDF", hash: "SHA-256", salt: new Uint8Array(32), info: utf8("sge mailbox v1") },
    material,
    { name: "AES-GCM", length: 256 },
    false,
    ["encrypt", "decrypt"],
  );
}

const utf8 = (text: string) => Uint8Array.from(new TextEncoder().encode(text));
const base64 = (data: Uint8Array): string => btoa(String.fromCharCode(...data));
function bytes(text: string): Uint8Array<ArrayBuffer> {
  const chars = atob(text);
  const data = new Uint8Array(chars.length);
  for (let i = 0; i < chars.length; i++) data[i] = chars.charCodeAt(i);
  return data;
}
