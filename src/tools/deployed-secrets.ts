import { z } from "zod";

/** What no Worker serves without; wrangler.toml has no place for them. DATABASE_AUTH_TOKEN: Turso asks for one, always. */
export const SECRETS = ["DATABASE_AUTH_TOKEN", "DATABASE_URL", "JWT_SECRET"] as const;

const Listed = z.array(z.object({ name: z.string() }));

/**
 * The secrets that a Worker lacks. `list` runs `wrangler secret list` and gives its exit code and output.
 * A Worker that was never deployed lacks all of them. Throws with what wrangler said when it could not look.
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

/** Cloudflare's code for a script that is not there, and wrangler's own words. */
const NO_SUCH_WORKER = /code: 10007|Worker "[^"]*".* not found/;
