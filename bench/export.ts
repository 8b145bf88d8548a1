import { mkdtemp, readFile, rm, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { trusted } from "../src/lib/cast.ts";
import { openDatabase } from "../src/platform/bun/database.ts";

/**
 * T10, T11: movements exported over HTTP by the real server, against `sqlite3 -csv` over the same file, columns and order,
 * one after the other; medians of the pairs are told. Beside: how much the server grows (peak RSS of the export minus
 * idle), and how long a tiny GET waits while a file leaves.
 * bun bench/export.ts [movements = 200000] [pairs = 5]
 */
const [movements = 200_000, pairs = 5] = process.argv.slice(2).map(Number);

const ADMIN = { email: "bench@example.com", password: "uma senha de bancada" };

interface Server {
  readonly pid: number;
  readonly url: string;
  stop(): Promise<void>;
}

async function start(folder: string): Promise<Server> {
  const child = Bun.spawn([process.execPath, "src/bun.ts"], {
    cwd: join(import.meta.dir, ".."),
    stdout: "pipe",
    env: {
      PATH: process.env.PATH ?? "",
      PORT: "0",
      DATABASE_URL: `file:${join(folder, "sge.db")}`,
      DATA_DIR: folder,
      ADMIN_EMAIL: ADMIN.email,
      ADMIN_PASSWORD: ADMIN.password,
      RATE_LIMIT_PER_SECOND: "0",
      LOG_LEVEL: "error",
    },
  });
  let said = "";
  for await (const bytes of child.stdout) {
    said += new TextDecoder().decode(bytes);
    const url = /listening on (\S+)/.exec(said)?.[1];
    if (url === undefined) continue;
    return {
      pid: child.pid,
      url,
      async stop() {
        child.kill();
        await child.exited;
      },
    };
  }
  throw new Error(`the server did not start: ${said}`);
}

/** A trade of 5,000 products: notes of ten items and sales, a posting every 15 seconds. */
async function fill(folder: string): Promise<void> {
  const { writing, close } = await openDatabase(`file:${join(folder, "sge.db")}`);
  await writing.execute("PRAGMA synchronous = OFF");
  await writing.execute(`with recursive n(i) as (select 1 union all select i + 1 from n where i < 5000)
    insert into products (company, code, name, unit, barcode, ncm, created_at, updated_at)
    select 1, printf('%06d', i), 'Parafuso sextavado nº ' || i || ', zincado', 'UN', printf('789%010d', i), '73181500', 0, 0 from n`);
  const slice = 50_000;
  for (let from = 0; from < movements; from += slice)
    await writing.execute({
      sql: `with recursive n(i) as (select ?1 + 1 union all select i + 1 from n where i < ?2)
        insert into movements (company, product, type, quantity_e4, cost_e2, lot, expires_on, origin, origin_ref, reference,
          notes, posting, user_id, created_at)
        select 1, printf('%06d', 1 + (i * 7919) % 5000), iif(i % 5 = 0, 'SAIDA', 'ENTRADA'),
          iif(i % 5 = 0, -1, 1) * (i % 1000 + 1) * 1250, iif(i % 5 = 0, null, (i % 1000 + 1) * 333),
          iif(i % 3 = 0, 'L' || i, null), iif(i % 3 = 0, '2027-05-31', null), iif(i % 5 = 0, 'VENDA', 'NFE'),
          iif(i % 5 = 0, 'p' || i, printf('3526091122233300018155001%09d1000000420', i / 10) || '#' || (1 + i % 10) || '@x'),
          iif(i % 5 = 0, 'Pedido ' || i, printf('3526091122233300018155001%09d1000000420', i / 10)),
          iif(i % 7 = 0, 'Conferido; ok', null), 'x', 1, 1760000000000 + (i / 10) * 15000 from n`,
      args: [from, Math.min(movements, from + slice)],
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
async function peer(folder: string): Promise<Speed | null> {
  const program = Bun.which("sqlite3");
  if (program === null) return null;
  const begun = performance.now();
  const child = Bun.spawn([program, "-csv", join(folder, "sge.db"), PEER], { stdout: "pipe" });
  for await (const _ of child.stdout);
  await child.exited;
  return {
    rowsPerSecond: movements / ((performance.now() - begun) / 1_000),
    cpuSeconds: Number(child.resourceUsage()?.cpuTime.total ?? 0) / 1e6,
  };
}

/** What a process has used of the processor, of its own /proc/<pid>/stat (ticks of 10 ms). */
async function cpuSeconds(pid: number): Promise<number> {
  const stat = await readFile(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / 100;
}

/** A figure of /proc/<pid>/status, in MB. */
async function megabytes(pid: number, name: "VmRSS" | "VmHWM"): Promise<number> {
  const status = await readFile(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024;
}

interface Run extends Speed {
  readonly bytes: number;
  readonly peakMB: number;
  readonly worstGetMs: number;
}

async function exported(server: Server, token: string, query = ""): Promise<Run> {
  // Lets the kernel count the peak anew.
  await writeFile(`/proc/${server.pid}/clear_refs`, "5");
  const used = await cpuSeconds(server.pid);
  const begun = performance.now();
  const answer = await fetch(`${server.url}/api/export/movements?${query}`, {
    headers: { authorization: `Bearer ${token}`, "accept-encoding": "identity" },
  });
  if (!answer.ok || answer.body === null) throw new Error(`${answer.status}`);
  let leaving = true;
  const probe = (async () => {
    let worst = 0;
    while (leaving) {
      const asked = performance.now();
      await (await fetch(`${server.url}/api/health`)).arrayBuffer();
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
  if (lines !== movements + 1) throw new Error(`${lines - 1} rows of ${movements}`);
  const cpu = (await cpuSeconds(server.pid)) - used;
  const worstGetMs = await probe;
  return {
    rowsPerSecond: movements / seconds,
    cpuSeconds: cpu,
    bytes,
    peakMB: await megabytes(server.pid, "VmHWM"),
    worstGetMs,
  };
}

const median = (values: number[]): number =>
  values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;

const folder = await mkdtemp(join(tmpdir(), "sge-bench-"));
const server = await start(folder);
try {
  await fill(folder);
  const login = await fetch(`${server.url}/api/login`, {
    method: "POST",
    headers: { "content-type": "application/json" },
    body: JSON.stringify(ADMIN),
  });
  const { token } = trusted<{ token: string }>(await login.json());
  const idle = await megabytes(server.pid, "VmRSS");
  const runs: Run[] = [];
  const peers: Speed[] = [];
  for (let pair = 0; pair < pairs; pair += 1) {
    runs.push(await exported(server, token));
    const beside = await peer(folder);
    if (beside !== null) peers.push(beside);
  }
  const ratios = peers.map((one, i) => (runs[i]?.rowsPerSecond ?? 0) / one.rowsPerSecond);
  const µs = (one: Speed) => (one.cpuSeconds / movements) * 1e6;
  const [first] = runs;
  console.log(
    `${movements} movements, ${((first?.bytes ?? 0) / 2 ** 20).toFixed(1)} MiB, ${pairs} pairs`,
  );
  console.table({
    "rows/s over HTTP": Math.round(median(runs.map((run) => run.rowsPerSecond))),
    "rows/s of sqlite3 -csv": Math.round(median(peers.map((one) => one.rowsPerSecond))),
    "T10 ratio (must 0.28, stretch 0.45)": Number(median(ratios).toFixed(2)),
    "server CPU µs/row": Number(median(runs.map(µs)).toFixed(2)),
    "sqlite3 CPU µs/row": Number(median(peers.map(µs)).toFixed(2)),
    "idle MB": Math.round(idle),
    "T11 peak - idle MB (must 64, stretch 48)": Math.round(
      Math.max(...runs.map((run) => run.peakMB)) - idle,
    ),
    "worst tiny GET ms": Number(median(runs.map((run) => run.worstGetMs)).toFixed(1)),
  });
} finally {
  await server.stop();
  await rm(folder, { recursive: true, force: true });
}
