import { describe, expect, test } from "bun:test";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { FULL } from "../support/full.ts";
import { withServer } from "../support/server.ts";

/**
 * Only with FULL=1 (`bun run check:full`): needs `prometheus` and `promtool` (Debian's package prometheus), whose absence
 * is then a failure.
 */

const METRICS_TOKEN = "um-token-de-dezesseis-ou-mais";

function tool(name: string): string {
  const path = Bun.which(name);
  if (path === null)
    throw new Error(`the long form of the tests needs ${name} (Debian: prometheus)`);
  return path;
}

function promtool(args: string[], input = "") {
  const { exitCode, stdout, stderr } = Bun.spawnSync([tool("promtool"), ...args], {
    stdin: new TextEncoder().encode(input),
  });
  return { exitCode, said: `${stdout}${stderr}` };
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  return typeof address === "object" && address !== null ? address.port : 0;
}

/** A Prometheus that scrapes one target every second, as long as the body runs. */
async function withPrometheus(
  target: string,
  body: (query: (promql: string) => Promise<number | null>) => Promise<void>,
): Promise<void> {
  const folder = await mkdtemp(join(tmpdir(), "sge-prometheus-"));
  const port = await freePort();
  await Bun.write(
    join(folder, "prometheus.yml"),
    JSON.stringify({
      global: { scrape_interval: "1s", evaluation_interval: "1s" },
      rule_files: [join(process.cwd(), "docs/ops/alerts.yml")],
      scrape_configs: [
        {
          job_name: "sge",
          authorization: { credentials: METRICS_TOKEN },
          static_configs: [{ targets: [target] }],
        },
      ],
    }),
  );
  const child = Bun.spawn(
    [
      tool("prometheus"),
      `--config.file=${folder}/prometheus.yml`,
      `--storage.tsdb.path=${folder}/data`,
      `--web.listen-address=127.0.0.1:${port}`,
    ],
    { stdout: "ignore", stderr: "ignore" },
  );
  try {
    await body(async (promql) => {
      const url = `http://127.0.0.1:${port}/api/v1/query?query=${encodeURIComponent(promql)}`;
      const answer = await fetch(url).catch(() => null);
      if (answer?.ok !== true) return null;
      // biome-ignore lint/suspicious/noExplicitAny: Prometheus' own JSON
      const { data }: any = await answer.json();
      const value = data.result[0]?.value[1];
      return value === undefined ? null : Number(value);
    });
  } finally {
    child.kill();
    await child.exited;
    await rm(folder, { recursive: true, force: true });
  }
}

if (FULL)
  describe("Prometheus", () => {
    test("accepts the alert rules, and they fire as expected", () => {
      const checked = promtool(["check", "rules", "docs/ops/alerts.yml"]);
      expect([checked.exitCode, checked.said]).toEqual([0, checked.said]);
      const tested = promtool(["test", "rules", "test/full/alerts.promtest.yml"]);
      expect([tested.exitCode, tested.said]).toEqual([0, tested.said]);
    }, 60_000);

    test(
      "finds nothing to mend in the exposition of a service that has worked",
      () =>
        withServer(async ({ call, upload }) => {
          for (let seed = 1; seed < 5; seed++)
            await upload(syntheticNote({ seed }).xml, "?approve=true");
          await upload("<nada/>");
          const { text } = await call("GET", "/metrics");
          const { exitCode, said } = promtool(["check", "metrics"], text);
          expect([exitCode, said]).toEqual([0, ""]);
        }),
      60_000,
    );

    test(
      "scrapes a running service with its token, and answers the plan's names",
      () =>
        withServer(
          async ({ url, upload }) => {
            for (let seed = 1; seed < 4; seed++)
              expect((await upload(syntheticNote({ seed }).xml, "?approve=true")).status).toBe(200);
            await withPrometheus(new URL(url).host, async (query) => {
              const until = performance.now() + 50_000;
              let processed = await query("nfe_processed_total");
              while (processed === null && performance.now() < until)
                processed = await query("nfe_processed_total");
              expect(processed).toBe(3);
              expect(await query('up{job="sge"}')).toBe(1);
              const route = 'endpoint="/api/nfe/upload"';
              expect(await query(`http_requests_total{${route},status="200"}`)).toBe(3);
              expect(await query(`http_request_duration_seconds_count{${route}}`)).toBe(3);
              expect(await query('count(count by (__name__) ({job="sge"}))')).toBeGreaterThan(30);
            });
          },
          { METRICS_TOKEN },
        ),
      120_000,
    );
  });
