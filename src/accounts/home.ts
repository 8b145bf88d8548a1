import { tagVersions, versionsAndHome } from "../journal/versions.ts";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure } from "../ports/failures.ts";
import { FIRST_HOME, type Homes } from "../ports/homes.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row, Statement, Writer } from "../ports/sql.ts";
import type { Authenticated } from "./actor.ts";
import type { AccountsFailure } from "./failures.ts";

/** Seconds after which a write to a company that is being moved may be sent again. */
const RETRY_AFTER_S = 5;

/** The ports of the database of the people, their keys and the directory: these ones where there is one database. */
export const ofPeople = <P extends { readonly homes?: Homes }>(ports: P): P | Ports =>
  ports.homes?.first ?? ports;

/** Fails the batch while the company lives elsewhere or is being moved away: its row would break a CHECK. */
const mayWrite = (company: number): Statement => ({
  sql: `insert into refused_writes (company)
    select id from companies where id = ?1 and (home is not null or frozen = 1)`,
  args: [company],
});

/** A writer for one company (`company.moving`), each of whose batches finds in the database whether the company may be written in it. */
export const guarded = (writer: Writer, company: number): Writer => ({
  async commit(job, signal) {
    try {
      return await writer.commit(
        {
          statements: [mayWrite(company), ...job.statements],
          read: (rows) => job.read(rows.slice(1)),
        },
        signal,
      );
    } catch (error) {
      throw isMoving(error)
        ? new Failed<AccountsFailure>(
            { code: "company.moving", retryAfterS: RETRY_AFTER_S },
            { cause: error },
          )
        : error;
    }
  },
});

const isMoving = (error: unknown): boolean =>
  error instanceof Failed &&
  error.failure.code === "storage.rejected" &&
  String(Reflect.get(error.failure, "constraint")).includes("company_is_moving");

/** Ports whose writer refuses while the company may not be written: `company.moving`. The same ports where there is one database. */
export const forCompany = <P extends Pick<Ports, "writer"> & { readonly homes?: Homes }>(
  ports: P,
  company: number,
): P => (ports.homes === undefined ? ports : { ...ports, writer: guarded(ports.writer, company) });

/**
 * The ports of the home that the directory gives for a company, guarded by `forCompany`. `ports` are any of the installation's.
 * Fails with `not_configured` where this process does not know the home.
 */
export async function atHome<P extends Ports>(ports: P, company: number): Promise<P | Ports> {
  if (ports.homes === undefined) return ports;
  const [row] = await ports.homes.first.reader.rows({
    sql: "select home from companies where id = ?1",
    args: [company],
  });
  return homePorts(ports, company, row?.home == null ? null : String(row.home));
}

/** As `atHome`, of a home that was read before. What `ports` carry for their request stays (trace, meter …). */
export function homePorts<P extends Ports>(ports: P, company: number, home: string | null): P {
  const found = ports.homes?.named(home ?? FIRST_HOME);
  if (found === undefined)
    throw new Failed<PlatformFailure>({
      code: "not_configured",
      why: `DATABASE_URLS não tem o banco ${home ?? FIRST_HOME}, onde está a empresa ${company}`,
    });
  const { read, reader, writer, originals, queue, commitSignal } = found;
  return forCompany({ ...ports, read, reader, writer, originals, queue, commitSignal }, company);
}

/** The versions of the first database, and the home, for `authenticate`. Where there is one database no home is asked for. */
export const versionsOfPeople = (
  ports: Pick<Ports, "reader"> & { readonly homes?: Homes },
  company: number,
): Promise<Pick<Authenticated, "versions"> & { readonly home?: string | null }> =>
  ports.homes === undefined
    ? tagVersions(ports, company).then((versions) => ({ versions }))
    : versionsAndHome(ports, company);

/** The home of a company as one more column of a statement; nothing where there is one database. */
export const homeSql = ({ homes }: { readonly homes?: Homes }, company: string): string =>
  homes === undefined ? "" : `, (select home from companies where id = ${company}) as home`;

/** The home that `homeSql` has selected. */
export const homeOf = (
  { homes }: { readonly homes?: Homes },
  row: Row,
): { home?: string | null } =>
  homes === undefined ? {} : { home: row.home == null ? null : String(row.home) };
