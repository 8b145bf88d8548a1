import { expect, test } from "bun:test";
import { answerIn } from "../../bench/connection.ts";
import { load } from "../../bench/load.ts";
import { form, get } from "../../bench/requests.ts";
import { NoteStream } from "../../src/synthetic/note-stream.ts";

/** A server of its own for one test, on a free port of 127.0.0.1. */
async function against(
  answer: (request: Request) => Response | Promise<Response>,
  use: (url: string) => Promise<void>,
): Promise<void> {
  const server = Bun.serve({ port: 0, hostname: "127.0.0.1", fetch: answer });
  try {
    await use(`http://127.0.0.1:${server.port}`);
  } finally {
    await server.stop(true);
  }
}

test("a load of n uploads sends n different notes, and counts each answer once", async () => {
  const seen: string[] = [];
  const acknowledged: string[] = [];
  await against(
    async (request) => {
      const file = (await request.formData()).get("file");
      const xml = file instanceof File ? await file.text() : "";
      seen.push(/Id="NFe(\w{44})"/.exec(xml)?.[1] ?? "");
      expect(xml.endsWith("</nfeProc>")).toBe(true);
      return new Response("ok");
    },
    async (url) => {
      const notes = new NoteStream({ items: 2 });
      const figures = await load({
        url,
        connections: 4,
        requests: 200,
        seconds: 10,
        next: () => form({ url, path: "/" }, "file", [notes.next()]),
        acknowledged: ({ names }) => acknowledged.push(...names),
      });
      expect(figures.statuses).toEqual({ 200: 200 });
      expect(figures.latency.count).toBe(200);
      expect(figures.errors).toBe(0);
    },
  );
  expect(new Set(seen).size).toBe(200);
  expect(seen.toSorted()).toEqual(acknowledged.toSorted());
});

test("an answer other than 2xx counts as an error, and the first of them is shown", async () => {
  await against(
    () => new Response("cheio", { status: 503 }),
    async (url) => {
      const next = () => get({ url, path: "/" });
      const figures = await load({ url, connections: 2, requests: 10, seconds: 5, next });
      expect(figures.errors).toBe(10);
      expect(figures.perSecond).toBe(0);
      expect(figures.firstFault).toBe("503 cheio");
    },
  );
});

test("an open loop counts the wait for a free connection as latency", async () => {
  let served = 0;
  const gate = Promise.withResolvers<void>();
  await against(
    async () => {
      served += 1;
      if (served === 1) {
        setTimeout(gate.resolve, 100);
        await gate.promise;
      }
      return new Response("ok");
    },
    async (url) => {
      const next = () => get({ url, path: "/" });
      const figures = await load({
        url,
        connections: 1,
        rate: 200,
        requests: 10,
        seconds: 5,
        next,
      });
      // All were due within 50 ms of the first, which the server held for 100 ms after it came.
      expect(figures.latency.count).toBe(10);
      expect(figures.latency.p50).toBeGreaterThan(60);
    },
  );
});

test("a load goes only to 127.0.0.1, and within limits", async () => {
  const next = () => get({ url: "http://127.0.0.1:1", path: "/" });
  const loads = [
    { url: "http://example.com:80", connections: 1, seconds: 1, next },
    { url: "http://127.0.0.1:1", connections: 1_000_000, seconds: 1, next },
    { url: "http://127.0.0.1:1", connections: 1, seconds: 1e9, next },
  ];
  for (const one of loads) await expect(load(one)).rejects.toThrow(RangeError);
});

test("an answer is read completely from any pieces, with a length or chunked", () => {
  const answers = [
    "HTTP/1.1 200 OK\r\nContent-Length: 5\r\n\r\nolá!",
    "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n2\r\nol\r\n3\r\ná!\r\n0\r\n\r\n",
  ];
  for (const text of answers) {
    const bytes = Buffer.from(text);
    for (let end = 0; end < bytes.length; end += 1)
      expect(answerIn(bytes.subarray(0, end))).toBeNull();
    const answer = answerIn(bytes);
    expect(answer?.status).toBe(200);
    expect(answer?.body.toString()).toBe("olá!");
  }
});
