import { describe, expect, test } from "bun:test";
import { logout } from "../../../src/accounts/login/logout.ts";
import { feedBroadcaster } from "../../../src/journal/feed-broadcaster.ts";
import { Failed } from "../../../src/lib/result.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";
import { appendTestEvents } from "../../support/feed/append-test-events.ts";
import {
  openFeed,
  openStream,
  payloadNumbers,
  STREAM_PATH,
  yieldTurns,
} from "../../support/feed/open-feed.ts";
import { causeOf } from "../../support/ports-with-admin.ts";

describe("the stream of S.G.E.", () => {
  test("sends the open frame, then each new note as NEW_NFE, byte for byte", () =>
    withApp(async (service) => {
      const { response, stream } = await openStream(service);
      expect(response.headers.get("content-type")).toBe("text/event-stream; charset=utf-8");
      expect(response.headers.get("cache-control")).toBe("no-store");
      expect((await stream.next())?.text).toStartWith(
        'event: connected\ndata: {"message": "SSE connected"}\n',
      );
      const note = syntheticNote();
      const uploaded = await service.upload(note.xml);
      const { number, supplier } = (await service.send("GET", "/api/events")).body.data[0].payload;
      expect(uploaded.status).toBe(200);
      expect((await stream.next())?.text).toBe(
        `event: NEW_NFE\ndata: {"type":"NEW_NFE","message":"Nova Nota Fiscal Detectada! Nº ${number} de ${supplier} aguarda aprovação.","data":{"number":"${number}","supplier":"${supplier}"}}\nid: e1`,
      );
      await service.send("POST", `/api/nfes/${note.accessKey}/process`);
      const processed = await stream.next();
      expect(processed?.event).toBe("nfe.processed");
      const { body } = await service.send("GET", "/api/events?after=e1");
      expect(processed?.data).toEqual(body.data[0]);
      expect(processed?.id).toBe("e2");
      await stream.cancel();
    }));

  test("says in NEW_NFE why a note is held, and where it is in stock already", () =>
    withApp(async (service) => {
      const { stream } = await openStream(service);
      await stream.next();
      const messageOf = async () => (await stream.next())?.data.message;
      await service.upload(syntheticNote({ seed: 2, root: "NFe" }).xml);
      expect(await messageOf()).toMatch(
        /^Nova Nota Fiscal Detectada! Nº \d+ de .+ tem pendência: não traz o protocolo de autorização da SEFAZ\.$/,
      );
      await service.upload(syntheticNote({ seed: 3 }).xml, "?approve=true");
      expect(await messageOf()).toMatch(/ já foi lançada no estoque\.$/);
      await stream.cancel();
    }));

  test("takes the token in the URL, which is never logged", () =>
    withApp(async (service) => {
      const token = service.tokenOf("VISUALIZADOR");
      const { stream } = await openFeed(service, { as: "anonymous", query: `?token=${token}` });
      await stream.cancel();
      const { body } = await service.send("POST", "/api/keys", {
        json: { name: "k", role: "ADMIN" },
      });
      const byKey = await openFeed(service, { as: "anonymous", query: `?token=${body.key}` });
      await byKey.stream.cancel();
      for (const path of ["/api/events", "/api/notifications", `${STREAM_PATH}/x`, "/api/nfes"]) {
        const refused = await service.send("GET", `${path}?token=${token}`, { as: "anonymous" });
        expect([path, refused.status]).toEqual([path, 401]);
      }
      const forged = await service.send("GET", `${STREAM_PATH}?token=${token}x`, {
        as: "anonymous",
      });
      expect([forged.status, forged.body.instance]).toEqual([401, STREAM_PATH]);
      expect((await service.send("GET", STREAM_PATH, { as: "anonymous" })).status).toBe(401);
      const logged = JSON.stringify(service.ports.logged);
      expect(logged).toContain(STREAM_PATH);
      expect(logged).not.toContain(token);
      expect(logged).not.toContain(body.key);
    }));
});

describe("a stream of one company and one token", () => {
  test("has no event of another company", () =>
    withApp(async (service) => {
      const own = await openFeed(service);
      const theirs = await openFeed(service, { as: "otherCompany" });
      await appendTestEvents(service.ports, [1]);
      await appendTestEvents(service.ports, [100], 2);
      await appendTestEvents(service.ports, [2]);
      await appendTestEvents(service.ports, [101], 2);
      expect(payloadNumbers(await own.stream.take(2))).toEqual([1, 2]);
      expect(payloadNumbers(await theirs.stream.take(2))).toEqual([100, 101]);
      await own.stream.cancel();
      await theirs.stream.cancel();
    }));

  test("S5: ends with the next heartbeat after its token was revoked", () =>
    withApp(async (service) => {
      const { ports, send } = service;
      const { body } = await send("POST", "/api/keys", { json: { name: "k", role: "OPERADOR" } });
      const streams = await Promise.all([
        openFeed(service, { as: "OPERADOR" }),
        openFeed(service, { as: "anonymous", headers: { authorization: `Bearer ${body.key}` } }),
        openFeed(service, { as: "GERENTE" }),
      ]);
      const [byToken, byKey, another] = streams.map(({ stream }) => stream);
      await logout(ports, causeOf(12, "OPERADOR"));
      await send("DELETE", `/api/keys/${body.id}`);
      for (let second = 0; second < 9; second++) {
        ports.clock.advance(1_000);
        await yieldTurns(service);
      }
      for (const stream of [byToken, byKey])
        expect((await stream?.rest())?.map(({ event }) => event).at(-1)).toBe("bye");
      await appendTestEvents(ports, [1]);
      const [heartbeat, event] = (await another?.take(2)) ?? [];
      expect(heartbeat?.comment).toBe("heartbeat");
      expect(payloadNumbers([event ?? null])).toEqual([1]);
      expect(feedBroadcaster(ports).size).toBe(1);
      await another?.cancel();
    }));

  test("ends when its token expires, and not when the database does not answer", () =>
    withApp(async (service) => {
      const { ports } = service;
      const { stream } = await openFeed(service);
      const { rows } = ports.reader;
      ports.reader.rows = () =>
        Promise.reject(new Failed({ code: "overloaded", what: "reader", retryAfterS: 1 }));
      ports.clock.advance(9_000);
      await yieldTurns(service);
      expect((await stream.next())?.comment).toBe("heartbeat");
      ports.reader.rows = rows;
      expect(feedBroadcaster(ports).size).toBe(1);
      ports.clock.advance(86_400_000);
      const rest = await stream.rest();
      expect(rest.at(-1)?.event).toBe("bye");
      expect(feedBroadcaster(ports).size).toBe(0);
    }));
});
