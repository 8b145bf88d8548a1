import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import type { Actor } from "./actor.ts";
import { authCache } from "./auth-cache.ts";

const HOUR = 3_600_000;

/**
 * Writes down that a key was used, at most once an hour and process, beside the request and not in its way: nobody
 * waits for it, and when it fails the next hour tries again. A user's own session is not written down.
 */
export function recordKeyUse(
  ports: Pick<Ports, "config" | "reader" | "writer" | "clock" | "log">,
  { company, keyId }: Actor,
): void {
  if (keyId === undefined) return;
  const { uses } = authCache(ports);
  const now = ports.clock.now();
  const noted = uses.get(`${company}:${keyId}`);
  if (noted !== undefined && now - noted < HOUR) return;
  uses.set(`${company}:${keyId}`, now);
  commitStatements(ports.writer, [
    {
      sql: `update api_keys set last_used_at = ?3
            where company = ?1 and id = ?2 and coalesce(last_used_at, 0) <= ?4`,
      args: [company, keyId, now, now - HOUR],
    },
  ]).catch(() => ports.log("debug", "key.use_not_noted", { key: keyId }));
}
