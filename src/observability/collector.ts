/** The collector that spans are sent to, and the share of traces that is kept. */
export interface Collector {
  /** Base address (OTLP/HTTP); spans go to `/v1/traces` beneath it. */
  readonly endpoint: string;
  /** `name=value`, comma separated, values percent-encoded (OTEL_EXPORTER_OTLP_HEADERS). */
  readonly headers: string;
  /** Share of the traces kept that begin here, 0 to 1. */
  readonly ratio: number;
}

/** A function that sends one request of spans, OTLP in JSON; it rejects where the collector does not accept them. */
export function spanSender({
  endpoint,
  headers,
}: Pick<Collector, "endpoint" | "headers">): (
  body: string | Uint8Array,
  signal: AbortSignal,
) => Promise<void> {
  const url = `${endpoint.replace(/\/$/, "")}/v1/traces`;
  const sent = { "content-type": "application/json", ...headersOf(headers) };
  return async (body, signal) => {
    const answer = await fetch(url, { method: "POST", headers: sent, body, signal });
    await answer.body?.cancel();
    if (!answer.ok) throw new Error(`the collector answered ${answer.status}`);
  };
}

function headersOf(list: string): Record<string, string> {
  const pairs = list.split(",").flatMap((pair): [string, string][] => {
    const at = pair.indexOf("=");
    if (at < 1) return [];
    return [[pair.slice(0, at).trim(), decodeURIComponent(pair.slice(at + 1).trim())]];
  });
  return Object.fromEntries(pairs);
}
