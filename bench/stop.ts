import { figure, spread, table, targetTable } from "./figures.ts";
import { keptIn } from "./ledger.ts";
import { load } from "./load.ts";
import { startService } from "./server.ts";

/**
 * T14: a service with 64 uploaders is stopped by SIGTERM or SIGKILL. How long that takes, and which acknowledged notes are then
 * missing in its database.
 * bun bench/stop.ts [rounds = 5]
 */
const [rounds = 5] = process.argv.slice(2).map(Number);
const UNDER_LOAD_MS = 2_000;

interface End {
  readonly ms: number;
  readonly acknowledged: number;
  readonly missing: number;
  readonly wrongBalances: number;
}

async function end(signal: "SIGTERM" | "SIGKILL"): Promise<End> {
  await using service = await startService();
  const sent = new Set<string>();
  const loading = load({
    url: service.url,
    connections: 64,
    seconds: 30,
    next: () => service.upload(),
    acknowledged: ({ names }) => {
      for (const name of names) sent.add(name);
    },
  });
  await Bun.sleep(UNDER_LOAD_MS);
  const ms = await service.stop(signal);
  await loading;
  const { approved, wrongBalances } = keptIn(service.database);
  return { ms, acknowledged: sent.size, missing: sent.difference(approved).size, wrongBalances };
}

const ends: Record<"SIGTERM" | "SIGKILL", End[]> = { SIGTERM: [], SIGKILL: [] };
for (let round = 0; round < rounds; round += 1)
  for (const signal of ["SIGTERM", "SIGKILL"] as const) ends[signal].push(await end(signal));

const sum = (values: readonly End[], of: (one: End) => number) =>
  values.reduce((total, one) => total + of(one), 0);
console.log(
  table(
    ["", "ms to the exit", "notes acknowledged", "of them missing", "wrong balances"],
    Object.entries(ends).map(([signal, all]) => [
      signal,
      spread(all.map((one) => one.ms)),
      figure(sum(all, (one) => one.acknowledged)),
      String(sum(all, (one) => one.missing)),
      String(sum(all, (one) => one.wrongBalances)),
    ]),
  ),
);
console.log("");
console.log(
  targetTable([
    {
      id: "T14",
      what: "ms from SIGTERM to the exit, the slowest",
      values: [Math.max(...ends.SIGTERM.map((one) => one.ms))],
      bound: "≤",
      must: 1_000,
      stretch: 200,
    },
    {
      id: "T14",
      what: "acknowledged uploads missing, SIGTERM and SIGKILL",
      values: [sum([...ends.SIGTERM, ...ends.SIGKILL], (one) => one.missing)],
      bound: "≤",
      must: 0,
      stretch: 0,
    },
  ]),
);
