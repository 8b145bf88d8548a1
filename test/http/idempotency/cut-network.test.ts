import { expect, test } from "bun:test";
import { createApp } from "../../../src/app.ts";
import { trusted } from "../../../src/lib/cast.ts";
import type { Ports } from "../../../src/ports/ports.ts";
import type { WriteJob } from "../../../src/ports/sql.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { Random } from "../../../src/synthetic/random.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { type Answer, answerOf, type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";

const CLIENTS = 64;
const REQUESTS = FULL ? 500 : 90;
const app = createApp((bindings) => trusted<{ ports: Ports }>(bindings).ports);

interface Order {
  readonly path: string;
  readonly body: () => string;
  readonly type?: string;
}

/** Where the network or the process ends for one sending. */
const CUTS = ["never", "before", "leaves", "answer", "dies before", "dies after"] as const;
type Cut = (typeof CUTS)[number];

/** The ports of a process that ends at its first commit: before it is written, or right after it. Nothing is written later. */
function dying(ports: Ports, cut: Cut): Ports {
  let dead = false;
  const commit = async <T>(job: WriteJob<T>, signal?: AbortSignal): Promise<T> => {
    if (!dead && cut === "dies after") {
      dead = true;
      await ports.writer.commit(job, signal);
    }
    dead = true;
    throw new Error("the process has ended");
  };
  return { ...ports, writer: { commit } };
}

/** Sends once; null: the client has got no answer. */
async function sendOnce(
  service: TestApp,
  order: Order,
  key: string,
  cut: Cut,
): Promise<Answer | null> {
  if (cut === "before") return null;
  const leaving = new AbortController();
  const request = new Request(`http://localhost${order.path}`, {
    method: "POST",
    headers: {
      authorization: `Bearer ${service.tokenOf("ADMIN")}`,
      "idempotency-key": key,
      ...(order.type === undefined ? {} : { "content-type": order.type }),
    },
    body: order.body(),
    signal: leaving.signal,
  });
  const ports = cut.startsWith("dies") ? dying(service.ports, cut) : service.ports;
  const answering = Promise.resolve(app.request(request, undefined, { ports }));
  if (cut === "leaves") {
    await Promise.resolve();
    leaving.abort();
  }
  const answer = await answerOf(await answering);
  return cut === "never" ? answer : null;
}

/** Repeats an order until it has an answer that is no fault, limit, or "in progress". */
async function sendUntilAnswered(
  service: TestApp,
  order: Order,
  key: string,
  random: Random,
  cutting = true,
): Promise<Answer> {
  for (let n = 0; n < 60; n++) {
    const cut = cutting && n < 4 ? (CUTS[random.below(CUTS.length)] ?? "never") : "never";
    const answer = await sendOnce(service, order, key, cut);
    if (answer === null) continue;
    if (answer.body?.code === "idempotency.in_progress") service.ports.clock.advance(5_000);
    else if (answer.status < 499 && answer.status !== 429) return answer;
    await Bun.sleep(1);
  }
  throw new Error(`${order.path} was never answered`);
}

const json = (path: string, body: object): Order => ({
  path,
  body: () => JSON.stringify(body),
  type: "application/json",
});

/** The orders: entries, exits, uploads, approvals, reversals of movements and of notes, exports, counts, discards. */
async function orders(service: TestApp): Promise<Order[]> {
  const first = syntheticNote({ seed: 1, items: 1 });
  await service.upload(first.xml, "?approve=true");
  const [row] = await service.rows("select code from products limit 1");
  const product_code = String(row?.code);
  const made: Order[] = [];
  const counted = [product_code];
  for (let n = 0; made.length < REQUESTS; n++) {
    const movement = { product_code, reference: `R${n}` };
    made.push(json("/api/movements", { ...movement, type: "ENTRADA", quantity: 2 }));
    made.push(json("/api/movements", { ...movement, type: "SAIDA", quantity: 1 }));
    const sent = syntheticNote({ seed: 1_000 + n, items: 2 });
    made.push({ path: "/api/nfe/upload?approve=true", body: () => sent.xml, type: "text/xml" });
    const waiting = syntheticNote({ seed: 5_000 + n, items: 1 });
    await service.upload(waiting.xml, "?approve=false");
    made.push(json(`/api/nfes/${waiting.accessKey}/process`, {}));
    const stocked = syntheticNote({ seed: 9_000 + n, items: 1 });
    await service.upload(stocked.xml, "?approve=true");
    const reason = { reason: "devolvida ao fornecedor" };
    made.push(json(`/api/nfes/${stocked.accessKey}/reverse`, reason));
    const manual = await service.send("POST", "/api/movements", {
      json: { product_code, type: "ENTRADA", quantity: 3, reference: `M${n}` },
    });
    made.push(json(`/api/movements/${manual.body.movement.id}/reverse`, reason));
    const listed = await service.rows(
      "select code from products where code not in (select value from json_each(?1)) limit 1",
      [JSON.stringify(counted)],
    );
    const code = listed[0]?.code;
    if (code !== undefined && n < 10) {
      counted.push(String(code));
      made.push(json("/api/counts", { name: `C${n}`, scope: "products", product_codes: [code] }));
    }
    // A company has a limit of unfinished jobs.
    if (n < 10) made.push(json("/api/exports", { type: "stock" }));
  }
  return made.slice(0, REQUESTS);
}

/** Members that identify what a request has made; those that only a first answer has (messages, findings) left out. */
function identity({ status, body }: Answer): unknown {
  const { code, access_key, movement, id, count, job_id } = body;
  return { status, code, access_key, movement: movement?.id, id: id ?? count?.id ?? job_id };
}

test(`${CLIENTS} clients repeat ${REQUESTS} requests that are cut anywhere: each effect once, each answer the same`, () =>
  withApp(async (service) => {
    const all = await orders(service);
    const before = Number((await service.rows("select count(*) as n from jobs"))[0]?.n);
    const answers = new Map<number, Answer[]>();
    let next = 0;
    const client = async (seed: number) => {
      const random = new Random(seed);
      for (;;) {
        const n = next++;
        const order = all[n % all.length];
        // Each request is sent by two clients at about the same time.
        if (n >= 2 * all.length || order === undefined) return;
        const at = n % all.length;
        const answer = await sendUntilAnswered(service, order, `key-${at}`, random);
        answers.set(at, [...(answers.get(at) ?? []), answer]);
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, (_, seed) => client(seed)));
    const random = new Random(1);
    for (const [at, order] of all.entries()) {
      const last = await sendUntilAnswered(service, order, `key-${at}`, random, false);
      const same = [...(answers.get(at) ?? []), last].map(identity);
      expect([order.path, ...same]).toEqual([order.path, ...same.map(() => same[0])]);
      expect([order.path, Math.floor(last.status / 100), last.body.code]).toEqual([
        order.path,
        2,
        undefined,
      ]);
    }
    const manual = await service.rows(
      "select reference, count(*) as n from movements where origin = 'MANUAL' and reference like 'R%' group by reference, quantity_e4 > 0 having n <> 1",
    );
    expect(manual).toEqual([]);
    const exports = all.filter(({ path }) => path === "/api/exports").length;
    const jobs = Number((await service.rows("select count(*) as n from jobs"))[0]?.n);
    expect(jobs - before).toBe(exports);
    expect(await reconcileAll(service.ports, 1)).toEqual([]);
  }));
