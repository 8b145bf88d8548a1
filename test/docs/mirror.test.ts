import { expect } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { expireEvents } from "../../src/journal/expire-events.ts";
import { newId } from "../../src/lib/id.ts";
import { Random } from "../../src/synthetic/random.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { type Answer, answerOf } from "../support/app.ts";
import { faultyProxy } from "../support/faults/faulty-proxy.ts";
import { testInFullUnless, testUnless, withoutProgram } from "../support/full.ts";
import { signIn, startProcess, temporaryFolder } from "../support/process.ts";
import { type Server, withServer } from "../support/server.ts";

/** docs/examples/mirror.py is written from docs/api.md alone. */
const PROGRAM = new URL("../../docs/examples/mirror.py", import.meta.url).pathname;
const NO_LIMIT = { RATE_LIMIT_PER_SECOND: 1_000_000, RATE_LIMIT_BURST: 1_000_000 };
const PRODUCTS = 12;

interface Service {
  /** Where the service is now. */
  readonly url: string;
  readonly token: string;
}

/** What the program keeps: of each product its name and unit, its quantity and value. */
interface Copy {
  readonly products: Readonly<Record<string, readonly string[]>>;
  readonly stock: Readonly<Record<string, readonly string[]>>;
}

async function call(
  { url, token }: Service,
  method: string,
  path: string,
  json?: object,
  more: Record<string, string> = {},
): Promise<Answer> {
  const headers = { authorization: `Bearer ${token}`, ...more };
  if (json === undefined) return answerOf(await fetch(`${url}${path}`, { method, headers }));
  const sent = { ...headers, "content-type": "application/json" };
  const body = JSON.stringify(json);
  return answerOf(await fetch(`${url}${path}`, { method, headers: sent, body }));
}

/** Every element of a list of the service itself. */
async function listed(service: Service, path: string) {
  const all = [];
  for (let cursor: string | null = "start"; cursor !== null; ) {
    const { body }: Answer = await call(service, "GET", `${path}?limit=100&cursor=${cursor}`);
    all.push(...body.data);
    cursor = body.pagination.next_cursor;
  }
  return all;
}

async function truth(service: Service): Promise<Copy> {
  const products = (await listed(service, "/api/products")).map(({ code, name, unit }) => [
    code,
    [name, unit],
  ]);
  const stock = (await listed(service, "/api/stock")).map(({ code, quantity, stock_value }) => [
    code,
    [String(quantity), String(stock_value)],
  ]);
  return { products: Object.fromEntries(products), stock: Object.fromEntries(stock) };
}

/** Members in one order, numbers as JavaScript writes them. */
const plain = ({ products, stock }: Copy) => ({
  products: Object.fromEntries(Object.entries(products).sort()),
  stock: Object.fromEntries(
    Object.entries(stock)
      .sort()
      .map(([code, values]) => [code, values.map(Number)]),
  ),
});

/** Starts the program over a file; `follow` leaves it on the stream. */
const started = ({ token }: Service, url: string, state: string, follow: boolean) =>
  Bun.spawn(["python3", PROGRAM, state, ...(follow ? ["follow"] : [])], {
    env: { ...process.env, SGE_URL: url, SGE_TOKEN: token },
    stdout: "pipe",
    stderr: "pipe",
  });

/** Runs the program once, and gives the copy that it prints. */
async function runOnce(service: Service, url: string, state: string): Promise<Copy> {
  const program = started(service, url, state, false);
  const [out, error, code] = await Promise.all([
    new Response(program.stdout).text(),
    new Response(program.stderr).text(),
    program.exited,
  ]);
  expect([code, error]).toEqual([0, ""]);
  return JSON.parse(out);
}

async function untilEqual(service: Service, state: string): Promise<void> {
  const right = plain(await truth(service));
  const deadline = AbortSignal.timeout(20_000);
  const kept = async () =>
    (await Bun.file(state).exists()) ? plain(JSON.parse(await Bun.file(state).text())) : null;
  while (!Bun.deepEquals(await kept(), right) && !deadline.aborted) await Bun.sleep(20);
  expect(await kept()).toEqual(right);
}

/** Sends a write until it has an answer: with its key it is carried out once, whatever is cut. */
async function sendUntilAnswered(send: () => Promise<Answer>): Promise<Answer> {
  let last: Answer | null = null;
  for (let n = 0; n < 1_500; n += 1) {
    const answer = await send().catch(() => null);
    last = answer ?? last;
    if (answer !== null && answer.status < 499 && answer.body?.code !== "idempotency.in_progress")
      return answer;
    await Bun.sleep(50);
  }
  throw new Error(`the service does not answer; at last ${last?.status} ${last?.text}`);
}

const code = (random: Random) => `P${random.below(PRODUCTS)}`;

/** One write of a shop: an entry, an exit, several at once, a product, a note, a reversal. */
async function writeSomething(service: Service, random: Random, n: number): Promise<Answer> {
  const post = (path: string, json: object) => {
    const key = { "idempotency-key": newId() };
    return sendUntilAnswered(() => call(service, "POST", path, json, key));
  };
  const line = () => ({
    product_code: code(random),
    type: random.below(3) === 0 ? "SAIDA" : "ENTRADA",
    quantity: (1 + random.below(60_000)) / 10_000,
    ...(random.below(2) === 0 ? { unit_cost: (1 + random.below(90_000)) / 10_000 } : {}),
  });
  const kind = random.below(40);
  if (kind === 0) {
    const name = `PRODUTO ${n} ÇÃO`;
    return post("/api/products", { code: `N${n}/${random.below(9)}`, name, unit: "UN" });
  }
  if (kind === 1)
    return sendUntilAnswered(() =>
      call(service, "PATCH", `/api/products/${code(random)}`, { name: `OUTRO NOME ${n}` }),
    );
  if (kind === 2)
    return post("/api/movements/batch", {
      items: Array.from({ length: 1 + random.below(70) }, () => ({ ...line(), type: "ENTRADA" })),
    });
  if (kind === 3) {
    const { accessKey, xml } = syntheticNote({ seed: 10_000 + n, items: 1 + random.below(3) });
    const headers = { authorization: `Bearer ${service.token}`, "content-type": "text/xml" };
    const send = async () =>
      answerOf(
        await fetch(`${service.url}/api/nfe/upload?approve=true`, {
          method: "POST",
          headers: { ...headers, "idempotency-key": `nota-${n}` },
          body: xml,
        }),
      );
    const answer = await sendUntilAnswered(send);
    if (random.below(3) === 0)
      await post(`/api/nfes/${accessKey}/reverse`, { reason: "devolvida ao fornecedor" });
    return answer;
  }
  return post("/api/movements", line());
}

const withFolder = async (body: (folder: string) => Promise<void>) => {
  const folder = await mkdtemp(join(tmpdir(), "sge-mirror-"));
  await body(folder).finally(() => rm(folder, { recursive: true, force: true }));
};

async function withProducts(service: Service): Promise<void> {
  for (let n = 0; n < PRODUCTS; n += 1)
    await call(service, "POST", "/api/products", {
      code: `P${n}`,
      name: `PRODUTO ${n}`,
      unit: "UN",
    });
}

/** Cuts the proxy, and kills both programs, at random, until the signal; gives how often. */
async function trouble(
  service: Service,
  proxy: Awaited<ReturnType<typeof faultyProxy>>,
  folder: string,
  random: Random,
  over: AbortSignal,
) {
  const done = { cuts: 0, kills: 0 };
  const open = (follow: boolean) =>
    started(service, proxy.url, join(folder, follow ? "stream.json" : "pages.json"), follow);
  const programs = [open(true), open(false)];
  while (!over.aborted) {
    await Bun.sleep(30 + random.below(250));
    if (random.below(2) === 0) {
      proxy.become("cut");
      done.cuts += 1;
      await Bun.sleep(random.below(120));
      proxy.become(random.below(3) === 0 ? { slowMs: random.below(40) } : "open");
    } else {
      const at = random.below(2);
      programs[at]?.kill("SIGKILL");
      await programs[at]?.exited;
      done.kills += 1;
      programs[at] = open(at === 0);
    }
  }
  for (const program of programs) {
    program.kill("SIGKILL");
    await program.exited;
  }
  proxy.become("open");
  return done;
}

/** Both programs, started again over what the killed ones have left, reach what the service has. */
async function bothAreEqual(service: Service, url: string, folder: string): Promise<void> {
  const right = plain(await truth(service));
  expect(plain(await runOnce(service, url, join(folder, "pages.json")))).toEqual(right);
  const state = join(folder, "stream.json");
  const program = started(service, url, state, true);
  await untilEqual(service, state);
  program.kill("SIGKILL");
  await program.exited;
}

const WRITES = 40;
const noPython = withoutProgram("python3");

testUnless(noPython)(
  `a copy in Python equals products and stock after ${WRITES} writes, though it is killed and cut off`,
  () =>
    withServer(
      (service) =>
        withFolder(async (folder) => {
          await withProducts(service);
          await using proxy = await faultyProxy(service.port);
          const over = new AbortController();
          const random = new Random(1);
          const troubled = trouble(service, proxy, folder, random, over.signal);
          const writing = new Random(2);
          for (let n = 0; n < WRITES; n += 1) await writeSomething(service, writing, n);
          over.abort();
          await troubled;
          await bothAreEqual(service, proxy.url, folder);
        }),
      NO_LIMIT,
    ),
  60_000,
);

/** Removes all events but the newest one, as after EVENTS_KEEP_DAYS. */
const expire = ({ ports }: Server) =>
  expireEvents({ ...ports, clock: { now: () => Date.now() + 400 * 86_400_000 } });

testInFullUnless(noPython)(
  "a copy in Python whose place in the feed is no longer kept reads the stock again, by pages and on the stream",
  () =>
    withServer(
      (service) =>
        withFolder(async (folder) => {
          await withProducts(service);
          const [pages, stream] = [join(folder, "pages.json"), join(folder, "stream.json")];
          const first = await runOnce(service, service.url, pages);
          expect(Object.keys(first.products)).toHaveLength(PRODUCTS);
          const { cursor } = await Bun.file(pages).json();
          await Bun.write(stream, await Bun.file(pages).text());
          const random = new Random(3);
          for (let n = 0; n < 30; n += 1) await writeSomething(service, random, n);
          expect(await expire(service)).toBeGreaterThan(10);
          expect((await call(service, "GET", `/api/events?after=${cursor}`)).status).toBe(410);
          await bothAreEqual(service, service.url, folder);
        }),
      NO_LIMIT,
    ),
  60_000,
);

const MANY = 10_000;

testInFullUnless(noPython)(
  `a copy in Python equals products and stock after ${MANY} writes, though the service is killed too`,
  () =>
    withFolder(async (folder) => {
      await using data = await temporaryFolder();
      const open = async (port: string) => {
        const one = startProcess(data.path, { RATE_LIMIT_PER_SECOND: "0", PORT: port });
        return { one, url: await one.listening };
      };
      let { one: running, url } = await open("0");
      const { port } = new URL(url);
      const service: Service = { url, token: await signIn(url) };
      await withProducts(service);
      await using proxy = await faultyProxy(Number(port));
      const over = new AbortController();
      const troubled = trouble(service, proxy, folder, new Random(1), over.signal);
      const killed = (async () => {
        for (let times = 0; ; times += 1) {
          await Bun.sleep(6_000);
          if (over.signal.aborted) return times;
          running.child.kill("SIGKILL");
          await running.child.exited;
          ({ one: running, url } = await open(port));
        }
      })();
      let next = 0;
      const writer = async (seed: number) => {
        const random = new Random(seed);
        while (next < MANY) await writeSomething(service, random, next++);
      };
      await Promise.all([10, 11, 12, 13].map(writer));
      over.abort();
      const { cuts, kills } = await troubled;
      expect([cuts > 50, kills > 50, (await killed) > 3]).toEqual([true, true, true]);
      await bothAreEqual(service, proxy.url, folder);
      await running[Symbol.asyncDispose]();
    }),
  1_800_000,
);
