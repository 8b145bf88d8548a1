import { seal, sealingSecret, unseal } from "../lib/seal.ts";
import type { Ports } from "../ports/ports.ts";

const PREFIX = "whsec_";
const SECRET_BYTES = 32;
/** How long the secret before a rotation signs too. */
export const OVERLAP_MS = 24 * 3_600_000;

/** A new secret of Standard Webhooks: `whsec_` and 32 random bytes in base64. */
export const newSecret = (): string =>
  PREFIX + crypto.getRandomValues(new Uint8Array(SECRET_BYTES)).toBase64();

/** `v1,` and the HMAC-SHA-256 of `id.timestamp.body` in base64; `timestamp` in seconds. */
export async function signature(
  secret: string,
  id: string,
  timestamp: number,
  body: string,
): Promise<string> {
  const bytes = Uint8Array.fromBase64(secret.slice(PREFIX.length));
  const hmac = { name: "HMAC", hash: "SHA-256" };
  const key = await crypto.subtle.importKey("raw", bytes, hmac, false, ["sign"]);
  const text = Uint8Array.from(new TextEncoder().encode(`${id}.${timestamp}.${body}`));
  return `v1,${new Uint8Array(await crypto.subtle.sign("HMAC", key, text)).toBase64()}`;
}

/** A secret as it is stored: sealed, and bound to its webhook. */
export const sealSecret = (
  { config }: Pick<Ports, "config">,
  secret: string,
  company: number,
  webhook: string,
): Promise<string> =>
  seal("webhook", sealingSecret(config), secret, JSON.stringify([company, webhook]));

/** The secrets that sign now, the newest first; none when they were sealed with another secret of the service. */
export async function openSecrets(
  { config }: Pick<Ports, "config">,
  webhook: {
    readonly company: number;
    readonly id: string;
    readonly secret: string;
    readonly oldSecret: string | null;
    readonly oldSecretUntil: number | null;
  },
  nowMs: number,
): Promise<string[]> {
  const { company, id, secret, oldSecret, oldSecretUntil } = webhook;
  const old = oldSecret !== null && nowMs < (oldSecretUntil ?? 0) ? [oldSecret] : [];
  const bound = JSON.stringify([company, id]);
  const opened = await Promise.all(
    [secret, ...old].map((sealed) => unseal("webhook", sealingSecret(config), sealed, bound)),
  );
  return opened[0] === null ? [] : opened.filter((one) => one !== null);
}
