import { sendAlerts } from "./alerts/send-alerts.ts";
import { createApp } from "./app.ts";
import { parseConfig } from "./config.ts";
import { consumerOf } from "./consumer.ts";
import { bringPeople } from "./homes/people.ts";
import { signatureRoots } from "./ingest/judge/signature-check.ts";
import { CHAIN_EVERY_MS, chainAllAudits } from "./journal/chain-audit.ts";
import { feedBroadcaster } from "./journal/feed-broadcaster.ts";
import { pollMailboxes } from "./mail/poll.ts";
import { MAINTENANCE_EVERY_MS, runMaintenance } from "./maintenance.ts";
import { compareDocuments } from "./nfe/read/compare.ts";
import { readDocument } from "./nfe/read/read.ts";
import { databaseGauges } from "./observability/database-gauges.ts";
import { setPrivateUmask } from "./platform/bun/files/owner-only.ts";
import { type Running, serve } from "./platform/bun/serve.ts";
import { eachHome } from "./ports/homes.ts";
import type { Mailboxes } from "./ports/mailbox.ts";
import type { Ports } from "./ports/ports.ts";
import { faultCode } from "./resilience/fault-code.ts";
import { addressOf } from "./sefaz/hosts.ts";
import { readPackedAnswer } from "./sefaz/wire/distribution.ts";
import { createFirstAccess } from "./start/first-access.ts";
import { reasonOf } from "./start/reason.ts";
import { logStart, logUpgrade } from "./start/start-lines.ts";
import { FETCHING_EVERY_MS, STATEMENTS_EVERY_MS, taxOffice } from "./start/tax-office.ts";
import { sendDueWebhooks } from "./webhooks/due.ts";

/** How often lines of the first database are brought to their companies' homes. */
const PEOPLE_EVERY_MS = 2_000;
const WEBHOOKS_EVERY_MS = 1_000;
const ALERT_MAILS_EVERY_MS = 60_000;

/** Door: the service on Bun. Prints `listening on http://HOST:PORT` when it is ready; SIGTERM and SIGINT stop it, a second one at once. */
setPrivateUmask();
try {
  const config = parseConfig(process.env);
  const running = await serve(config, {
    domain: {
      readDocument,
      compareDocuments,
      readPackedAnswer,
      sefazAddressOf: (...asked) => addressOf(...asked, config.SEFAZ_URLS),
    },
    async build(ports) {
      logUpgrade(ports);
      if (signatureRoots(ports) === null)
        throw new Error(
          "SIGNATURE_ROOTS: não há certificados raiz em PEM, ou um deles não pode ser lido",
        );
      await createFirstAccess(ports, {
        terminal: process.stderr.isTTY ? process.stderr : undefined,
        printFile: (file) => ports.log("warn", "first_password", { file }),
      });
      ports.meter.addSource(() => ({ sge_stream_clients: feedBroadcaster(ports).size }));
      ports.meter.addSource(() => databaseGauges(ports));
      ports.startQueues(consumerOf);
      for (const home of eachHome(ports)) keepUp(home, ports.mailboxes);
      if (ports.homes !== undefined)
        void repeat(ports, PEOPLE_EVERY_MS, "home.fault", () => bringPeople(ports, ports.stopping));
      void repeat(ports, MAINTENANCE_EVERY_MS, "sweep.fault", () => ports.blobs.removePartial());
      return createApp(() => ports);
    },
  });
  endOnSignal(running);
  await logStart(running.ports, process.env, running.url);
  print(`listening on ${running.url}`);
} catch (error) {
  process.stderr.write(`${reasonOf(error)}\n`);
  process.exit(1);
}

/**
 * Does a work now, and again `everyMs` after each end, until the process begins to stop. A fault is a line of the log with the
 * name `fault`; the next run follows all the same.
 */
async function repeat(
  ports: Pick<Ports, "stopping" | "log">,
  everyMs: number,
  fault: string,
  work: () => Promise<unknown>,
): Promise<void> {
  try {
    await work();
  } catch (error) {
    if (!ports.stopping.aborted) ports.log("warn", fault, { code: faultCode(error) });
  }
  if (!ports.stopping.aborted) setTimeout(repeat, everyMs, ports, everyMs, fault, work).unref();
}

/** What the service does without being asked. A pause of 0 between visits of the mailboxes turns them off. */
function keepUp(ports: Ports, mailboxes: Mailboxes): void {
  const { stopping } = ports;
  void repeat(ports, MAINTENANCE_EVERY_MS, "sweep.fault", () => runMaintenance(ports, stopping));
  const pauseMs = ports.config.MAIL_POLL_SECONDS * 1_000;
  const polling = { ...ports, mailboxes };
  if (pauseMs > 0)
    void repeat(ports, pauseMs, "mail.fault", () => pollMailboxes(polling, stopping));
  void repeat(ports, CHAIN_EVERY_MS, "audit.fault", () => chainAllAudits(ports, stopping));
  void repeat(ports, ALERT_MAILS_EVERY_MS, "alerts.fault", () => sendAlerts(ports, stopping));
  void repeat(ports, WEBHOOKS_EVERY_MS, "webhook.fault", () =>
    sendDueWebhooks(ports, null, stopping),
  );
  if (ports.sefaz === undefined) return;
  const office = taxOffice(ports, ports.sefaz);
  void repeat(ports, FETCHING_EVERY_MS, "sefaz.fault", office.fetch);
  void repeat(ports, STATEMENTS_EVERY_MS, "sefaz.fault", office.state);
}

function endOnSignal(running: Running): void {
  let asked = false;
  const end = () => {
    if (asked) process.exit(1);
    asked = true;
    running.stop().then(
      () => process.exit(0),
      () => process.exit(1),
    );
  };
  process.on("SIGTERM", end);
  process.on("SIGINT", end);
}

function print(line: string): void {
  process.stdout.write(`${line}\n`);
}
