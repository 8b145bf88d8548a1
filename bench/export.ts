import { openDatabase } from "../src/platform/bun/database/database.ts";
import { figure, ratios, spread, table, targetTable } from "./figures.ts";
import { cpuSeconds, forgetPeak, megabytes } from "./process.ts";
import { type Service, startService } from "./server.ts";

/**
 * T10, T11: movements exported over HTTP by the real server, against `sqlite3 -csv` over the same file, columns and order,
 * one after the other; the result is the median of the pairs. Also: how much the server's memory grows (peak RSS of the export
 * minus idle), and how long a small GET waits during an export.
 * `larger` is a number of movements that is exported once more at the end, to see whether memory grows with the rows.
 * bun bench/export.ts [movements = 200000] [pairs = 5] [larger = 0]
 */
const [movements = 200_000, pairs = 5, larger = 0] = process.argv.slice(2).map(Number);

/** A trade of 5,000 products: notes of ten items and sales, a posting every 15 seconds; from movement `first` to `last`. */
async function fill(path: string, first: number, last: number): Promise<void> {
  const { writing, close } = await openDatabase(`file:${path}`);
  // The service writes too: its first maintenance.
  await writing.executeMultiple("PRAGMA busy_timeout = 20000");
  await writing.execute("PRAGMA synchronous = OFF");
  await writing.execute(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
    insert or ignore into products (company, code, name, unit, barcode, ncm, created_at, updated_at)
    select 1, printf('%06d', i), 'Parafuso sextavado nº ' || i || ', zincado', 'UN', printf('789%010d', i), '73181500', 0, 0 from n`);
  const slice = 50_000;
  for (let from = first; from < last; from += slice)
    await writing.execute({
      sql: `with recursive n(i) as (select ?1 + 1 union all select i + 1 from n where i < ?2)
        insert into movements (company, product, type, quantity_e4, cost_e2, lot, expires_on, origin, origin_ref, reference,
          notes, posting, user_id, created_at, happened_at, value_e2, passed_e2, after_e4, after_e2)
        select 1, printf('%06d', 1 + (i * 7919) % 5000), iif(i % 5 = 0, 'SAIDA', 'ENTRADA'),
          iif(i % 5 = 0, -1, 1) * (i % 1000 + 1) * 1250, iif(i % 5 = 0, null, (i % 1000 + 1) * 333),
          iif(i % 3 = 0, 'L' || i, null), iif(i % 3 = 0, '2027-05-31', null), iif(i % 5 = 0, 'VENDA', 'NFE'),
          iif(i % 5 = 0, 'p' || i, printf('3526091122233300018155001%09d1000000420', i / 10) || '#' || (1 + i % 10) || '@x'),
          iif(i % 5 = 0, 'Pedido ' || i, printf('3526091122233300018155001%09d1000000420', i / 10)),
          iif(i % 7 = 0, 'Conferido; ok', null), 'x', 1, 1760000000000 + (i / 10) * 15000, 1760000000000, 0, 0, 10000, 0 from n`,
      args: [from, Math.min(last, from + slice)],
    });
  await close();
}

interface Speed {
  readonly rowsPerSecond: number;
  readonly cpuSeconds: number;
}

const PEER = `select m.created_at, m.product, p.name, m.type, m.quantity_e4, m.origin, m.reference, u.name, m.notes, p.unit,
    m.cost_e2, m.quantity_e4, m.cost_e2, m.lot, m.expires_on, m.reference, m.origin_ref, m.id
  from movements m join products p on p.company = m.company and p.code = m.product left join users u on u.id = m.user_id
  where m.company = 1 order by m.created_at desc, m.id desc`;

/** `sqlite3 -csv` into a pipe that is read; null where there is no such program. */
async function peer(path: string): Promise<Speed | null> {
  const program = Bun.which("sqlite3");
  if (program === null) return null;
  const begun = performance.now();
  const child = Bun.spawn([program, "-csv", path, PEER], { stdout: "pipe" });
  for await (const _ of child.stdout);
  await child.exited;
  return {
    rowsPerSecond: movements / ((performance.now() - begun) / 1_000),
    cpuSeconds: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6,
  };
}

interface Run extends Speed {
  readonly bytes: number;
  readonly peakMB: number;
  readonly worstGetMs: number;
}

async function exported(service: Service, rows: number): Promise<Run> {
  forgetPeak(service.pid);
  const used = cpuSeconds(service.pid);
  const begun = performance.now();
  const answer = await fetch(`${service.url}/api/export/movements`, {
    headers: { authorization: `Bearer ${service.token}`, "accept-encoding": "identity" },
  });
  if (!answer.ok || answer.body === null) throw new Error(`${answer.status}`);
  let leaving = true;
  const probe = (async () => {
    let worst = 0;
    while (leaving) {
      const asked = performance.now();
      await (await fetch(`${service.url}/api/health`)).arrayBuffer();
      worst = Math.max(worst, performance.now() - asked);
      await Bun.sleep(20);
    }
    return worst;
  })();
  let bytes = 0;
  let lines = 0;
  for await (const chunk of answer.body) {
    bytes += chunk.length;
    for (let at = chunk.indexOf(10); at !== -1; at = chunk.indexOf(10, at + 1)) lines += 1;
  }
  const seconds = (performance.now() - begun) / 1_000;
  leaving = false;
  if (lines !== rows + 1) throw new Error(`${lines - 1} rows of ${rows}`);
  const cpu = cpuSeconds(service.pid) - used;
  const worstGetMs = await probe;
  return {
    rowsPerSecond: rows / seconds,
    cpuSeconds: cpu,
    bytes,
    peakMB: megabytes(service.pid, "VmHWM"),
    worstGetMs,
  };
}

await using service = await startService();
await fill(service.database, 0, movements);
const idle = megabytes(service.pid, "VmRSS");
const runs: Run[] = [];
const peers: Speed[] = [];
for (let pair = 0; pair < pairs; pair += 1) {
  runs.push(await exported(service, movements));
  const beside = await peer(service.database);
  if (beside !== null) peers.push(beside);
}
const peak = Math.max(...runs.map((run) => run.peakMB));
const largerPeaks: number[] = [];
if (larger > movements) {
  await fill(service.database, movements, larger);
  const { peakMB } = await exported(service, larger);
  largerPeaks.push(peakMB / peak);
}

const rates = (all: readonly Speed[]) => all.map((one) => one.rowsPerSecond);
const µs = (all: readonly Speed[]) => all.map((one) => (one.cpuSeconds / movements) * 1e6);
const size = figure((runs[0]?.bytes ?? 0) / 2 ** 20);
console.log(`${movements.toLocaleString("en")} movements, ${size} MiB, ${pairs} pairs\n`);
console.log(
  table(
    ["", "rows/s", "CPU µs/row", "peak MB", "slowest GET ms"],
    [
      [
        "the service, over HTTP",
        spread(rates(runs)),
        spread(µs(runs)),
        spread(runs.map((run) => run.peakMB)),
        spread(runs.map((run) => run.worstGetMs)),
      ],
      ["sqlite3 -csv, into a pipe", spread(rates(peers)), spread(µs(peers)), "–", "–"],
    ],
  ),
);
console.log("");
console.log(
  targetTable([
    {
      id: "T10",
      what: "CSV rows/s over HTTP / sqlite3 -csv",
      values: ratios(rates(runs), rates(peers)),
      bound: "≥",
      must: 0.55,
      stretch: 0.8,
    },
    {
      id: "T11",
      what: "peak MB of an export minus idle, the highest",
      values: [peak - idle],
      bound: "≤",
      must: 64,
      stretch: 48,
    },
    {
      id: "T11",
      what: `peak MB of ${larger.toLocaleString("en")} movements / of ${movements.toLocaleString("en")}`,
      values: largerPeaks,
      bound: "≤",
      must: 1.1,
      stretch: 1.05,
    },
  ]),
);
