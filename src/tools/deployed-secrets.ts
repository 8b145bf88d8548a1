import { z } from "zod";

/** Secrets that a Worker must have; they are not in wrangler.toml. Turso always requires DATABASE_AUTH_TOKEN. */
export const SECRETS = ["DATABASE_AUTH_TOKEN", "DATABASE_URL", "JWT_SECRET"] as const;

const Listed = z.array(z.object({ name: z.string() }));

/**
 * The secrets that a Worker does not have. `list` runs `wrangler secret list` and returns its exit code and output. A Worker that
 * was never deployed has none. Throws with wrangler's output when the list failed.
 */
export async function missingSecrets(
  list: () => Promise<{ code: number; stdout: string; stderr: string }>,
): Promise<string[]> {
  const { code, stdout, stderr } = await list();
  if (code !== 0) {
    if (NO_SUCH_WORKER.test(stderr + stdout)) return [...SECRETS];
    throw new Error(`wrangler secret list terminou com ${code}:\n${stderr}${stdout}`);
  }
  const listed = Listed.parse(JSON.parse(stdout.slice(stdout.indexOf("["))));
  const there = new Set(listed.map(({ name }) => name));
  return SECRETS.filter((name) => !there.has(name));
}

/** Cloudflare's code for a script that does not exist, and wrangler's message. */
const NO_SUCH_WORKER = /code: 10007|Worker "[^"]*".* not found/;
