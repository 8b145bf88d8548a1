import { describe, expect, test } from "bun:test";
import { verifyNotes } from "../../../src/ingest/note/verify-notes.ts";
import { reconcileAll } from "../../../src/stock/reconcile/reconcile.ts";
import {
  cancellationEvent,
  correctionLetter,
  syntheticEvent,
} from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { type Answer, type TestApp, withApp } from "../../support/app.ts";

const NOTE = syntheticNote({ seed: 81 });
const path = `/api/nfes/${NOTE.accessKey}`;
const codes = (list: { code: string }[]) => list.map(({ code }) => code);

const withdraw = ({ send }: TestApp, id: string, as: "GERENTE" | "OPERADOR" = "GERENTE") =>
  send("POST", `${path}/events/${id}/withdraw`, { as, json: { reason: "arquivo falso" } });

const holdsOf = async ({ send }: TestApp): Promise<string[]> =>
  codes((await send("GET", path)).body.holds);

const idOf = (answer: Answer): string => String(answer.body.event.id);

describe("H5: a wrong event can be withdrawn", () => {
  test("by a manager, with a reason; it stays visible, its note is judged again, feed and audit have it", () =>
    withApp(async (service) => {
      const { upload, send, rows } = service;
      await upload(NOTE.xml);
      const id = idOf(await upload(cancellationEvent(NOTE.accessKey)));
      expect(await holdsOf(service)).toEqual(["cancelled"]);
      expect((await withdraw(service, id, "OPERADOR")).status).toBe(403);
      expect((await withdraw(service, "no-such-event")).body).toMatchObject({
        code: "nfe.event_not_found",
        status: 404,
      });
      expect(await withdraw(service, id)).toMatchObject({ status: 200, body: { event_id: id } });
      expect((await send("GET", path)).body).toMatchObject({
        holds: [],
        events: [{ id, effect: "withdrawn", withdrawn: { reason: "arquivo falso" } }],
      });
      expect((await withdraw(service, id)).status).toBe(200);
      const lines = await rows("select detail from audit where action = 'nfe.event_withdraw'");
      expect(lines.map(({ detail }) => JSON.parse(String(detail)))).toEqual([
        { type: "110111", sequence: 1, event_id: id, reason: "arquivo falso" },
      ]);
      expect(await rows("select type from events where type = 'nfe.event_withdrawn'")).toHaveLength(
        1,
      );
      expect((await send("POST", `${path}/process`)).status).toBe(200);
    }));

  test("the same event sent again stays withdrawn, and another one takes its place", () =>
    withApp(async (service) => {
      const { upload } = service;
      await upload(NOTE.xml);
      const id = idOf(await upload(cancellationEvent(NOTE.accessKey)));
      await withdraw(service, id);
      for (const again of [
        cancellationEvent(NOTE.accessKey),
        cancellationEvent(NOTE.accessKey, { root: "procEvento" }),
        cancellationEvent(NOTE.accessKey).replaceAll("><", ">\n<"),
      ])
        expect((await upload(again)).body.event).toMatchObject({ effect: "withdrawn", id });
      expect(await holdsOf(service)).toEqual([]);
      const real = await upload(
        cancellationEvent(NOTE.accessKey, { text: "Pedido cancelado de fato" }),
      );
      expect(real.body.event.effect).toBe("cancelled");
      expect(await holdsOf(service)).toEqual(["cancelled"]);
    }));

  test("also before its note is here, and on a note that was in stock, which waits then and may be approved again", () =>
    withApp(async (service) => {
      const { upload, send } = service;
      const early = idOf(await upload(cancellationEvent(NOTE.accessKey)));
      await withdraw(service, early);
      expect((await upload(NOTE.xml, "?approve=true")).body).toMatchObject({
        status: "PROCESSADA",
        holds: [],
      });
      const late = idOf(await upload(cancellationEvent(NOTE.accessKey, { sequence: 2 })));
      expect((await send("GET", path)).body.status).toBe("CANCELADA");
      await withdraw(service, late);
      expect((await send("GET", path)).body).toMatchObject({ status: "PENDENTE", holds: [] });
      const stock = () =>
        service.rows("select product, quantity_e4, value_e2 from balances where quantity_e4 <> 0");
      expect(await stock()).toEqual([]);
      expect((await verifyNotes(service.ports, 1, 0)).flaws).toEqual([]);
      expect((await send("POST", `${path}/process`)).status).toBe(200);
      expect(await stock()).not.toEqual([]);
      expect((await verifyNotes(service.ports, 1, 0)).flaws).toEqual([]);
      expect(await reconcileAll(service.ports, 1)).toEqual([]);
    }));

  test("twenty withdrawals at once withdraw it once", () =>
    withApp(async (service) => {
      await service.upload(NOTE.xml);
      const id = idOf(await service.upload(cancellationEvent(NOTE.accessKey)));
      const answers = await Promise.all(Array.from({ length: 20 }, () => withdraw(service, id)));
      expect(new Set(answers.map(({ status }) => status))).toEqual(new Set([200]));
      expect(
        await service.rows("select id from audit where action = 'nfe.event_withdraw'"),
      ).toHaveLength(1);
    }));

  test("an event of another company is not found", () =>
    withApp(async (service) => {
      await service.upload(NOTE.xml);
      const id = idOf(await service.upload(cancellationEvent(NOTE.accessKey)));
      const other = await service.send("POST", `${path}/events/${id}/withdraw`, {
        as: "otherCompany",
        json: { reason: "não é minha" },
      });
      expect(other.status).toBe(404);
      expect(await holdsOf(service)).toEqual(["cancelled"]);
    }));
});

describe("M6: two events under one key, type and sequence are distinguished", () => {
  const first = correctionLetter(NOTE.accessKey, { text: "Onde se le rua A, leia-se rua B" });
  const second = correctionLetter(NOTE.accessKey, {
    text: "Onde se le dez, leia-se onze unidades",
  });

  test("the second is refused with 409 and differs, audited with its hash, and the first stands", () =>
    withApp(async ({ upload, send, rows }) => {
      await upload(NOTE.xml);
      expect((await upload(first)).body.event.effect).toBe("attached");
      expect(await upload(second)).toMatchObject({
        status: 409,
        body: {
          code: "nfe.event_differs",
          access_key: NOTE.accessKey,
          event: "110110",
          sequence: 1,
          differs: true,
        },
      });
      const { body } = await send("GET", path);
      expect(body.events).toMatchObject([{ text: "Onde se le rua A, leia-se rua B" }]);
      const [line] = await rows("select entity_id, detail from audit where action = 'nfe.refuse'");
      expect(line?.entity_id).toBe(NOTE.accessKey);
      expect(JSON.parse(String(line?.detail))).toEqual({
        code: "nfe.event_differs",
        sha256: expect.stringMatching(/^[0-9a-f]{64}$/),
        differs: true,
      });
    }));

  test("the same one, written otherwise, is the same", () =>
    withApp(async ({ upload, rows }) => {
      await upload(NOTE.xml);
      const { id } = (await upload(first)).body.event;
      for (const same of [
        first,
        first.replaceAll("><", ">\n<"),
        first.replaceAll("procEventoNFe", "procEvento"),
      ])
        expect((await upload(same)).body.event).toMatchObject({ effect: "attached", id });
      expect(await rows("select id from audit where action = 'nfe.event'")).toHaveLength(1);
    }));

  test("concurrent ones: one is registered, and the other is refused", () =>
    withApp(async ({ upload, rows }) => {
      await upload(NOTE.xml);
      const answers = await Promise.all([upload(first), upload(second)]);
      expect(answers.map(({ status }) => status).sort()).toEqual([200, 409]);
      expect(await rows("select type from nfe_events")).toHaveLength(1);
    }));

  test("an event of an unrelated author before the note excludes neither the recipient's event nor the emitter's", () =>
    withApp(async (service) => {
      const { upload } = service;
      const said = (type: string, author: string) =>
        syntheticEvent(NOTE.accessKey, { type, author });
      const unrelated = "99888777000100";
      for (const type of ["210200", "210220", "210240", "211124"])
        for (const author of [unrelated, COMPANY.cnpj])
          expect((await upload(said(type, author))).body.event).toMatchObject({
            effect: "waiting",
          });
      expect((await upload(said("110192", unrelated))).body.event.effect).toBe("none");
      expect((await upload(said("110192", NOTE.accessKey.slice(6, 20)))).body.event.effect).toBe(
        "waiting",
      );
      expect((await upload(NOTE.xml, "?approve=true")).body.status).toBe("PENDENTE");
      expect(await holdsOf(service)).toEqual([
        "refused_by_recipient",
        "not_delivered",
        "goods_lost",
      ]);
      const branch = syntheticEvent(NOTE.accessKey, {
        type: "210240",
        author: COMPANY.cnpj,
        at: "2026-11-13T14:00:00-03:00",
      });
      expect((await upload(branch)).status).toBe(409);
    }));

  test("in a batch, and in its dry run, the second is rejected with the same code", () =>
    withApp(async ({ send, rows }) => {
      for (const query of ["?dry_run=true", ""]) {
        const body = new FormData();
        for (const xml of [NOTE.xml, first, second]) body.append("files", new File([xml], "a.xml"));
        const answer = await send("POST", `/api/nfe/batch${query}`, { body });
        expect(answer.body.results).toMatchObject([
          { outcome: "registered" },
          { outcome: "event" },
          { outcome: "rejected", code: "nfe.event_differs", access_key: NOTE.accessKey },
        ]);
      }
      expect(await rows("select type from nfe_events")).toHaveLength(1);
    }));
});

test("an event of another type leaves the hold of a cancellation as it is", () =>
  withApp(async (service) => {
    await service.upload(NOTE.xml);
    await service.upload(cancellationEvent(NOTE.accessKey));
    await service.upload(
      syntheticEvent(NOTE.accessKey, { type: "110150", detail: { tpAutor: "1" } }),
    );
    expect(await holdsOf(service)).toEqual(["cancelled"]);
  }));
