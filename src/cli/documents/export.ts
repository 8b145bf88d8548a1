import type { Service } from "../service/service-client.ts";
import type { Sink } from "../terminal/sink.ts";

export const EXPORTS = ["stock", "movements"] as const;

/** Streams a CSV of the service into a sink; returns the number of bytes. Fails as `download` does. */
export function exportCsv(
  service: Service,
  what: (typeof EXPORTS)[number],
  query: Readonly<Record<string, string | undefined>>,
  sink: Sink,
): Promise<number> {
  const search = new URLSearchParams();
  for (const [name, value] of Object.entries(query))
    if (value !== undefined) search.set(name, value);
  return download(service, `/api/export/${what}?${search}`, sink);
}

/**
 * Streams what the service answers to a path into a sink, with one chunk in memory; returns the number of bytes. Throws
 * `RequestRefused`, or an Error when the stream breaks off; the sink is dropped before.
 */
export async function download(service: Service, path: string, sink: Sink): Promise<number> {
  let size = 0;
  try {
    const answer = await service.ask(path);
    if (answer.body === null) throw new Error("O serviço enviou uma resposta vazia");
    for await (const bytes of answer.body) {
      await sink.write(bytes);
      size += bytes.length;
    }
    await sink.end();
  } catch (error) {
    await sink.drop();
    throw error;
  }
  return size;
}
