import { createApp } from "./app.ts";
import { parseConfig } from "./config.ts";
import { consumerOf } from "./consumer.ts";
import { signatureRoots } from "./ingest/judge/signature-check.ts";
import { CHAIN_EVERY_MS, chainAllAudits } from "./journal/chain-audit.ts";
import { feedBroadcaster } from "./journal/feed-broadcaster.ts";
import { pollMailboxes } from "./mail/poll.ts";
import { MAINTENANCE_EVERY_MS, runMaintenance } from "./maintenance.ts";
import { compareDocuments } from "./nfe/read/compare.ts";
import { readDocument } from "./nfe/read/read.ts";
import { databaseGauges } from "./observability/database-gauges.ts";
import { setPrivateUmask } from "./platform/bun/files/owner-only.ts";
import type { BunPorts } from "./platform/bun/ports.ts";
import { type Running, serve } from "./platform/bun/serve.ts";
import { faultCode } from "./resilience/fault-code.ts";
import { createFirstAccess } from "./start/first-access.ts";
import { reasonOf } from "./start/reason.ts";
import { logStart, logUpgrade } from "./start/start-lines.ts";
import { sendDueWebhooks } from "./webhooks/due.ts";

const WEBHOOKS_EVERY_MS = 1_000;

/** Door: the service on Bun. Prints `listening on http://HOST:PORT` when it is ready; SIGTERM and SIGINT stop it, a second one at once. */
setPrivateUmask();
try {
  const running = await serve(parseConfig(process.env), {
    domain: { readDocument, compareDocuments },
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
      ports.queue.start(consumerOf(ports));
      void repeatMaintenance(ports);
      void keepVisited(ports);
      void keepChained(ports);
      void keepSent(ports);
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

/** Runs maintenance now, and again some time after each run, until the process begins to stop. */
async function repeatMaintenance(ports: BunPorts): Promise<void> {
  try {
    await ports.blobs.removePartial();
    await runMaintenance(ports, ports.stopping);
  } catch (error) {
    if (!ports.stopping.aborted) ports.log("warn", "sweep.fault", { code: faultCode(error) });
  }
  if (!ports.stopping.aborted) setTimeout(repeatMaintenance, MAINTENANCE_EVERY_MS, ports).unref();
}

/** Visits the mailboxes now, and again after a pause, until the process begins to stop; a pause of 0 turns visits off. */
async function keepVisited(ports: BunPorts): Promise<void> {
  const pauseMs = ports.config.MAIL_POLL_SECONDS * 1_000;
  if (pauseMs === 0) return;
  try {
    await pollMailboxes(ports, ports.stopping);
  } catch (error) {
    if (!ports.stopping.aborted) ports.log("warn", "mail.fault", { code: faultCode(error) });
  }
  if (!ports.stopping.aborted) setTimeout(keepVisited, pauseMs, ports).unref();
}

/** Gives new audit lines their place in the chain, again and again, until the process begins to stop. */
async function keepChained(ports: BunPorts): Promise<void> {
  try {
    await chainAllAudits(ports, ports.stopping);
  } catch (error) {
    if (!ports.stopping.aborted) ports.log("warn", "audit.fault", { code: faultCode(error) });
  }
  if (!ports.stopping.aborted) setTimeout(keepChained, CHAIN_EVERY_MS, ports).unref();
}

/** Looks each second for webhooks with events to be sent, until the process begins to stop. */
async function keepSent(ports: BunPorts): Promise<void> {
  try {
    await sendDueWebhooks(ports, null, ports.stopping);
  } catch (error) {
    if (!ports.stopping.aborted) ports.log("warn", "webhook.fault", { code: faultCode(error) });
  }
  if (!ports.stopping.aborted) setTimeout(keepSent, WEBHOOKS_EVERY_MS, ports).unref();
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
