import { afterEach, beforeEach, expect, test } from "bun:test";
import { abortMove, moveCompany } from "../../src/homes/move.ts";
import { bringPeople } from "../../src/homes/people.ts";
import { removeLeft } from "../../src/homes/remove.ts";
import { TABLES } from "../../src/homes/tables.ts";
import type { Ports } from "../../src/ports/ports.ts";
import type { Writer } from "../../src/ports/sql.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { flawsOf, type TwoHomes, twoHomes } from "../support/homes.ts";

let two: TwoHomes;
beforeEach(async () => {
  two = await twoHomes();
});
afterEach(() => two.close());

const runner = { name: "test", hasEnded: () => false };
const move = (to: string, onStep?: (step: string) => void) =>
  moveCompany({ ...two.ports, homes: two.homes }, 1, to, runner, onStep);
const upload = async (seed: number) => {
  const { status } = await two.upload(syntheticNote({ seed }).xml, "?approve=true");
  expect(status).toBe(200);
};
const ROUTES = [
  "/api/products",
  "/api/nfes",
  "/api/stock",
  "/api/movements/list",
  "/api/dashboard/stats",
  "/api/categories",
  "/api/events",
  "/api/company",
  "/api/users",
  "/api/keys",
  "/api/me",
];
const answers = async () => {
  const all = await Promise.all(ROUTES.map((path) => two.send("GET", path)));
  return all.map(({ status, body }) => ({ status, body }));
};

test("a company has the same answers, cursors and ids after a move to another database and back", async () => {
  for (const seed of [1, 2, 3]) await upload(seed);
  await two.send("POST", "/api/users", {
    json: { name: "Ana", email: "ana@loja.example", role: "OPERADOR" },
  });
  const before = await answers();
  expect(before.map(({ status }) => status)).toEqual(ROUTES.map(() => 200));
  const cursor = (await two.send("GET", "/api/events?after=end")).body.next_cursor;

  expect(await move("norte")).toBe(true);
  expect(await move("norte")).toBe(false);
  expect(await answers()).toEqual(before);
  await upload(4);
  const [there, here] = await Promise.all(
    [two.norte, two.ports].map((ports) =>
      ports.reader.rows({
        sql: "select count(*) as n, max(id) as last from notes where company = 1",
        args: [],
      }),
    ),
  );
  expect([there?.[0]?.n, here?.[0]?.n]).toEqual([4, 3]);
  expect(Number(there?.[0]?.last)).toBeGreaterThan(2 ** 36);
  const next = await two.send("GET", `/api/events?after=${cursor}`);
  expect(next.body.data.map(({ type }: { type: string }) => type)).toContain("nfe.registered");

  await two.send("POST", "/api/users", {
    json: { name: "Bia", email: "bia@loja.example", role: "OPERADOR" },
  });
  // A request of people brings its line itself; the periodic run finds nothing.
  expect(await bringPeople(two.ports)).toBe(0);
  const audit = await two.send("GET", "/api/audit/logs?limit=5");
  expect(audit.text).toContain("user.create");
  expect(await flawsOf(two.norte, 1)).toEqual([]);

  const between = await answers();
  expect(await move("first")).toBe(true);
  expect(await answers()).toEqual(between);
  await upload(5);
  const last = await two.send("GET", `/api/events?after=${next.body.next_cursor}`);
  expect(last.body.data.length).toBeGreaterThan(0);
  expect(await flawsOf(two.ports, 1)).toEqual([]);
});

test("rows that a company has left behind are removed after an hour, and none of the others", async () => {
  await upload(1);
  await two.send("POST", "/api/products", {
    as: "otherCompany",
    json: { code: "A", name: "Outra", unit: "UN" },
  });
  await move("norte");
  const left = async () => {
    const counts = await two.ports.reader.rows({
      sql: TABLES.map(
        (name) => `select '${name}' as name, count(*) as n from ${name} where company = 1`,
      ).join(" union all "),
      args: [],
    });
    return counts.filter(({ n }) => Number(n) > 0).map(({ name }) => name);
  };
  expect(await removeLeft(two.ports)).toBe(0);
  two.ports.clock.advance(3_600_001);
  expect(await removeLeft(two.ports)).toBeGreaterThan(0);
  expect(await left()).toEqual(["cache_versions"]);
  expect((await two.send("GET", "/api/nfes")).body.data).toHaveLength(1);
  const others = await two.send("GET", "/api/products", { as: "otherCompany" });
  expect(others.body.data).toHaveLength(1);
});

test("a move that is given up leaves the company writable where it was", async () => {
  await upload(1);
  const stop = new Error("stop");
  const stopping = move("norte", (step) => {
    if (step === "freeze") throw stop;
  });
  await expect(stopping).rejects.toBe(stop);
  await abortMove({ ...two.ports, homes: two.homes }, 1, runner);
  await upload(2);
  expect(await flawsOf(two.ports, 1)).toEqual([]);
  expect(await move("norte")).toBe(true);
  expect(await flawsOf(two.norte, 1)).toEqual([]);
});

/** The directory and the state of the company in both databases. */
const places = () =>
  Promise.all(
    [two.norte, two.ports].map((ports) =>
      ports.reader.rows({
        sql: "select home, frozen, copier, left_at from companies where id = 1",
        args: [],
      }),
    ),
  );

test.each(["norte", "first"])(
  "a run that stalls after the switch to %s, and wakes when the company has moved on and back, writes nothing",
  async (to) => {
    await upload(1);
    if (to === "first") await move("norte");
    const gate = Promise.withResolvers<void>();
    let isStalled = false;
    const stalling = ({ reader, writer }: Pick<Ports, "reader" | "writer">) => {
      const commit: Writer["commit"] = async (job, signal) => {
        if (isStalled) await gate.promise;
        return writer.commit(job, signal);
      };
      return { reader, writer: { commit } };
    };
    const named = (name: string) => {
      const ports = two.homes.named(name);
      return ports === undefined ? undefined : stalling(ports);
    };
    const homes = { first: stalling(two.ports), names: two.homes.names, named };
    const stalled = moveCompany({ ...two.ports, homes }, 1, to, runner, (step) => {
      if (step === "finish") isStalled = true;
    }).catch(() => undefined);
    while (!isStalled) await Bun.sleep(1);
    const others = { name: "another", hasEnded: () => true };
    const back = to === "norte" ? "first" : "norte";
    for (const next of [to, back])
      await moveCompany({ ...two.ports, homes: two.homes }, 1, next, others);
    const before = await places();
    gate.resolve();
    await stalled;
    expect(await places()).toEqual(before);
    await upload(2);
    expect(await flawsOf(two.homes.named(back) ?? two.ports, 1)).toEqual([]);
  },
);

test("a company of another database loses the requests of a key with the person who made it, and with their role", async () => {
  const { body: made } = await two.send("POST", "/api/users", {
    json: {
      name: "Ana",
      email: "ana@loja.example",
      role: "GERENTE",
      password: "uma-senha-bem-longa",
    },
  });
  expect(await move("norte")).toBe(true);
  const keys = () =>
    two.norte.reader.rows({
      sql: "select role, revoked_at is null as stands from api_keys where company = 1 and id = 'k1'",
      args: [],
    });
  await two.ports.database.writing.execute({
    sql: `insert into api_keys (company, id, name, hash, role, created_by, created_at)
      values (1, 'k1', 'Ana', hex(randomblob(32)), 'GERENTE', ?1, 0)`,
    args: [made.id],
  });
  const path = `/api/users/${made.id}`;
  const change = async (json: object) => {
    const { status, text } = await two.send("PUT", path, { json });
    expect([status, text]).toEqual([200, text]);
    return keys();
  };
  await two.send("POST", "/api/products", { json: { code: "P1", name: "Parafuso", unit: "UN" } });
  await two.norte.database.writing.execute({
    sql: `insert into confirmations (company, id, state, plan_hash, tool, args, summary, permission, asked_by_user, asked_by_key,
        asked_at, expires_at)
      values (1, 'c1', 'waiting', hex(zeroblob(32)), 'record_movement', ?1, 'Entrada', 'operate', ?2, 'k1', ?3, ?3 + 900000)`,
    args: [
      JSON.stringify({ product_code: "P1", type: "ENTRADA", quantity: 1, unit_cost: 1 }),
      made.id,
      two.ports.clock.now(),
    ],
  });
  const state = async () => (await two.send("GET", "/api/confirmations/c1")).body.state;
  expect(await change({ role: "OPERADOR" })).toEqual([{ role: "OPERADOR", stands: 1 }]);
  expect(await state()).toBe("waiting");
  expect(await change({ role: "VISUALIZADOR" })).toEqual([{ role: "VISUALIZADOR", stands: 1 }]);
  expect(await state()).toBe("expired");
  expect(await change({ role: "OPERADOR", active: false })).toMatchObject([{ stands: 0 }]);
  expect(await state()).toBe("expired");
  expect(await change({ active: true, role: "ADMIN" })).toEqual([{ role: "GERENTE", stands: 1 }]);
  const { body: shown } = await two.send("GET", "/api/confirmations/c1");
  const json = { plan_hash: shown.current_plan_hash };
  const confirmed = await two.send("POST", "/api/confirmations/c1", { json });
  expect([confirmed.status, confirmed.text]).toEqual([200, confirmed.text]);
});
