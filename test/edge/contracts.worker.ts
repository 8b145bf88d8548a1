import { trusted } from "../../src/lib/cast.ts";
import { err } from "../../src/lib/result.ts";
import { noopMeter } from "../../src/observability/no-op.ts";
import { checkedBlobs } from "../../src/platform/checked-blobs.ts";
import { bucketBlobs, withKnownLength } from "../../src/platform/cloudflare/blobs.ts";
import { Bucket } from "../../src/platform/cloudflare/bucket.ts";
import { bucketMarks } from "../../src/platform/cloudflare/bucket-marks.ts";
import { requestCommitSignal } from "../../src/platform/cloudflare/commit-signal.ts";
import { consumeBatch } from "../../src/platform/cloudflare/consume-batch.ts";
import { cloudflareHealth } from "../../src/platform/cloudflare/health.ts";
import { cloudflareLimits } from "../../src/platform/cloudflare/limits.ts";
import { edgeMeter } from "../../src/platform/cloudflare/meter.ts";
import { bucketOriginals, webGzip } from "../../src/platform/cloudflare/originals.ts";
import { edgeOutgoing } from "../../src/platform/cloudflare/outgoing.ts";
import { assetsPage } from "../../src/platform/cloudflare/page-files.ts";
import { parkBatch } from "../../src/platform/cloudflare/park-batch.ts";
import { workersQueue } from "../../src/platform/cloudflare/queue.ts";
import { groupWriter } from "../../src/platform/libsql/group-writer.ts";
import { clientReader } from "../../src/platform/libsql/reader.ts";
import { remoteDatabase } from "../../src/platform/libsql/remote-database.ts";
import { tableOriginals } from "../../src/platform/libsql/table-originals.ts";
import { inlineDocuments } from "../../src/platform/memory/documents.ts";
import { nodeScrypt } from "../../src/platform/node-scrypt.ts";
import { passwordHasher } from "../../src/platform/password-hash.ts";
import type { Consumer } from "../../src/ports/queue.ts";
import { sefazFault } from "../../src/ports/sefaz-fault.ts";
import type { Reader } from "../../src/ports/sql.ts";
import type { Originals } from "../../src/ports/storage.ts";
import { callLimiter, remoteCircuit } from "../../src/resilience/policies.ts";
import { blobsContract } from "../contracts/blobs.ts";
import { checkedBlobsContract } from "../contracts/checked-blobs.ts";
import { type Contract, claim } from "../contracts/claims.ts";
import { commitSignalContract } from "../contracts/commit-signal.ts";
import { documentsContract } from "../contracts/documents.ts";
import { healthContract } from "../contracts/health.ts";
import { installationContract } from "../contracts/installation.ts";
import { limitsContract } from "../contracts/limits.ts";
import { marksContract } from "../contracts/marks.ts";
import { meterContract } from "../contracts/meter.ts";
import { originalsContract, spoilRow } from "../contracts/originals.ts";
import { outgoingContract } from "../contracts/outgoing.ts";
import { pageContract } from "../contracts/page.ts";
import { passwordsContract } from "../contracts/passwords.ts";
import { queueContract } from "../contracts/queue.ts";
import { readerContract } from "../contracts/reader.ts";
import { unnamedOriginalsContract } from "../contracts/unnamed-originals.ts";
import { type WriterSettings, writerContract } from "../contracts/writer.ts";
import { companyRow } from "../support/company-row.ts";

interface Bindings {
  readonly DATABASE_URL: string;
  readonly RECEIVER_URL: string;
  readonly ORIGINALS: R2Bucket;
  readonly FILES: R2Bucket;
  readonly JOBS: Queue;
  readonly DEAD_JOBS: Queue;
  readonly BUCKETS: DurableObjectNamespace<Bucket>;
  readonly FIGURES: AnalyticsEngineDataset;
  readonly ASSETS: Fetcher;
}

const RUNTIME = { canProbe: false, canQueue: false };
const ATTEMPTS = 3;
const limiterFor = (kind: "blob" | "queue" | "limits" | "webhook") =>
  callLimiter(remoteCircuit(kind, { counts: () => true }), kind, RUNTIME);
const log = () => undefined;

/** How far the clock of this isolate is ahead; the objects of the buckets live in it too. */
let ahead = 0;
const realNow = Date.now;
Date.now = () => realNow.call(Date) + ahead;
const clock = { now: () => Date.now() };
const meter = noopMeter(() => clock.now() / 1_000);

/** Who takes what the queues hand out, and how many messages are neither done nor parked yet. */
const hands: { consumer: Consumer | null; open: number } = { consumer: null, open: 0 };

/** A writer and a reader of the server at DATABASE_URL, with the table of the contracts empty. */
async function openWriter(bindings: Bindings, settings: WriterSettings = {}) {
  const database = remoteDatabase(bindings.DATABASE_URL, undefined, RUNTIME);
  await database.writing.batch(
    [
      "drop table if exists things",
      "create table things (id integer primary key, name text unique) strict",
    ],
    "write",
  );
  const writer = groupWriter(database.writing, {
    group: 16,
    queue: 2_000,
    waitMs: 5_000,
    yieldToEventLoop: async () => undefined,
    ...settings,
  });
  return {
    writer,
    reader: clientReader(database.reading),
    async close() {
      await writer.drain();
      database.close();
    },
  };
}

async function openOriginals(bindings: Bindings, originalsOf: (reader: Reader) => Originals) {
  const world = await openWriter(bindings);
  const missing = await world.reader.rows({
    sql: "select value as id from json_each('[1,2]') where value not in (select id from companies)",
    args: [],
  });
  await world.writer.commit({
    statements: [
      ...missing.map(({ id }) => companyRow(Number(id))),
      { sql: "delete from originals", args: [] },
    ],
    read: () => null,
  });
  return { ...world, originals: originalsOf(world.reader), spoil: spoilRow(world) };
}

async function openBucket(b: Bindings) {
  const { objects } = await b.ORIGINALS.list();
  await b.ORIGINALS.delete(objects.map(({ key }) => key));
  ahead = 0;
  const world = await openOriginals(b, (reader) =>
    bucketOriginals(b.ORIGINALS, limiterFor("blob"), { reader, clock }),
  );
  const later = (ms: number) => {
    ahead += ms;
  };
  const spoil = async (sha256: string, bytes: Uint8Array<ArrayBuffer>) => {
    await b.ORIGINALS.put(`originals/1/${sha256}`, bytes);
  };
  return { ...world, later, spoil };
}

async function openBlobs({ FILES }: Bindings) {
  const { objects } = await FILES.list();
  await FILES.delete(objects.map(({ key }) => key));
  return { blobs: bucketBlobs(FILES, limiterFor("blob")), close: async () => undefined };
}

async function openChecked(b: Bindings) {
  const { blobs: bare, close } = await openBlobs(b);
  return { blobs: checkedBlobs(bare, withKnownLength), bare, close };
}

async function openMarks({ FILES }: Bindings) {
  const marks = bucketMarks(FILES, limiterFor("blob"));
  await marks.remove();
  return { marks, close: async () => undefined };
}

async function openInstallation({ DATABASE_URL }: Bindings) {
  const { writing: batches, reading, close } = remoteDatabase(DATABASE_URL, undefined, RUNTIME);
  return { batches, reading, close: async () => close() };
}

/** The real queues. What is counted is what was sent, so that a test can tell when nothing is under way any more. */
async function openQueue({ JOBS }: Bindings) {
  const counted: Pick<Queue, "sendBatch"> = {
    sendBatch(messages) {
      const all = [...messages];
      hands.open += all.length;
      return JOBS.sendBatch(all);
    },
  };
  return {
    queue: workersQueue(trusted<Queue>(counted), { limiter: limiterFor("queue"), log }),
    attempts: ATTEMPTS,
    // A queue outside of the database has no statements of its own.
    commit: async (statements: readonly unknown[]) => claim(statements.length === 0, "statements"),
    async deliver(consumer: Consumer) {
      hands.consumer = consumer;
      while (hands.open > 0) await new Promise((resolve) => setTimeout(resolve, 5));
      hands.consumer = null;
    },
    close: async () => undefined,
  };
}

function openLimits({ BUCKETS }: Bindings) {
  // Whatever was taken before is full again.
  ahead += 3_600_000;
  return {
    limits: cloudflareLimits(
      {
        buckets: BUCKETS,
        edgeLimits: { network: undefined, bucket: undefined },
        limiter: limiterFor("limits"),
      },
      { clock, log, meter },
    ),
    later: (ms: number) => {
      ahead += ms;
    },
  };
}

const documents = inlineDocuments({
  readDocument: () => err({ code: "nfe.not_an_nfe", got: "a test" }),
  compareDocuments: () => "completes",
  readPackedAnswer: () => err(sefazFault("web_page")),
});

/** Every case by its name, over the bindings of this Worker. */
function casesOf(b: Bindings): Map<string, () => Promise<void>> {
  const held = <Open>(name: string, contract: Contract<Open>, open: Open) =>
    contract.map((one) => [`${name}: ${one.name}`, () => one.run(open)] as const);
  return new Map([
    ...held("writer", writerContract, (settings) => openWriter(b, settings)),
    ...held("reader", readerContract, () => openWriter(b)),
    ...held("originals in R2", originalsContract, () => openBucket(b)),
    ...held("originals in R2", unnamedOriginalsContract, () => openBucket(b)),
    ...held("originals in the database", originalsContract, () =>
      openOriginals(b, (reader) => tableOriginals({ reader, clock }, webGzip)),
    ),
    ...held("blobs", blobsContract, () => openBlobs(b)),
    ...held("blobs with sums", blobsContract, () => openChecked(b)),
    ...held("blobs with sums", checkedBlobsContract, () => openChecked(b)),
    ...held("installation", marksContract, () => openMarks(b)),
    ...held("installation", installationContract, () => openInstallation(b)),
    ...held("queue", queueContract, () => openQueue(b)),
    ...held("documents", documentsContract, () => ({ documents, close: () => undefined })),
    ...held("passwords", passwordsContract, (cost) => passwordHasher(nodeScrypt, cost, RUNTIME)),
    ...held("outgoing", outgoingContract, () => ({
      outgoing: ({ allowPrivate }) => edgeOutgoing(limiterFor("webhook"), allowPrivate),
      receiver: b.RECEIVER_URL,
    })),
    ...held("limits", limitsContract, () => openLimits(b)),
    ...held("health", healthContract, async (reader) => ({
      health: cloudflareHealth({ reader, clock }, b),
      close: async () => undefined,
    })),
    ...held(
      "commitSignal",
      commitSignalContract,
      (after) => requestCommitSignal(after).commitSignal,
    ),
    ...held("page", pageContract, async (built) => assetsPage(built ? b.ASSETS : undefined)),
    ...held("meter", meterContract, () =>
      edgeMeter(b.FIGURES, () => clock.now() / 1_000).ofInvocation(),
    ),
  ]);
}

/** GET names the cases; POST runs the one whose name is the body: 204, or 500 and what was broken. */
export default {
  async fetch(request, bindings) {
    const cases = casesOf(bindings);
    if (request.method === "GET") return Response.json([...cases.keys()]);
    const name = await request.text();
    try {
      const run = cases.get(name);
      claim(run !== undefined, `no case is called ${name}`);
      await run();
      return new Response(null, { status: 204 });
    } catch (error) {
      const said = error instanceof Error ? (error.stack ?? error.message) : String(error);
      return new Response(said, { status: 500 });
    }
  },

  async queue(batch, { DEAD_JOBS }) {
    const { consumer } = hands;
    claim(consumer !== null, "no consumer takes messages");
    const config = { JOB_ATTEMPTS: ATTEMPTS, JOB_CONCURRENCY: 5 };
    const counting: Consumer = {
      async consume(body, signal) {
        const outcome = await consumer.consume(body, signal);
        if (outcome === "done") hands.open -= 1;
        return outcome;
      },
      async park(body, reason, along) {
        await consumer.park(body, reason, along);
        hands.open -= 1;
      },
    };
    const both = { consumer: counting, config, log, random: () => 0 };
    return batch.queue.endsWith("-dead")
      ? parkBatch(batch, { ...both, clock })
      : consumeBatch(batch, { ...both, dead: DEAD_JOBS });
  },
} satisfies ExportedHandler<Bindings>;

export { Bucket };
