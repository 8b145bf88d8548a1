import type { Ports } from "../ports/ports.ts";
import { KEYS_KEPT_MS } from "./idempotency.ts";

/** Keys of one company that are kept; of more, the oldest go first. */
const MOST_KEYS = 50_000;
/** Keys that one statement may delete. */
const SLICE = 500;

/** Deletes the keys of a company that are older than 24 hours, and those over MOST_KEYS; returns how many. */
export async function expireKeys(
  ports: Pick<Ports, "reader" | "writer" | "clock" | "yieldToEventLoop">,
  company: number,
): Promise<number> {
  const [most] = await ports.reader.rows({
    sql: `select created_at from idempotency_keys where company = ?1 order by created_at desc limit 1 offset ?2`,
    args: [company, MOST_KEYS],
  });
  const until = Math.max(ports.clock.now() - KEYS_KEPT_MS, Number(most?.created_at ?? 0));
  let deleted = 0;
  for (let slice = SLICE; slice === SLICE; deleted += slice) {
    slice = await ports.writer.commit({
      statements: [
        {
          sql: `delete from idempotency_keys where rowid in (select rowid from idempotency_keys
            where company = ?1 and created_at <= ?2 order by created_at limit ?3) returning 1`,
          args: [company, until, SLICE],
        },
      ],
      read: ([rows]) => rows?.length ?? 0,
    });
    await ports.yieldToEventLoop();
  }
  return deleted;
}
