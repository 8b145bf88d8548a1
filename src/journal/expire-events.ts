import type { Ports } from "../ports/ports.ts";

const DAY = 86_400_000;
/** Events that one statement may delete. */
const SLICE = 1_000;

/**
 * Deletes events older than EVENTS_KEEP_DAYS, by company and in slices; returns how many were deleted. The newest expired
 * event is kept: it shows a reader with an old cursor that events are missing (`hasExpired` in feed.ts).
 * Several processes may run this at the same time; it may be stopped and run again.
 */
export async function expireEvents(
  ports: Pick<Ports, "config" | "reader" | "writer" | "clock" | "yieldToEventLoop">,
  signal?: AbortSignal,
): Promise<number> {
  const until = ports.clock.now() - ports.config.EVENTS_KEEP_DAYS * DAY;
  const companies = await ports.reader.rows(
    { sql: "select id from companies where home is null order by id", args: [] },
    signal,
  );
  let deleted = 0;
  for (const { id } of companies) {
    for (let slice = SLICE; slice === SLICE && !signal?.aborted; deleted += slice) {
      slice = await expireSlice(ports, Number(id), until, signal);
      await ports.yieldToEventLoop();
    }
  }
  return deleted;
}

/** Deletes the company's oldest events up to the first one that is still kept; returns how many. */
async function expireSlice(
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
