import { expect, test } from "bun:test";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import { Random } from "../../../src/synthetic/random.ts";
import { type Answer, type TestApp, withApp } from "../../support/app.ts";
import { FULL } from "../../support/full.ts";
import { ACCOUNT_KINDS } from "../../support/idempotency/account-kinds.ts";
import { type Keyed, sendOnce, sendUntilAnswered } from "../../support/idempotency/cut-sending.ts";
import { NOTE_KINDS } from "../../support/idempotency/note-kinds.ts";
import { SEFAZ_KINDS } from "../../support/idempotency/sefaz-kinds.ts";
import { STOCK_KINDS } from "../../support/idempotency/stock-kinds.ts";
import { type Kind, TAKES_ALL, twoCompanies, type World } from "../../support/idempotency/world.ts";

const KINDS: readonly Kind[] = [...NOTE_KINDS, ...STOCK_KINDS, ...ACCOUNT_KINDS, ...SEFAZ_KINDS];
const CLIENTS = 64;
/** Of both companies; one of each kind is the least. */
const REQUESTS = FULL ? 500 : 0;

interface Order extends Keyed {
  readonly kind: Kind;
}

/** The POSTs of a company: one of each kind, and more of them up to `least`. */
async function ordersOf(world: World, least: number): Promise<Order[]> {
  const made: Order[] = [];
  for (let n = 0; n === 0 || made.length < least; n++)
    for (const kind of KINDS)
      if (n < (kind.most ?? least + 1))
        made.push({
          kind,
          world,
          sent: await kind.make(world, n),
          key: `${KINDS.indexOf(kind)}-${n}`,
        });
  return made;
}

/** Rows that say how often something was asked, and not what was done; memberships are also those of the other company's people. */
const ASIDE = [
  ...["idempotency_keys", "cache_versions", "sweep_places", "known_networks", "queue"],
  ...["audit", "memberships", "ledger_spans", "sefaz_calls"],
];
/** A login is done as often as it is asked for; a batch that was cut finds its documents registered. */
const ASKED = ["login", "session.company", "nfe.refuse"];

/** How many rows each table has of a company, and how many lines its audit log has of each action. */
async function tally({ rows }: TestApp, company: number): Promise<Record<string, number>> {
  const tables = await rows(
    `select m.name from sqlite_master m join pragma_table_info(m.name) c on c.name = 'company'
      where m.type = 'table' and m.name not in (select value from json_each(?1))`,
    [JSON.stringify(ASIDE)],
  );
  const counts = tables.map(
    ({ name }) => `select '${name}' as name, count(*) as n from ${name} where company = ?1`,
  );
  const actions =
    "select 'audit ' || action as name, count(*) as n from audit where company = ?1 and action not in (select value from json_each(?2)) group by 1";
  const events =
    "select 'event ' || type as name, count(*) as n from events where company = ?1 group by 1";
  const found = await rows([...counts, actions, events].join(" union all "), [
    company,
    JSON.stringify(ASKED),
  ]);
  return Object.fromEntries(found.map(({ name, n }) => [String(name), Number(n)]));
}

type Tally = Awaited<ReturnType<typeof tally>>;
/** What has come to a tally. */
const added = (before: Tally, after: Tally): Tally =>
  Object.fromEntries(
    Object.entries(after)
      .map(([name, n]) => [name, n - (before[name] ?? 0)] as const)
      .filter(([, n]) => n !== 0),
  );

/** What comes to a company when each POST is carried out once. */
const carriedOutOnce = async (least: number): Promise<Tally> => {
  let found = {};
  await withApp(async (service) => {
    const [world] = await twoCompanies(service);
    const before = await tally(service, world.company);
    for (const order of await ordersOf(world, least)) await sendOnce(order);
    found = added(before, await tally(service, world.company));
  }, TAKES_ALL);
  return found;
};

/** Members that identify what a request has made; those that only a first answer has (messages, findings) left out. */
function identity({ status, body }: Answer): unknown {
  const { code, access_key, movement, id, count, job_id, intake_address } = body ?? {};
  const made = id ?? count?.id ?? job_id ?? intake_address;
  return { status, code, access_key, movement: movement?.id, made };
}

/** What is wrong with the answers to one order; null: they are as its kind says. */
function complaintOf({ kind }: Order, answers: readonly Answer[]): unknown {
  const done = answers.filter(({ status }) => status < 300);
  const refused = answers.filter(({ status }) => status >= 300);
  // Also of an answer that was kept and is given again.
  if (done.some(({ status, headers }) => status === 202 && !headers.has("location")))
    return "202 without Location";
  const codes = new Set(refused.map(({ body }) => String(body?.code)));
  const allowed = kind.answers === "lost" ? ["idempotency.answer_lost"] : (kind.refusals ?? []);
  const unknown = [...codes].filter((code) => !allowed.includes(code));
  if (unknown.length > 0) return refused.map(({ status, text }) => [status, text]);
  if (kind.answers === "open") return null;
  const [first, ...more] = done.map((answer) => JSON.stringify(identity(answer)));
  if (more.some((one) => one !== first)) return [first, ...more];
  const named = new Set(refused.map(({ body }) => `${body.entity} ${body.id}`));
  return named.size > 1 ? [...named] : null;
}

test("every POST of the contract is among those whose network is cut", () =>
  withApp(async ({ send }) => {
    const { body } = await send("GET", "/openapi.json", { as: "anonymous" });
    const posts = Object.keys(body.paths).filter((path) => body.paths[path].post);
    expect(KINDS.map(({ route }) => route).sort()).toEqual(posts.sort());
  }));

test(`${CLIENTS} clients repeat ${REQUESTS || "all"} cut POSTs of two companies: each effect once`, async () => {
  const once = await carriedOutOnce(REQUESTS / 2);
  await withApp(async (service) => {
    const worlds = await twoCompanies(service);
    const before = await Promise.all(worlds.map(({ company }) => tally(service, company)));
    const both = await Promise.all(worlds.map((world) => ordersOf(world, REQUESTS / 2)));
    const all = both.flat();
    const answers = new Map<Order, Answer[]>(all.map((order) => [order, []]));
    let next = 0;
    const client = async (seed: number) => {
      const random = new Random(seed);
      // Each request is sent by two clients at about the same time.
      while (next < 2 * all.length) {
        const order = all[next++ % all.length];
        if (order !== undefined) answers.get(order)?.push(await sendUntilAnswered(order, random));
      }
    };
    await Promise.all(Array.from({ length: CLIENTS }, (_, seed) => client(seed)));
    for (const order of all) answers.get(order)?.push(await sendUntilAnswered(order, null));
    const wrong = [...answers].flatMap(([order, given]) => {
      const complaint = complaintOf(order, given);
      return complaint === null ? [] : [[order.kind.route, order.world.company, complaint]];
    });
    expect(wrong).toEqual([]);
    for (const [at, { company }] of worlds.entries()) {
      const done = added(before[at] ?? {}, await tally(service, company));
      expect([company, done]).toEqual([company, once]);
      expect(await reconcileAll(service.ports, company)).toEqual([]);
    }
  }, TAKES_ALL);
});
