import { expect } from "bun:test";
import type { Send, TestApp } from "../app.ts";
import { type SseEvent, sseReader } from "./sse.ts";

export const STREAM_PATH = "/api/notifications/stream";

type Options = Send & { query?: string };

/** Opens a stream of events, and reads nothing yet. */
export async function openStream({ raw }: TestApp, options: Options = {}) {
  const response = await raw("GET", `${STREAM_PATH}${options.query ?? ""}`, options);
  return { response, stream: sseReader(response.body) };
}

/** A stream whose open frame was read; `hello` is that frame's id. */
export async function openFeed(service: TestApp, options: Options = {}) {
  const { response, stream } = await openStream(service, options);
  expect(response.status).toBe(200);
  const [hello] = await stream.take(1);
  return { stream, hello: hello?.id };
}

/** The numbers of events that `happen` made. */
export const payloadNumbers = (events: (SseEvent | null)[]) =>
  events.map((event) => event?.data.payload.n);

/** Lets what is on its way arrive. */
export async function yieldTurns({ ports }: TestApp): Promise<void> {
  for (let turn = 0; turn < 20; turn++) await ports.yieldToEventLoop();
}
