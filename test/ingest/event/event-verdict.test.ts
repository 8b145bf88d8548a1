import { describe, expect, test } from "bun:test";
import { syntheticEvent } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";

const codes = (list: { code: string }[]) => list.map(({ code }) => code);
const NOTE = syntheticNote({ seed: 200 });
const KEY = NOTE.accessKey;
const path = `/api/nfes/${KEY}`;
const by = { author: COMPANY.cnpj };

describe("other events of a note", () => {
  const quantities = {
    gPerecimento: {
      "@nItem": "1",
      gControleEstoque: { qPerecimento: "2.0000", uPerecimento: "CX" },
    },
  };
  const nProt = "135260000000031";
  const asking: [string, string, string][] = [
    ["210220", syntheticEvent(KEY, { type: "210220", ...by }), "refused_by_recipient"],
    ["210240", syntheticEvent(KEY, { type: "210240", ...by }), "refused_by_recipient"],
    ["110192", syntheticEvent(KEY, { type: "110192", nProt }), "not_delivered"],
    ["112130", syntheticEvent(KEY, { type: "112130", nProt, detail: quantities }), "goods_lost"],
    [
      "211124",
      syntheticEvent(KEY, { type: "211124", nProt, detail: quantities, ...by }),
      "goods_lost",
    ],
    ["112140", syntheticEvent(KEY, { type: "112140", nProt }), "not_delivered"],
  ];

  test("an event that needs a decision holds a waiting note, registered before it or after it", async () => {
    for (const [_, event, hold] of asking)
      await withApp(async ({ upload, send }) => {
        const second = syntheticNote({ seed: 202 });
        await upload(NOTE.xml);
        expect((await upload(event)).body.event.effect).toBe("held");
        expect(codes((await send("GET", path)).body.holds)).toEqual([hold]);
        expect((await send("POST", `${path}/process`)).body).toMatchObject({ code: "nfe.held" });
        const early = event
          .replaceAll(KEY, second.accessKey)
          .replaceAll(KEY.slice(6, 20), second.accessKey.slice(6, 20));
        expect((await upload(early)).body.event.effect).toBe("waiting");
        expect(codes((await upload(second.xml, "?approve=true")).body.holds)).toEqual([hold]);
        const { events } = (await send("GET", `/api/nfes/${second.accessKey}`)).body;
        expect(events).toMatchObject([{ effect: "held" }]);
      });
  });

  test("an event that needs a decision is a finding of a posted note", async () => {
    for (const [_, event, hold] of asking)
      await withApp(async ({ upload, send }) => {
        await upload(NOTE.xml, "?approve=true");
        expect((await upload(event)).body.event.effect).toBe("held");
        const { body } = await send("GET", path);
        expect([body.status, body.holds]).toEqual(["PROCESSADA", []]);
        expect(codes(body.findings)).toContain(`${hold}_after_processing`);
      });
  });

  test("a loss states the lost quantities", () =>
    withApp(async ({ upload, send }) => {
      await upload(NOTE.xml);
      await upload(syntheticEvent(KEY, { type: "112130", detail: quantities }));
      expect((await send("GET", path)).body.holds[0].message).toContain("item 1: 2,0000 CX");
    }));

  test("a manager may lift such a hold where the company allows it, and a cancellation never", () =>
    withApp(async ({ upload, send }) => {
      await upload(NOTE.xml);
      await upload(syntheticEvent(KEY, { type: "210220", ...by }));
      const lift = () =>
        send("POST", `${path}/process`, {
          as: "GERENTE",
          json: { override: ["refused_by_recipient"] },
        });
      expect((await lift()).body.code).toBe("nfe.override_denied");
      const allow = (hold: string) =>
        send("PATCH", "/api/company", { json: { overridable_holds: [hold] } });
      expect((await allow("cancelled")).status).toBe(422);
      expect((await allow("refused_by_recipient")).status).toBe(200);
      expect((await lift()).status).toBe(200);
    }));

  const settling: [string, string, string][] = [
    ["210220", "210200", "a later confirmation"],
    ["110192", "110193", "the cancellation of the failed delivery"],
    ["112130", "110001", "the cancellation of that event"],
  ];
  test.each(settling)(
    "%s is settled by %s (%s), in any order of the three documents",
    (asks, settles) =>
      withApp(async ({ upload, send }) => {
        const later = { at: "2026-11-13T14:00:00-03:00" };
        for (const [n, order] of [
          [0, 1, 2],
          [0, 2, 1],
          [1, 0, 2],
          [1, 2, 0],
          [2, 0, 1],
          [2, 1, 0],
        ].entries()) {
          const note = syntheticNote({ seed: 210 + n });
          const author = asks === "210220" ? by : {};
          const documents = [
            note.xml,
            syntheticEvent(note.accessKey, { type: asks, nProt, ...author }),
            syntheticEvent(note.accessKey, {
              type: settles,
              detail: { nProtEvento: nProt, tpEventoAut: asks },
              ...author,
              ...later,
            }),
          ];
          for (const i of order) expect((await upload(documents[i] ?? "")).status).toBe(200);
          expect([order, (await send("GET", `/api/nfes/${note.accessKey}`)).body.holds]).toEqual([
            order,
            [],
          ]);
        }
      }),
  );
});
