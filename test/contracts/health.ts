import type { Health } from "../../src/ports/health.ts";
import { type Reader, readerOf } from "../../src/ports/sql.ts";
import { type Contract, claim, same } from "./claims.ts";

export interface OpenHealth {
  readonly health: Health;
  close(): Promise<void>;
}

const working: Reader = readerOf({ rows: async () => [] });
const broken: Reader = readerOf({ rows: () => Promise.reject(new Error("no such table")) });
const silent: Reader = readerOf({ rows: () => new Promise(() => undefined) });

const checked = async ({ health, close }: OpenHealth) => {
  const parts = await health.check();
  await close();
  return new Map(parts.map((part) => [part.name, part]));
};

/** Ports.Health, for every implementation; `open` takes the reader of the database that it asks. */
export const healthContract: Contract<(reader: Reader) => Promise<OpenHealth>> = [
  {
    name: "every part that answers is healthy, with numbers and texts as details",
    async run(open) {
      const parts = await checked(await open(working));
      claim(parts.has("database"), `only ${[...parts.keys()]}`);
      claim(parts.size > 1, "one part is no whole service");
      for (const { name, ok, detail } of parts.values()) {
        same([name, ok], [name, true]);
        for (const [member, value] of Object.entries(detail))
          claim(/^(string|number)$/.test(typeof value), `${name}.${member}`);
      }
    },
  },
  {
    name: "a database that fails is unhealthy, and parts without it are healthy",
    async run(open) {
      const parts = await checked(await open(broken));
      same(parts.get("database")?.ok, false);
      claim(
        [...parts.values()].some(({ ok }) => ok),
        "nothing is well any more",
      );
    },
  },
  {
    name: "a database that does not answer is not waited for",
    async run(open) {
      const parts = await checked(await open(silent));
      same(parts.get("database")?.ok, false);
    },
  },
];
