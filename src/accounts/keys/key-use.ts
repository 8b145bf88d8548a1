import type { Ports } from "../../ports/ports.ts";
import { commitStatements } from "../../ports/sql.ts";
import type { Actor } from "../actor.ts";
import { authCache } from "../auth-cache.ts";

const HOUR = 3_600_000;

/**
 * Stores that a key was used, at most once an hour and process. The request does not wait for it; after a failure it is
 * tried again in the next hour. A user's own session is not recorded.
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
