import { expect, test } from "bun:test";
import { bunProfiler } from "../../../src/platform/bun/profiler.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { testInFull } from "../../support/full.ts";
import { withServer } from "../../support/server.ts";

interface Node {
  id: number;
  callFrame: { functionName: string; url: string; lineNumber: number };
  hitCount: number;
  children?: number[];
}

testInFull("a CPU profile taken during uploads names the functions that read the notes", () =>
  withServer(
    async ({ call, upload }) => {
      const taking = call("POST", "/api/profile/cpu?seconds=1");
      let taken = false;
      const profile = taking.finally(() => {
        taken = true;
      });
      for (let seed = 1; !taken; seed++)
        expect((await upload(syntheticNote({ seed, items: 20 }).xml)).status).toBe(200);
      const { nodes, samples, timeDeltas, startTime, endTime } = JSON.parse((await profile).text);
      const hot = nodes.filter(
        ({ hitCount, callFrame }: Node) => hitCount > 0 && /\/src\/nfe\/xml\//.test(callFrame.url),
      );
      expect(hot.map(({ callFrame }: Node) => callFrame.functionName)).toContain("content");
      // What Chrome asks of the file: a tree under one root, a node for each sample, and its time.
      const ids = new Set(nodes.map(({ id }: Node) => id));
      expect(ids.size).toBe(nodes.length);
      const children = nodes.flatMap(({ children = [] }: Node) => children);
      expect(new Set(children).size).toBe(nodes.length - 1);
      expect(samples.length).toBeGreaterThan(100);
      expect(samples.every((id: number) => ids.has(id))).toBe(true);
      expect(timeDeltas).toHaveLength(samples.length);
      expect(endTime - startTime).toBeGreaterThan(900_000);
    },
    { PROFILING: true },
  ),
);

testInFull("a heap snapshot has the fields that Chrome reads", async () => {
  const { snapshot, nodes, edges, strings } = JSON.parse(await bunProfiler().heap());
  expect(snapshot.meta.node_fields).toContain("self_size");
  expect(nodes).toHaveLength(snapshot.node_count * snapshot.meta.node_fields.length);
  expect(edges).toHaveLength(snapshot.edge_count * snapshot.meta.edge_fields.length);
  expect(strings.length).toBeGreaterThan(100);
});

test("one look at a time; a client that leaves ends its own", async () => {
  const profiler = bunProfiler();
  const leaving = new AbortController();
  const first = profiler.cpu(60, leaving.signal);
  await expect(profiler.cpu(1)).rejects.toThrow("profiler.busy");
  await expect(profiler.heap()).rejects.toThrow("profiler.busy");
  leaving.abort();
  expect(JSON.parse(await first).samples).toBeArray();
  expect(await profiler.cpu(60, AbortSignal.abort())).toStartWith("{");
});
