import { expect } from "bun:test";
import type { Send, Service } from "../../support/service.ts";
import { type SseEvent, sseReader } from "../../support/sse.ts";

export const PATH = "/api/notifications/stream";

type Options = Send & { query?: string };

/** Opens a stream of events, and reads nothing yet. */
export async function open({ raw }: Service, options: Options = {}) {
  const response = await raw("GET", `${PATH}${options.query ?? ""}`, options);
  return { response, stream: sseReader(response.body) };
}

/** A stream whose greeting was read; `hello` is its id. */
export async function following(service: Service, options: Options = {}) {
  const { response, stream } = await open(service, options);
  expect(response.status).toBe(200);
  const [hello] = await stream.take(1);
  return { stream, hello: hello?.id };
}

/** The numbers of events that `happen` made. */
export const told = (events: (SseEvent | null)[]) => events.map((event) => event?.data.payload.n);

/** Lets what is on its way arrive. */
export async function settle({ ports }: Service): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await ports.yieldToEventLoop();
}
