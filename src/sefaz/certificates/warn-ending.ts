import { appendEvents, bumpTagIfChanged } from "../../journal/record.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Guard } from "../../ports/sql.ts";

const DAY_MS = 86_400_000;
/** Days before the end of a certificate at which it is reported; 0: it has ended. */
const WARNED_AT = [0, 1, 7, 15, 30] as const;

/** Only directly behind the statement whose change it asks for. */
const CHANGED: Guard = { sql: "select 1 where changes() > 0", args: [] };

/**
 * Appends `certificate.ending` when a certificate comes 30, 15, 7 and 1 days before its end, and when it has ended: once for each
 * of these, and for none that another certificate of its root outlives. Gives how many.
 */
export async function warnEnding(
  { reader, writer, clock }: Pick<Ports, "reader" | "writer" | "clock">,
  company: number,
): Promise<number> {
  const now = clock.now();
  const rows = await reader.rows({
    sql: `select id, cnpj, ends_at, warned from sefaz_certificates c
      where company = ?1 and ends_at <= ?2 and coalesce(warned, 31) > 0 and not exists (
        select 1 from sefaz_certificates d where d.company = ?1 and d.root = c.root and d.ends_at > c.ends_at)`,
    args: [company, now + Math.max(...WARNED_AT) * DAY_MS],
  });
  let reported = 0;
  for (const { id, cnpj, ends_at, warned } of rows) {
    const endsAt = Number(ends_at);
    const leftMs = endsAt - now;
    const threshold = leftMs < 0 ? 0 : (WARNED_AT.find((days) => leftMs <= days * DAY_MS) ?? 30);
    if (warned !== null && Number(warned) <= threshold) continue;
    reported += await writer.commit({
      statements: [
        {
          sql: `update sefaz_certificates set warned = ?3
            where company = ?1 and id = ?2 and coalesce(warned, 31) > ?3 returning id`,
          args: [company, String(id), threshold],
        },
        appendEvents(
          company,
          now,
          [
            {
              type: "certificate.ending",
              payload: {
                certificate_id: String(id),
                cnpj: String(cnpj),
                days: Math.max(0, Math.ceil(leftMs / DAY_MS)),
                ends_at: new Date(endsAt).toISOString(),
              },
            },
          ],
          CHANGED,
        ),
        bumpTagIfChanged(company, "alerts"),
      ],
      read: ([changed]) => changed?.length ?? 0,
    });
  }
  return reported;
}
