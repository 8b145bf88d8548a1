import assert from "node:assert/strict";
import { ORIGIN, refused, typed } from "./client.mjs";

const SUMMARY = {
  access_key: "string",
  number: "string",
  supplier_name: "string",
  total_items: "number",
  total_value: "number",
  status: "string",
  processed_at: "instant",
};

/** Events of a stream until one has the name. */
async function eventOf(response, name) {
  const reader = response.body.getReader();
  const decoder = new TextDecoder();
  let text = "";
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) throw new Error(`the stream ended without ${name}: ${text}`);
      text += decoder.decode(value, { stream: true });
      for (const frame of text.split("\n\n"))
        if (frame.startsWith(`event: ${name}\n`) && frame.includes("\ndata: "))
          return JSON.parse(/^data: (.*)$/m.exec(frame)[1]);
    }
  } finally {
    await reader.cancel().catch(() => undefined);
  }
}

export const noteRows = [
  {
    rows: [5, 6],
    name: "an upload is reported to an open stream within a second, with number and supplier",
    async test({ client, notes }) {
      const at = (token) =>
        client.fetch(`/api/notifications/stream?token=${token}`, {
          headers: { origin: ORIGIN },
        });
      const bad = await at("x.y.z");
      assert.equal(bad.status, 401);
      await bad.body?.cancel();
      const stream = await at(client.token);
      assert.equal(stream.status, 200);
      assert.equal(stream.headers.get("access-control-allow-origin"), ORIGIN);
      assert.match(stream.headers.get("content-type"), /^text\/event-stream/);
      const reported = eventOf(stream, "NEW_NFE");
      const answer = await client.upload("nota.xml", notes[0].xml);
      const began = Date.now();
      assert.equal(answer.status, 200, answer.text);
      typed(
        answer.body,
        { message: "string", total_items: "number", access_key: "string" },
        "upload",
      );
      const event = await reported;
      assert.ok(Date.now() - began < 1_500, "reported too late");
      assert.equal(event.type, "NEW_NFE");
      typed(event, { message: "string" }, "NEW_NFE");
      typed(event.data, { number: "string", supplier: "string" }, "NEW_NFE.data");
      assert.ok(
        event.message.includes(event.data.number) && event.message.includes(event.data.supplier),
      );
    },
  },
  {
    rows: [6],
    name: "each refused upload has a sentence of its own, also one that is too large",
    async test({ client, notes }) {
      const large = (mib) => new Uint8Array(mib << 20).fill(32);
      const sentences = new Set();
      for (const [what, status, bytes] of [
        ["a duplicate", 409, notes[0].xml],
        ["no XML", 422, "isto não é XML <"],
        ["another XML", 422, "<pedido/>"],
        ["an empty file", [400, 422], ""],
        ["a PDF", 415, "%PDF-1.7 ..."],
        ["11 MiB", 413, large(11)],
        ["40 MiB", 413, large(40)],
      ]) {
        const answer = await client.upload("a.xml", bytes);
        assert.ok(
          [status].flat().includes(answer.status),
          `${what}: ${answer.status} ${answer.text.slice(0, 200)}`,
        );
        refused(answer, answer.status, what);
        sentences.add(answer.body.error);
      }
      assert.equal(
        sentences.size,
        6,
        `11 and 40 MiB share a sentence, no others: ${[...sentences].join(" | ")}`,
      );
      refused(await client.upload("a.xml", notes[1].xml, "outro"), 400, "a form without file");
    },
  },
  {
    rows: [7, 8, 9],
    name: "a note is listed with its registration, shown with its items, and processed once",
    async test({ client, notes }) {
      assert.equal((await client.upload("outra.xml", notes[1].xml)).status, 200);
      const list = await client.get("/api/nfes");
      assert.equal(list.status, 200);
      typed(
        list.body.pagination,
        { page: "number", limit: "number", total: "number", total_pages: "number" },
        "nfes.pagination",
      );
      const [newest, first] = list.body.data;
      assert.deepEqual(
        [newest.access_key, first.access_key],
        [notes[1].accessKey, notes[0].accessKey],
      );
      for (const note of list.body.data) {
        typed(note, SUMMARY, "nfes[]");
        assert.equal(note.status, "PENDENTE");
        assert.ok(Math.abs(Date.now() - Date.parse(note.processed_at)) < 60_000);
      }
      const detail = await client.get(`/api/nfes/${first.access_key}`);
      assert.equal(detail.status, 200);
      typed(
        detail.body,
        {
          access_key: "string",
          number: "string",
          supplier_name: "string",
          total_value: "number",
          items: "array",
        },
        "nfe",
      );
      assert.ok(detail.body.items.length > 0);
      for (const item of detail.body.items)
        typed(
          item,
          {
            code: "string",
            name: "string",
            quantity: "number",
            unit_price: "number",
            total_price: "number",
          },
          "nfe.items[]",
        );
      for (const again of [false, true]) {
        const done = await client.call("POST", `/api/nfes/${first.access_key}/process`);
        assert.equal(done.status, 200, done.text);
        typed(done.body, { message: "string", items: "number" }, `process, again ${again}`);
      }
      const then = (await client.get("/api/nfes")).body.data.find(
        (note) => note.access_key === first.access_key,
      );
      assert.equal(then.status, "PROCESSADA");
      assert.equal(then.processed_at, first.processed_at, "the registration does not change");
      refused(
        await client.call("POST", `/api/nfes/${"3".repeat(44)}/process`),
        404,
        "an unknown note",
      );
    },
  },
  {
    rows: [7],
    name: "a discarded note is not listed",
    async test({ client, notes }) {
      const path = `/api/nfes/${notes[1].accessKey}`;
      assert.equal(
        (await client.call("POST", `${path}/discard`, { reason: "não é nossa" })).status,
        200,
      );
      const { data } = (await client.get("/api/nfes")).body;
      assert.ok(!data.some((note) => note.access_key === notes[1].accessKey));
      assert.equal((await client.call("POST", `${path}/restore`)).status, 200);
    },
  },
];
