import { expect, test } from "bun:test";
import { edgeMeter } from "../../../src/platform/cloudflare/meter.ts";

interface Point {
  indexes: string[];
  blobs: string[];
  doubles: number[];
}

function written() {
  const points: Point[] = [];
  const meter = edgeMeter({ writeDataPoint: (point) => void points.push(point) }, () => 0);
  return { points, meter };
}

test("the counts of one isolate are one point for each series, named and ordered by metrics.ts", () => {
  const { points, meter } = written();
  const [one, other] = [meter.ofInvocation(), meter.ofInvocation()];
  for (const of of [one, other, one])
    of.count("http_requests_total", { status: 200, method: "GET", endpoint: "/api/stock" });
  other.count("export_rows_total", { type: "stock" }, 250);
  one.count("nfe_processed_total", {});
  for (const seconds of [0.004, 0.3])
    one.observe("http_request_duration_seconds", seconds, { method: "GET", endpoint: "/a" });
  expect(points).toEqual([]);
  one.flush?.();
  other.flush?.();
  expect(points).toEqual([
    {
      indexes: ["http_requests_total"],
      blobs: ["http_requests_total", "GET", "/api/stock", "200"],
      doubles: [3],
    },
    { indexes: ["export_rows_total"], blobs: ["export_rows_total", "stock"], doubles: [250] },
    { indexes: ["nfe_processed_total"], blobs: ["nfe_processed_total"], doubles: [1] },
    {
      indexes: ["http_request_duration_seconds"],
      blobs: ["http_request_duration_seconds", "GET", "/a"],
      // How many, their sum; then up to 1, 2.5, 5, 10, 25, 50, 100, 200, 500 ms and on.
      doubles: [2, 0.304, 0, 0, 1, 1, 1, 1, 1, 1, 2, 2, 2, 2, 2, 2],
    },
  ]);
});

test("an invocation writes at most its points, within the engine's bounds; the next writes the rest", () => {
  const { points, meter } = written();
  const [first, next] = [meter.ofInvocation(), meter.ofInvocation()];
  for (let n = 0; n < 400; n++) first.count("http_problems_total", { code: `c${n}` });
  first.flush?.();
  first.flush?.();
  expect(points).toHaveLength(250);
  next.flush?.();
  expect(new Set(points.map(({ blobs }) => blobs[1])).size).toBe(400);
  for (const { indexes, blobs, doubles } of points) {
    expect(indexes).toHaveLength(1);
    expect(blobs.length).toBeLessThanOrEqual(20);
    expect(doubles.length).toBeLessThanOrEqual(20);
  }
});

test("unwritten series are bounded, and a missing dataset is no error", () => {
  const { points, meter } = written();
  for (let n = 0; n < 5_000; n++) meter.count("http_problems_total", { code: `c${n}` });
  for (let n = 0; n < 20; n++) meter.ofInvocation().flush?.();
  expect(points).toHaveLength(2_000);
  const none = edgeMeter(undefined, () => 0).ofInvocation();
  none.count("nfe_processed_total", {});
  none.flush?.();
});
