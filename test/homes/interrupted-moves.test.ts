import { afterEach, beforeEach, expect, test } from "bun:test";
import { abortMove, moveCompany } from "../../src/homes/move.ts";
import { bringPeople } from "../../src/homes/people.ts";
import { removeLeft } from "../../src/homes/remove.ts";
import type { MovePorts } from "../../src/homes/running-move.ts";
import type { Writer } from "../../src/ports/sql.ts";
import { Random } from "../../src/synthetic/random.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { testInFull } from "../support/full.ts";
import { flawsOf, type TwoHomes, twoHomes } from "../support/homes.ts";

let two: TwoHomes;
beforeEach(async () => {
  two = await twoHomes();
});
afterEach(() => two.close());

const runner = (name: string) => ({ name, hasEnded: () => true });
const movePorts = (): MovePorts => ({ ...two.ports, homes: two.homes });
const move = (to: string, name = "whole") => moveCompany(movePorts(), 1, to, runner(name));

/** The ports of a run that calls `before` before each of its writes, which may wait or throw. */
function watchedPorts(before: (n: number) => Promise<void> | void): MovePorts {
  let writes = 0;
  const watched = (writer: Writer): Writer => ({
    async commit(job, signal) {
      writes += 1;
      await before(writes);
      return writer.commit(job, signal);
    },
  });
  const named = new Map(
    two.homes.names.map((name) => {
      const { reader, writer } = two.homes.named(name) ?? two.ports;
      return [name, { reader, writer: watched(writer) }] as const;
    }),
  );
  const first = named.get("first");
  if (first === undefined) throw new Error("no first home");
  const homes = { first, names: two.homes.names, named: (name: string) => named.get(name) };
  return { ...two.ports, homes };
}

class Killed extends Error {}
const killedBefore = (last: number) =>
  watchedPorts((n) => {
    if (n >= last) throw new Killed();
  });

/** A move that dies when it has come to a step. */
async function dieAt(step: string, to: string): Promise<void> {
  let isDead = false;
  const ports = watchedPorts(() => {
    if (isDead) throw new Killed();
  });
  const dead = moveCompany(ports, 1, to, runner("dead"), (now) => {
    isDead ||= now === step;
  });
  await expect(dead).rejects.toBeInstanceOf(Killed);
}

/** A run that stops before a write (its number, or the step it has come to), as by Ctrl-Z in a shell, until it goes on. */
function stoppedBefore(
  at: number | string,
  run: (ports: MovePorts, onStep: (step: string) => void) => Promise<unknown>,
) {
  const reached = Promise.withResolvers<void>();
  const gate = Promise.withResolvers<void>();
  let isThere = false;
  const ports = watchedPorts(async (n) => {
    if (n !== at && !isThere) return;
    isThere = true;
    reached.resolve();
    await gate.promise;
  });
  const onStep = (step: string): void => {
    isThere ||= step === at;
  };
  const end = run(ports, onStep).then(
    () => null,
    (error: unknown) => error,
  );
  return {
    stopped: Promise.race([reached.promise, end]),
    async goOn() {
      gate.resolve();
      return await end;
    },
  };
}

const upload = async (seed: number) => {
  const { status } = await two.upload(syntheticNote({ seed, items: 2 }).xml, "?approve=true");
  expect(status).toBe(200);
};
const addUser = async (name: string) => {
  const json = { name, email: `${name}@loja.example`, role: "OPERADOR" };
  expect((await two.send("POST", "/api/users", { json })).status).toBe(201);
};
/** The lines of the audit log that say who came, as all of its readers see them. */
const createdUsers = async () => {
  const { text } = await two.send("GET", "/api/audit/logs?limit=100");
  return text.split("user.create").length - 1;
};
const rename = async (name: string) =>
  (await two.send("PATCH", "/api/products/A", { json: { name } })).status;
const nameOfA = async () => (await two.send("GET", "/api/products/A")).body.name;
const addProduct = async () => {
  const json = { code: "A", name: "Um", unit: "UN" };
  expect((await two.send("POST", "/api/products", { json })).status).toBe(201);
};
const homeOf = async () => {
  const [row] = await two.rows(
    "select coalesce(home, 'first') as home from companies where id = 1",
  );
  return two.homes.named(String(row?.home)) ?? two.ports;
};

test("the audit log has each line once that is written while its company is copied into the first database", async () => {
  await move("norte");
  await addUser("ana");
  const stopped = stoppedBefore("freeze", (ports, onStep) =>
    moveCompany(ports, 1, "first", runner("slow"), onStep),
  );
  await stopped.stopped;
  expect(await two.rows("select id from audit where company = 1")).not.toEqual([]);
  await addUser("bia");
  await bringPeople(two.ports);
  expect(await stopped.goOn()).toBeNull();
  expect(await createdUsers()).toBe(2);
  expect(await flawsOf(two.ports, 1)).toEqual([]);
});

test("a move into the first database that is given up, however often that is begun, doubles no audit line", async () => {
  await move("norte");
  await addUser("ana");
  await dieAt("switch", "first");
  await addUser("bia");
  for (let last = 1; ; last += 1) {
    const end = await abortMove(killedBefore(last), 1, runner(`abort ${last}`)).catch(
      (error: unknown) => error,
    );
    if (!(end instanceof Killed)) break;
  }
  await addUser("eva");
  await bringPeople(two.ports);
  expect(await createdUsers()).toBe(3);
  expect(await flawsOf(two.norte, 1)).toEqual([]);
  expect(await removeLeft(two.ports)).toBeGreaterThan(0);
  expect(await two.rows("select id from audit where company = 1")).toEqual([]);
  expect(await createdUsers()).toBe(3);
});

test.each([5, 6])(
  "a move whose end was killed at write %i can be made, and keeps what was written meanwhile",
  async (last) => {
    await addProduct();
    await dieAt("switch", "norte");
    const abort = abortMove(killedBefore(last), 1, runner("abort"));
    await expect(abort).rejects.toBeInstanceOf(Killed);
    const isOpen = (await rename("Dois")) === 200;
    expect(await move("norte")).toBe(true);
    expect(await nameOfA()).toBe(isOpen ? "Dois" : "Um");
    expect(await flawsOf(two.norte, 1)).toEqual([]);
  },
);

test("a move that has switched when its end is asked for can only go on", async () => {
  await addProduct();
  await dieAt("switch", "norte");
  const abort = stoppedBefore(1, (ports) => abortMove(ports, 1, runner("abort")));
  await abort.stopped;
  await dieAt("finish", "norte");
  expect(await abort.goOn()).toMatchObject({ failure: { code: "move.nothing_to_undo" } });
  expect(await move("norte")).toBe(true);
  expect(await rename("Dois")).toBe(200);
  expect(await flawsOf(two.norte, 1)).toEqual([]);
});

test("rows left behind by a move that was resumed after its switch are removed too", async () => {
  await upload(1);
  await dieAt("finish", "norte");
  expect(await move("norte")).toBe(true);
  two.ports.clock.advance(3_600_001);
  expect(await removeLeft(two.ports)).toBeGreaterThan(0);
  expect(await two.rows("select id from notes where company = 1")).toEqual([]);
});

/**
 * Two runs of one move, each stopped once, and a third one that ends it: what was acknowledged is there. `abort`: the first run
 * gives up a move that another one had begun.
 */
async function threeRuns(
  to: string,
  first: number | string,
  second: number | string,
  what: "move" | "abort" = "move",
) {
  await addProduct();
  await upload(1);
  if (to === "first") await move("norte");
  if (what === "abort") await dieAt("switch", to);
  const one = stoppedBefore(first, (ports, onStep) =>
    what === "abort"
      ? abortMove(ports, 1, runner("abort"))
      : moveCompany(ports, 1, to, runner("one"), onStep),
  );
  await one.stopped;
  const other = stoppedBefore(second, (ports, onStep) =>
    moveCompany(ports, 1, to, runner("two"), onStep),
  );
  await other.stopped;
  let known = "Um";
  const write = async (name: string) => {
    if ((await rename(name)) === 200) known = name;
  };
  await write("Dois");
  await one.goOn();
  await write("Três");
  await other.goOn();
  await write("Quatro");
  await move(to, "three");
  expect(await nameOfA()).toBe(known);
  expect(await rename("Cinco")).toBe(200);
  expect(await flawsOf(await homeOf(), 1)).toEqual([]);
  const [left] = await two.rows("select count(*) as n from moves");
  expect(left).toEqual({ n: 0 });
  for (const ports of [two.ports, two.norte])
    expect(
      await ports.reader.rows({
        sql: "select name from sqlite_schema where type = 'trigger' and name like 'moving_%'",
        args: [],
      }),
    ).toEqual([]);
}

test.each([
  ["first", "freeze", "move"],
  ["norte", 6, "abort"],
] as const)(
  "a run to %s that stops at %p (%s) and goes on before its successor switches loses nothing",
  (to, first, what) => threeRuns(to, first, "switch", what),
);

testInFull(
  "any two runs of one move, each stopped before any of its writes, lose nothing",
  async () => {
    const random = new Random(11);
    for (let n = 0; n < 150; n += 1) {
      await two.close();
      two = await twoHomes();
      const [first, second] = [random.between(1, 60), random.between(1, 60)];
      const to = n % 2 === 0 ? "norte" : "first";
      await threeRuns(to, first, second, n % 3 === 0 ? "abort" : "move");
    }
  },
  600_000,
);
