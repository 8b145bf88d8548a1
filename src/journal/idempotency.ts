import { trusted } from "../lib/cast.ts";
import { Failed } from "../lib/result.ts";
import type { PlatformFailure } from "../ports/failures.ts";
import type { Ports } from "../ports/ports.ts";
import type { Row, Statement, WriteJob, Writer } from "../ports/sql.ts";
import type { IdempotencyFailure } from "./failures.ts";

/** How long a key and its answer are kept, ms. */
export const KEYS_KEPT_MS = 86_400_000;

/** Largest body that is kept, in characters of its JSON. */
export const MOST_KEPT = 262_144;

/** Whose key it is: `actor` is the user or the API key. */
export interface RequestKey {
  readonly company: number;
  readonly actor: string;
  readonly key: string;
}

/** What a request did first, as the audit log names it. */
export interface Effect {
  readonly action: string;
  readonly entity: string;
  readonly id: string | null;
}

export interface KeptAnswer {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** Null: larger than MOST_KEPT, or with a secret. */
  readonly body: string | null;
}

/** A key that has come before, younger than KEYS_KEPT_MS. */
export interface KnownKey {
  /** The request that holds the row. */
  readonly token: string;
  readonly fingerprint: string;
  /** Until when that request may still be in work, ms UTC; 0: it has ended. */
  readonly heldUntil: number;
  /** Null: it has written nothing that is audited. */
  readonly effect: Effect | null;
  /** Null: it has not ended, or without an answer that may be kept. */
  readonly answer: KeptAnswer | null;
}

/** The key of a request as it came before; null: it did not, or more than 24 hours ago. */
export async function findKey(
  ports: Pick<Ports, "reader" | "writer" | "clock">,
  key: RequestKey,
  signal?: AbortSignal,
): Promise<KnownKey | null> {
  const args = [key.company, key.actor, key.key];
  const [row] = await ports.reader.rows(
    {
      sql: `select token, fingerprint, created_at, held_until, effect, status, headers, body from idempotency_keys
        where company = ?1 and actor = ?2 and key = ?3`,
      args,
    },
    signal,
  );
  if (row === undefined) return null;
  if (Number(row.created_at) > ports.clock.now() - KEYS_KEPT_MS) return knownKey(row);
  await ports.writer.commit({
    statements: [
      {
        sql: "delete from idempotency_keys where company = ?1 and actor = ?2 and key = ?3 and token = ?4",
        args: [...args, row.token ?? null],
      },
    ],
    read: () => undefined,
  });
  return null;
}

const knownKey = (row: Row): KnownKey => ({
  token: String(row.token),
  fingerprint: String(row.fingerprint),
  heldUntil: Number(row.held_until),
  effect: row.effect === null ? null : trusted<Effect>(JSON.parse(String(row.effect))),
  answer:
    row.status === null
      ? null
      : {
          status: Number(row.status),
          headers: trusted<Record<string, string>>(JSON.parse(String(row.headers))),
          body: row.body === null ? null : String(row.body),
        },
});

/** A request that holds a key with its first write. */
export interface KeyHolder extends RequestKey {
  /** Names this request among all that come with the key. */
  readonly token: string;
  readonly fingerprint: string;
  /** An earlier request that has ended, whose row is taken over as it was found; null: there was no row. */
  readonly seen: Pick<KnownKey, "token" | "heldUntil" | "effect"> | null;
  /** How long after a write the request may still be in work, ms. */
  readonly holdMs: number;
}

/** What has become of the key so far. */
export interface KeyState {
  /** A batch was sent: the row may be there. */
  sent: boolean;
  /** Another request holds the key: nothing of this one was written. */
  lost: boolean;
}

/**
 * The writer of one request with a key. Every batch of the request begins with the row of its key and ends with what the batch
 * has done, so that the key is known exactly where the effect is, whatever happens afterwards. Where another request holds the
 * key the batch fails as a whole, with `idempotency.in_progress`. It adds two statements to a batch.
 */
export function keyedWriter(
  { writer, clock }: Pick<Ports, "writer" | "clock">,
  holder: KeyHolder,
  state: KeyState,
): Writer {
  return {
    async commit<T>({ statements, read }: WriteJob<T>, signal?: AbortSignal): Promise<T> {
      if (state.lost) throw inProgress();
      state.sent = true;
      const keyed = {
        statements: [holdStatement(holder, clock.now()), ...statements, effectStatement(holder)],
        read: (rows: readonly Row[][]) => read(rows.slice(1, -1)),
      };
      return writer.commit(keyed, signal).catch((error) => {
        if (!isHeldByAnother(error)) throw error;
        state.lost = true;
        throw inProgress();
      });
    },
  };
}

export const inProgress = () =>
  new Failed<IdempotencyFailure>({ code: "idempotency.in_progress", retryAfterS: 1 });

/**
 * The row of another request, or one that was written since it was seen, gets no token, which its column refuses: the whole
 * batch fails.
 */
const holdStatement = (holder: KeyHolder, at: number): Statement => ({
  sql: `insert into idempotency_keys (company, actor, key, token, fingerprint, created_at, held_until, audit_from)
    values (?1, ?2, ?3, ?4, ?5, ?6, ?7, coalesce((select max(id) from audit), 0))
    on conflict (company, actor, key) do update set token = iif(token = ?4 or (token = ?8 and held_until = ?9 and (effect is null) = ?10), ?4, null),
      held_until = excluded.held_until, audit_from = excluded.audit_from`,
  args: [
    ...idOf(holder),
    holder.fingerprint,
    at,
    at + holder.holdMs,
    holder.seen?.token ?? null,
    holder.seen?.heldUntil ?? null,
    Number((holder.seen?.effect ?? null) === null),
  ],
});

/** The first line that this batch has added to the audit log. */
const effectStatement = (holder: KeyHolder): Statement => ({
  sql: `update idempotency_keys as k set effect = (select json_object('action', a.action, 'entity', a.entity, 'id', a.entity_id)
      from audit a where a.id > k.audit_from order by a.id limit 1)
    where company = ?1 and actor = ?2 and key = ?3 and token = ?4 and effect is null`,
  args: idOf(holder),
});

const idOf = ({ company, actor, key, token }: KeyHolder) => [company, actor, key, token];

function isHeldByAnother(error: unknown): boolean {
  if (!(error instanceof Failed)) return false;
  const failure = trusted<PlatformFailure>(error.failure);
  return failure.code === "storage.rejected" && failure.constraint.includes("idempotency_keys.");
}

/**
 * Ends a request that holds its key. A refusal that has written nothing frees the key; another answer is kept; null (a fault, a
 * limit, a client that left) keeps what was done without an answer.
 */
export async function endRequest(
  { writer }: Pick<Ports, "writer">,
  holder: KeyHolder,
  answer: KeptAnswer | null,
): Promise<void> {
  const here = "where company = ?1 and actor = ?2 and key = ?3 and token = ?4";
  const args = idOf(holder);
  const free: Statement[] =
    answer === null || answer.status >= 400
      ? [{ sql: `delete from idempotency_keys ${here} and effect is null`, args }]
      : [];
  const keep: Statement =
    answer === null
      ? { sql: `update idempotency_keys set held_until = 0 ${here}`, args }
      : {
          sql: `update idempotency_keys set held_until = 0, status = ?5, headers = ?6, body = ?7 ${here}`,
          args: [...args, answer.status, JSON.stringify(answer.headers), answer.body],
        };
  await writer.commit({ statements: [...free, keep], read: () => undefined });
}
