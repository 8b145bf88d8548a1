import type { Meter } from "../../src/ports/telemetry.ts";
import { type Contract, claim, same } from "./claims.ts";

/** Ports.Meter, for every implementation. */
export const meterContract: Contract<() => Meter> = [
  {
    name: "counts and times return nothing, and do not wait",
    async run(open) {
      const meter = open();
      const labels = { method: "GET", endpoint: "/api/stock" };
      for (let n = 0; n < 100; n += 1) {
        same(meter.count("http_requests_total", { ...labels, status: 200 }), undefined);
        same(meter.observe("http_request_duration_seconds", 0.01 * n, labels), undefined);
      }
      same(meter.count("export_rows_total", { type: "stock" }, 250), undefined);
      same(meter.count("nfe_processed_total", {}), undefined);
      same(meter.flush?.(), undefined);
      same(meter.flush?.(), undefined);
    },
  },
  {
    name: "the seconds of a meter never go back",
    async run(open) {
      const meter = open();
      let last = meter.seconds();
      for (let n = 0; n < 20; n += 1) {
        await new Promise((resolve) => setTimeout(resolve, 0));
        const now = meter.seconds();
        claim(now >= last, `${now} after ${last}`);
        last = now;
      }
    },
  },
  {
    name: "the exposition has the counts, by name and labels",
    async run(open) {
      const meter = open();
      meter.count("export_rows_total", { type: "stock" }, 250);
      const shown = await meter.exposition?.();
      if (shown === undefined) return;
      claim(shown.text.includes('export_rows_total{type="stock"} 250'), shown.text);
    },
  },
];
