import {
  checkedBatches,
  type Installation,
  installationOf,
} from "../../src/platform/installation.ts";
import type { BatchClient } from "../../src/platform/libsql/group-writer.ts";
import { rowsOf } from "../../src/platform/libsql/rows.ts";
import { type Contract, claim, like, rejection, same } from "./claims.ts";

/** A database with the migrations of this program. */
export interface OpenInstallation {
  readonly batches: BatchClient;
  readonly reading: Parameters<typeof installationOf>[0];
  close(): Promise<void>;
}

const PLACE = "insert into sweep_places (company, task, place, updated_at) values (1, ?1, '', 0)";
const COMPANY = `insert into companies (id, name, cnpjs, environment, time_zone, auto_approve, overridable_holds,
          require_signature, require_mapping, allow_negative, settings_version, created_at, updated_at)
          select 1, 'A', '[]', 'production', 'UTC', 0, '[]', 0, 0, 0, 1, 0, 0
  where not exists (select 1 from companies where id = 1)`;
const GONE = { code: "STORAGE_GONE" };

const found = async ({ reading }: OpenInstallation): Promise<Installation> => {
  const installation = await installationOf(reading);
  claim(installation !== null, "no installation");
  return installation;
};

/** Commits that are sealed as one process would; `known` is what it expects. */
async function sealed(world: OpenInstallation) {
  await world.batches.batch([COMPANY, "delete from sweep_places"], "write");
  const reported: Installation[] = [];
  const known = { now: null as Installation | null };
  const batches = checkedBatches(world.batches, "sge.db", {
    expected: () => known.now,
    committed(now) {
      reported.push(now);
      known.now = now;
    },
  });
  const write = (task: string) => batches.batch([{ sql: PLACE, args: [task] }], "write");
  const tasks = async () =>
    rowsOf(await world.reading.execute("select task from sweep_places order by task")).map(
      ({ task }) => task,
    );
  return { batches, known, reported, write, tasks };
}

/** Whose database it is, and what it has had, held by the database in each batch. */
export const installationContract: Contract<() => Promise<OpenInstallation>> = [
  {
    name: "each batch is counted before it resolves, and returns the rows of its own statements",
    async run(open) {
      const world = await open();
      const { batches, reported, write } = await sealed(world);
      const before = await found(world);
      await write("a");
      const answers = await batches.batch(
        ["select 1 as one", "select task from sweep_places", "select 3 as three"],
        "write",
      );
      same(answers.map(rowsOf), [[{ one: 1 }], [{ task: "a" }], [{ three: 3 }]]);
      same(reported, [
        { id: before.id, commits: before.commits + 1 },
        { id: before.id, commits: before.commits + 2 },
      ]);
      same(await found(world), reported[1]);
      await world.close();
    },
  },
  {
    name: "a batch for another id, fewer commits or no table is refused whole, and is not counted",
    async run(open) {
      const world = await open();
      const { known, reported, write, tasks } = await sealed(world);
      await write("a");
      const now = await found(world);
      for (const other of [
        { id: "f".repeat(32), commits: 0 },
        { id: now.id, commits: now.commits + 1 },
      ]) {
        known.now = other;
        like(await rejection(write("b")), GONE);
      }
      known.now = now;
      await world.batches.batch(["alter table installation rename to hidden"], "write");
      like(await rejection(write("b")), GONE);
      await world.batches.batch(["alter table hidden rename to installation"], "write");
      same(await tasks(), ["a"]);
      same(reported.length, 1);
      await write("c");
      same(await tasks(), ["a", "c"]);
      await world.close();
    },
  },
  {
    name: "a batch that fails for its own reason keeps its error, and is not counted",
    async run(open) {
      const world = await open();
      const { write, reported } = await sealed(world);
      await write("a");
      const before = await found(world);
      const error = await rejection(write("a"));
      claim(
        error instanceof Error && "code" in error && String(error.code).includes("CONSTRAINT"),
        String(error),
      );
      same(await found(world), before);
      same(reported.length, 1);
      await world.close();
    },
  },
];
