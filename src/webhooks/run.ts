import { eventsAfter, type FeedEvent, hasExpired } from "../journal/feed.ts";
import { shownEvent } from "../journal/shown-event.ts";
import { newId } from "../lib/id.ts";
import { columnsOf } from "../ports/columns.ts";
import type { Ports } from "../ports/ports.ts";
import { commitStatements } from "../ports/sql.ts";
import { attempt, isReceived } from "./attempt.ts";
import { dueDeliveries } from "./deliveries.ts";
import { type RunState, record, type Sent } from "./record.ts";
import { pauseAfter } from "./retry-schedule.ts";
import { openSecrets } from "./secrets.ts";
import { webhooks } from "./tables.ts";

/** Runs of one company, and runs to one host, at a time, so that a slow receiver delays only its own. */
export const RUNS = { company: 3, host: 4 };
/** How long a run sends, and how long another may not begin after a crash. A last attempt may take 15 s more. */
const RUN_MS = 20_000;
const CLAIM_MS = 60_000;
/** Failures in a row after which a run ends. */
const FAILURES = 3;
/** Events that wait for another attempt; with so many a webhook gets no new ones, which stay in the feed. */
export const MAX_WAITING = 100;
const PAGE = 50;
/** Results are written after so many events or so much time; a crash before sends those events again. */
const WRITE_EVENTS = 20;
const WRITE_MS = 1_000;
/** How long a webhook rests whose secret cannot be opened. */
const UNREADABLE_MS = 3_600_000;

type Needs = Pick<
  Ports,
  "config" | "reader" | "writer" | "queue" | "clock" | "log" | "meter" | "outgoing"
>;

const WEBHOOK = columnsOf(webhooks, "webhooks", [
  "company",
  "id",
  "url",
  "host",
  "events",
  "secret",
  "oldSecret",
  "oldSecretUntil",
  "position",
  "failingSince",
  "failedRuns",
  "pausedUntil",
]);
type Claimed = ReturnType<typeof WEBHOOK.read>;

/**
 * Sends a webhook's events: first those that are due again, then the new ones in the order of the feed, one at a time. Ends when
 * there are none, after 20 s, or after three failures in a row; then the webhook rests. Does nothing when another run is in work,
 * or too many of its company or to its host are; a later look takes it up. Each event is sent at least once. Rejects as the
 * reader and the writer do.
 */
export async function runWebhook(
  ports: Needs,
  { company, webhook: id }: { readonly company: number; readonly webhook: string },
  signal?: AbortSignal,
): Promise<void> {
  const run = newId();
  const webhook = await claim(ports, company, id, run);
  if (webhook === null) return;
  try {
    const keys = await openSecrets(ports, webhook, ports.clock.now());
    if (keys.length === 0) await rest(ports, webhook, run);
    else await new Run(ports, webhook, run, keys, signal).send();
  } finally {
    await commitStatements(ports.writer, [
      {
        sql: "update webhooks set run = null, run_until = null where company = ?1 and id = ?2 and run = ?3",
        args: [company, id, run],
      },
    ]);
  }
}

async function claim(
  { writer, clock }: Pick<Ports, "writer" | "clock">,
  company: number,
  id: string,
  run: string,
): Promise<Claimed | null> {
  const now = clock.now();
  return writer.commit({
    statements: [
      {
        sql: `update webhooks set run = ?3, run_until = ?5, ran_at = ?4
          where company = ?1 and id = ?2 and active = 1 and paused_until <= ?4 and (run_until is null or run_until <= ?4)
            and (select count(*) from webhooks o where o.company = ?1 and o.run_until > ?4) < ?6
            and (select count(*) from webhooks o where o.run_until > ?4 and o.host = webhooks.host) < ?7
          returning ${WEBHOOK.sql.replaceAll("webhooks.", "")}`,
        args: [company, id, run, now, now + CLAIM_MS, RUNS.company, RUNS.host],
      },
    ],
    read: ([rows]) => {
      const [row] = rows ?? [];
      return row === undefined ? null : WEBHOOK.read(row);
    },
  });
}

async function rest(ports: Needs, webhook: Claimed, run: string): Promise<void> {
  const { company, id } = webhook;
  ports.log("warn", "webhook.secret_unreadable", { company, webhook: id });
  const pausedUntil = ports.clock.now() + UNREADABLE_MS;
  await record(ports, webhook, run, [], { ...webhook, pausedUntil });
}

/** One run over a webhook that is claimed. */
class Run {
  readonly #ports: Needs;
  readonly #webhook: Claimed;
  readonly #run: string;
  readonly #keys: readonly string[];
  readonly #signal: AbortSignal | undefined;
  readonly #began: number;
  #state: RunState;
  #written: RunState;
  /** Sent and not written yet. */
  #sent: Sent[] = [];
  #writtenAt: number;
  #failures = 0;
  #received = false;
  /** The webhook is disabled, or this run may write no more. */
  #over = false;

  constructor(
    ports: Needs,
    webhook: Claimed,
    run: string,
    keys: readonly string[],
    signal: AbortSignal | undefined,
  ) {
    this.#ports = ports;
    this.#webhook = webhook;
    this.#run = run;
    this.#keys = keys;
    this.#signal = signal;
    this.#state = webhook;
    this.#written = webhook;
    this.#began = ports.meter.seconds();
    this.#writtenAt = this.#began;
  }

  async send(): Promise<void> {
    try {
      await this.#sendDue();
      await this.#sendNew();
    } finally {
      // Also when the service stops in the middle: what was received is not sent again.
      if (!this.#over) await this.#end();
    }
  }

  get #mayGoOn(): boolean {
    const ms = (this.#ports.meter.seconds() - this.#began) * 1_000;
    return !this.#over && this.#failures < FAILURES && ms < RUN_MS && !this.#signal?.aborted;
  }

  async #sendDue(): Promise<void> {
    const { company } = this.#webhook;
    const due = await dueDeliveries(this.#ports, this.#webhook, this.#ports.clock.now(), PAGE);
    for (const { event, attempts, firstAt } of due) {
      if (!this.#mayGoOn) return;
      const [kept] = await eventsAfter(this.#ports, company, event - 1, 1, this.#signal);
      if (kept?.id !== event) await this.#drop(event);
      else {
        await this.#attempt(kept, attempts, firstAt);
        await this.#writeSome();
      }
    }
  }

  async #sendNew(): Promise<void> {
    const { company, events: types } = this.#webhook;
    const { position } = this.#state;
    if (await hasExpired(this.#ports, company, position))
      this.#ports.log("warn", "webhook.gap", { company, webhook: this.#webhook.id });
    while (this.#mayGoOn) {
      await this.#write();
      const room = MAX_WAITING - (await this.#waiting());
      if (this.#over || room <= 0) return;
      const page = await eventsAfter(this.#ports, company, this.#state.position, PAGE);
      if (page.length === 0) return;
      let left = room;
      for (const event of page) {
        if (!this.#mayGoOn || left <= 0) break;
        if (types.includes("*") || types.includes(event.type)) {
          const received = await this.#attempt(event, 0, this.#ports.clock.now());
          if (!received) left -= 1;
        }
        this.#state = { ...this.#state, position: event.id };
        await this.#writeSome();
      }
    }
  }

  /** Whether the event was received. Rejects when the service stops: then it is sent again. */
  async #attempt(event: FeedEvent, attempts: number, firstAt: number): Promise<boolean> {
    const outcome = await attempt(this.#ports, this.#webhook.url, this.#keys, shownEvent(event), {
      signal: this.#signal,
    });
    const received = isReceived(outcome);
    this.#sent.push({ event: event.id, type: event.type, outcome, attempts, firstAt });
    this.#failures = received ? 0 : this.#failures + 1;
    this.#received ||= received;
    const failingSince = received ? null : (this.#state.failingSince ?? outcome.at);
    this.#state = { ...this.#state, failingSince };
    this.#ports.meter.count("webhook_attempts_total", { outcome: received ? "done" : "failed" });
    return received;
  }

  /** The event is kept no longer: it is given up. */
  async #drop(event: number): Promise<void> {
    const { company, id } = this.#webhook;
    await commitStatements(this.#ports.writer, [
      {
        sql: `update webhook_deliveries set state = 'given_up', next_at = null, updated_at = ?4
          where company = ?1 and webhook = ?2 and event = ?3 and state = 'waiting'`,
        args: [company, id, event, this.#ports.clock.now()],
      },
    ]);
  }

  async #waiting(): Promise<number> {
    const { company, id } = this.#webhook;
    const [row] = await this.#ports.reader.rows({
      sql: "select count(*) as n from webhook_deliveries where company = ?1 and webhook = ?2 and state = 'waiting'",
      args: [company, id],
    });
    return Number(row?.n ?? 0);
  }

  /** Writes what was sent when it is much, or a while ago, or a failure. */
  async #writeSome(): Promise<void> {
    const ms = (this.#ports.meter.seconds() - this.#writtenAt) * 1_000;
    if (this.#failures > 0 || this.#sent.length >= WRITE_EVENTS || ms >= WRITE_MS)
      await this.#write();
  }

  async #write(): Promise<void> {
    this.#writtenAt = this.#ports.meter.seconds();
    const sent = this.#sent;
    if (this.#over || (sent.length === 0 && this.#state === this.#written)) return;
    this.#sent = [];
    this.#written = this.#state;
    const result = await record(this.#ports, this.#webhook, this.#run, sent, this.#state);
    if (result !== "continues") this.#over = true;
  }

  /** Writes the rest, and how long the webhook rests: after failures, and while as many events wait as may. */
  async #end(): Promise<void> {
    const now = this.#ports.clock.now();
    if (this.#failures >= FAILURES) {
      const failedRuns = this.#received ? 1 : this.#state.failedRuns + 1;
      this.#state = { ...this.#state, failedRuns, pausedUntil: now + pauseAfter(failedRuns) };
    } else if (this.#received) this.#state = { ...this.#state, failedRuns: 0 };
    await this.#write();
    const full = !this.#over && (await this.#waiting()) >= MAX_WAITING;
    const next = full ? await this.#nextAt() : now;
    if (next <= this.#state.pausedUntil || next <= now) return;
    this.#state = { ...this.#state, pausedUntil: next };
    await this.#write();
  }

  async #nextAt(): Promise<number> {
    const { company, id } = this.#webhook;
    const [row] = await this.#ports.reader.rows({
      sql: `select min(next_at) as at from webhook_deliveries
        where company = ?1 and webhook = ?2 and state = 'waiting'`,
      args: [company, id],
    });
    return Number(row?.at ?? 0);
  }
}
