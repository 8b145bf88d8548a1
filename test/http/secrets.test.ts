import { expect, test } from "bun:test";
import { jsonLines } from "../../src/platform/log-lines.ts";
import type { SpanAttributes, Tracer } from "../../src/ports/trace.ts";
import { withApp } from "../support/app.ts";
import { wholeFlow, withAdministrator } from "../support/whole-flow.ts";

/** A tracer that records everything passed to it. */
function recordingTracer(): { tracer: Tracer; recorded: unknown[] } {
  const recorded: unknown[] = [];
  const id = "0af7651916cd43dd8448eb211c80319c";
  const trace = {
    id,
    parent: `00-${id}-b7ad6b7169203331-01`,
    recorded: true,
    span<T>(name: string, step: () => Promise<T>) {
      recorded.push(name);
      return step();
    },
  };
  return {
    recorded,
    tracer: {
      begin(name, kind) {
        recorded.push(name, kind);
        const end = (ended: string, facts: SpanAttributes, failure: string | null) =>
          void recorded.push(ended, facts, failure);
        return { trace, end };
      },
    },
  };
}

test("no password, token, key, name, CPF or XML is in logs, spans or metrics", () => {
  const { tracer, recorded } = recordingTracer();
  return withApp(
    async (service) => {
      const { ports } = service;
      const lines: string[] = [];
      const log = jsonLines("debug", ports.clock, (line) => void lines.push(line));
      const { log: before } = ports;
      ports.log = (level, event, fields) => {
        before(level, event, fields);
        log(level, event, fields);
      };
      const { steps, secrets } = await wholeFlow(service);
      const metrics = await ports.meter.exposition();
      expect(steps.length).toBeGreaterThan(35);
      expect(lines.length).toBeGreaterThanOrEqual(steps.length);
      const outputs = {
        log: lines.join(""),
        spans: JSON.stringify(recorded),
        metrics: metrics.text,
      };
      const leaks = Object.entries(outputs).flatMap(([where, text]) =>
        secrets.filter((secret) => text.includes(secret)).map((secret) => [where, secret]),
      );
      expect(leaks).toEqual([]);
      expect(new Set(secrets.map((secret) => secret.length > 5))).toEqual(new Set([true]));
    },
    { ...withAdministrator, tracer },
  );
});

test("a crash leaves neither its message nor request content in the log or the answer", () =>
  withApp(async (service) => {
    const secret = "MARIA DAS DORES CONFIDENCIAL 52998224725";
    service.ports.documents.read = () => Promise.reject(new Error(`cannot read ${secret}`));
    const answer = await service.upload(`<nfeProc>${secret}</nfeProc>`);
    expect([answer.status, answer.body.code]).toEqual([500, "internal"]);
    expect(answer.text).not.toContain("CONFIDENCIAL");
    const log = JSON.stringify(service.ports.logged);
    expect(log).toContain("request.crashed");
    expect(log).not.toContain("CONFIDENCIAL");
    expect(log).not.toContain("52998224725");
  }));
