/** A span as it comes over the wire (OTLP/HTTP, JSON), flattened. */
export interface ReceivedSpan {
  name: string;
  trace: string;
  id: string;
  parent: string;
  kind: number;
  failed: boolean;
  facts: Record<string, unknown>;
}

/** A collector of spans. It answers 200 by default. */
export function collector(answer: () => Response | Promise<Response> = () => Response.json({})) {
  const spans: ReceivedSpan[] = [];
  const requests: { path: string; headers: Headers; spans: number }[] = [];
  const server = Bun.serve({
    port: 0,
    hostname: "127.0.0.1",
    async fetch(request) {
      // biome-ignore lint/suspicious/noExplicitAny: JSON whose shape is what the test proves
      const body: any = await request.json();
      const received = body.resourceSpans.flatMap((one: { scopeSpans: { spans: unknown[] }[] }) =>
        one.scopeSpans.flatMap((scope) => scope.spans),
      );
      const { pathname: path } = new URL(request.url);
      requests.push({ path, headers: request.headers, spans: received.length });
      const answered = await answer();
      if (answered.ok) spans.push(...received.map(flat));
      return answered;
    },
  });
  return {
    endpoint: `http://127.0.0.1:${server.port}`,
    spans,
    requests,
    close: () => server.stop(true),
  };
}

// biome-ignore lint/suspicious/noExplicitAny: as above
const flat = (span: any): ReceivedSpan => ({
  name: span.name,
  trace: span.traceId,
  id: span.spanId,
  parent: span.parentSpanId ?? "",
  kind: span.kind,
  failed: span.status.code === 2,
  facts: Object.fromEntries(
    // biome-ignore lint/suspicious/noExplicitAny: as above
    span.attributes.map(({ key, value }: any) => [key, Object.values(value)[0]]),
  ),
});
