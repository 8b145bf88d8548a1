import type { Ports } from "../ports/ports.ts";

const DAY = 86_400_000;
/** Events that one statement may delete. */
const SLICE = 1_000;

/**
 * Deletes events older than EVENTS_KEEP_DAYS, company by company and slice by slice, and gives how many went. The newest of
 * those is left: by it a reader who comes back too late finds out that events are missing (feed.ts, `missedSince`).
 * May run in several processes at once, and be stopped and run again.
 */
export async function expireEvents(
  ports: Pick<Ports, "config" | "reader" | "writer" | "clock" | "yieldToEventLoop">,
  signal?: AbortSignal,
): Promise<number> {
  const until = ports.clock.now() - ports.config.EVENTS_KEEP_DAYS * DAY;
  const companies = await ports.reader.rows(
    { sql: "select id from companies order by id", args: [] },
    signal,
  );
  let swept = 0;
  for (const { id } of companies) {
    for (let slice = SLICE; slice === SLICE && !signal?.aborted; swept += slice) {
      slice = await sweepSlice(ports, Number(id), until, signal);
      await ports.yieldToEventLoop();
    }
  }
  return swept;
}

/** The oldest of the company, as far as they are too old without a break. */
async function sweepSlice(
  ports: Pick<Ports, "reader" | "writer">,
  company: number,
  until: number,
  signal?: AbortSignal,
): Promise<number> {
  const oldest = await ports.reader.rows(
    {
      sql: "select id, at from events where company = ?1 order by id limit ?2",
      args: [company, SLICE + 1],
    },
    signal,
  );
  const kept = oldest.findIndex(({ at }) => Number(at) >= until);
  const marker = oldest[(kept === -1 ? oldest.length : kept) - 1];
  if (marker === undefined || marker === oldest[0]) return 0;
  return ports.writer.commit(
    {
      statements: [
        {
          sql: "delete from events where company = ?1 and id < ?2 returning 1",
          args: [company, Number(marker.id)],
        },
      ],
      read: ([rows]) => rows?.length ?? 0,
    },
    signal,
  );
}
