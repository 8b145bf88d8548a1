import { link, mkdir, readdir, readFile, rm, stat, unlink, writeFile } from "node:fs/promises";
import { join } from "node:path";
import type { Config } from "../../../config.ts";
import { hex } from "../../../lib/hash.ts";
import { PRIVATE } from "./owner-only.ts";

const LEAST = 32;

/**
 * The key that signs tokens: JWT_SECRET, or in development one that is generated on the first run and stored in
 * `DATA_DIR/jwt-secret`, readable by the owner only. Throws in production without JWT_SECRET, and for a stored one that is cut.
 */
export async function jwtSecret(
  config: Pick<Config, "APP_ENV" | "DATA_DIR" | "JWT_SECRET">,
): Promise<string> {
  if (config.JWT_SECRET !== undefined) return config.JWT_SECRET;
  if (config.APP_ENV === "production") throw new Error("JWT_SECRET é obrigatório em produção");
  await mkdir(config.DATA_DIR, PRIVATE);
  const path = join(config.DATA_DIR, "jwt-secret");
  await removeDrafts(config.DATA_DIR);
  await make(path);
  const secret = (await readFile(path, "utf8")).trim();
  if (secret.length < LEAST) throw new Error(`${path} tem menos de ${LEAST} caracteres; apague-o`);
  return secret;
}

/** Removes drafts of starts that died in `make`; the draft of a start that runs now is younger than DRAFT_MS. */
async function removeDrafts(folder: string): Promise<void> {
  for (const name of await readdir(folder)) {
    if (!DRAFT.test(name)) continue;
    const path = join(folder, name);
    const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: Number.POSITIVE_INFINITY }));
    if (Date.now() - mtimeMs > DRAFT_MS) await rm(path, { force: true });
  }
}

const DRAFT = /^jwt-secret\.[0-9a-f-]{36}$/;
const DRAFT_MS = 60_000;

/** Writes the secret whole or not at all, and never over another: two processes that start together read the same one. */
async function make(path: string): Promise<void> {
  const draft = `${path}.${crypto.randomUUID()}`;
  await writeFile(draft, hex(crypto.getRandomValues(new Uint8Array(32))), { mode: 0o600 });
  try {
    await link(draft, path);
  } catch (error) {
    if (!(error instanceof Error && "code" in error && error.code === "EEXIST")) throw error;
  } finally {
    await unlink(draft);
  }
}
