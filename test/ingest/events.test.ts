import { describe, expect, test } from "bun:test";
import { cancellationEvent, correctionLetter, syntheticEvent } from "../../src/demo/events.ts";
import { syntheticNote } from "../../src/demo/synthetic-note.ts";
import { COMPANY } from "../../src/demo/trade.ts";
import { withService } from "../support/service.ts";

test("F4: a cancellation holds its note, also when it comes first; on a note in stock it is told as a finding", () =>
  withService(async ({ upload, send }) => {
    const [pending, early, late] = [1, 2, 3].map((seed) => syntheticNote({ seed }));
    if (!pending || !early || !late) throw new Error("three notes");

    await upload(pending.xml);
    const event = await upload(cancellationEvent(pending.accessKey));
    expect(event).toMatchObject({
      status: 200,
      body: { event: { type: "110111", effect: "cancelled" } },
    });
    expect((await upload(cancellationEvent(pending.accessKey))).body.event.effect).toBe(
      "cancelled",
    );
    expect(await send("POST", `/api/nfes/${pending.accessKey}/process`)).toMatchObject({
      status: 409,
      body: { code: "nfe.held", holds: [{ code: "cancelled" }] },
    });

    expect((await upload(cancellationEvent(early.accessKey))).body.event.effect).toBe("waiting");
    expect((await upload(early.xml, "?approve=true")).body).toMatchObject({
      status: "PENDENTE",
      holds: [{ code: "cancelled" }],
    });

    await upload(late.xml, "?approve=true");
    expect((await upload(cancellationEvent(late.accessKey))).body.event.effect).toBe("held");
    const detail = await send("GET", `/api/nfes/${late.accessKey}`);
    expect(detail.body).toMatchObject({
      status: "PROCESSADA",
      events: [{ type: "110111", effect: "held" }],
    });
    expect(detail.body.findings.map((f: { code: string }) => f.code)).toContain(
      "cancelled_after_processing",
    );
  }));

test("a cancellation and its note sent at once never leave the note free", () =>
  withService(async ({ upload, rows }) => {
    const notes = Array.from({ length: 20 }, (_, i) => syntheticNote({ seed: 100 + i }));
    await Promise.all(
      notes.flatMap((note, i) =>
        i % 2 === 0
          ? [upload(note.xml), upload(cancellationEvent(note.accessKey))]
          : [upload(cancellationEvent(note.accessKey)), upload(note.xml)],
      ),
    );
    expect(
      await rows("select count(*) as n from notes where holds like '%\"cancelled\"%'"),
    ).toEqual([{ n: 20 }]);
  }));

test("an event that the tax office has not registered changes nothing; a correction letter is attached", () =>
  withService(async ({ upload, send }) => {
    const note = syntheticNote();
    await upload(note.xml);
    expect(
      (await upload(cancellationEvent(note.accessKey, { cStat: "573" }))).body.event.effect,
    ).toBe("none");
    expect((await upload(correctionLetter(note.accessKey))).body.event.effect).toBe("attached");
    const detail = await send("GET", `/api/nfes/${note.accessKey}`);
    expect(detail.body).toMatchObject({
      holds: [],
      events: [{ type: "110110", effect: "attached" }],
    });
  }));

test("F4: an event that came before its note waits no longer once the note is here", () =>
  withService(async ({ upload, send }) => {
    const note = syntheticNote();
    const events = [cancellationEvent(note.accessKey), correctionLetter(note.accessKey)];
    for (const event of events) expect((await upload(event)).body.event.effect).toBe("waiting");
    await upload(note.xml);
    const again = await Promise.all(events.map((event) => upload(event)));
    expect(again.map(({ body }) => body.event.effect)).toEqual(["cancelled", "attached"]);
    const { body } = await send("GET", `/api/nfes/${note.accessKey}`);
    expect(
      body.events.map(({ type, effect }: { type: string; effect: string }) => [type, effect]),
    ).toEqual([
      ["110110", "attached"],
      ["110111", "cancelled"],
    ]);
  }));

const codes = (list: { code: string }[]) => list.map(({ code }) => code);
const STRANGER = "60701190000104";
const NOTE = syntheticNote({ seed: 200 });
const KEY = NOTE.accessKey;
const path = `/api/nfes/${KEY}`;
const by = { author: COMPANY.cnpj };

describe("H5: an event that does not count is `none`, leaves its note as it is, and is audited with the reason", () => {
  const other = syntheticNote({ seed: 201 }).accessKey;
  const forged: [string, string, string][] = [
    ["not registered", cancellationEvent(KEY, { cStat: "573" }), "not_registered"],
    ["of the other environment", cancellationEvent(KEY, { tpAmb: "2" }), "other_environment"],
    [
      "with an answer of the other environment",
      cancellationEvent(KEY).replace(/(<retEvento.*<tpAmb>)1/s, "$12"),
      "other_environment",
    ],
    [
      "that does not say its environment",
      cancellationEvent(KEY).replaceAll("<tpAmb>1</tpAmb>", ""),
      "other_environment",
    ],
    [
      "by somebody else than the emitter",
      cancellationEvent(KEY, { author: STRANGER }),
      "other_author",
    ],
    ["by the recipient", cancellationEvent(KEY, by), "other_author"],
    ["by nobody", cancellationEvent(KEY).replace(/<CNPJ>[^<]*<\/CNPJ>/, ""), "other_author"],
    [
      "a statement of the recipient by somebody else",
      syntheticEvent(KEY, { type: "210220" }),
      "other_author",
    ],
  ];
  test.each(forged)("%s", (_, xml, why) =>
    withService(async ({ upload, send, rows }) => {
      await upload(NOTE.xml);
      const answer = await upload(xml);
      expect(answer).toMatchObject({ status: 200, body: { event: { effect: "none" } } });
      expect((await send("GET", path)).body).toMatchObject({ holds: [], events: [] });
      const [line] = await rows("select detail from audit where action = 'nfe.event'");
      expect(JSON.parse(String(line?.detail))).toMatchObject({ why });
    }),
  );

  test("an answer that names no note, or another note, type or sequence, is no answer to it", () =>
    withService(async ({ upload, send }) => {
      await upload(NOTE.xml);
      const inAnswer = (from: RegExp, to: string) =>
        cancellationEvent(KEY).replace(/<retEvento.*/s, (answer) => answer.replace(from, to));
      for (const [xml, code] of [
        [inAnswer(/<chNFe>[^<]*<\/chNFe>/, ""), "missing"],
        [inAnswer(/<tpEvento>[^<]*<\/tpEvento>/, ""), "missing"],
        [inAnswer(/<nSeqEvento>[^<]*<\/nSeqEvento>/, ""), "missing"],
        [inAnswer(new RegExp(KEY), other), "mismatch"],
        [inAnswer(/<tpEvento>110111/, "<tpEvento>110110"), "mismatch"],
        [inAnswer(/<nSeqEvento>1/, "<nSeqEvento>2"), "mismatch"],
      ] as const)
        expect((await upload(xml)).body).toMatchObject({
          code: "nfe.invalid",
          errors: [{ code, path: expect.stringContaining("/retEvento/infEvento/") }],
        });
      expect((await send("GET", path)).body.holds).toEqual([]);
    }));

  test("a statement by somebody else that came first does not hold the note, and says so beside it", () =>
    withService(async ({ upload, send }) => {
      const early = syntheticEvent(KEY, { type: "210220", author: STRANGER });
      expect((await upload(early)).body.event.effect).toBe("waiting");
      expect((await upload(NOTE.xml)).body.holds).toEqual([]);
      expect((await send("GET", path)).body.events).toMatchObject([{ effect: "none" }]);
    }));

  test("a batch, now or later, answers as the single route does", () =>
    withService(async ({ send }) => {
      const body = new FormData();
      body.append("files", new File([NOTE.xml], "n.xml"));
      for (const [name, xml] of forged) body.append("files", new File([xml], `${name}.xml`));
      const { results } = (await send("POST", "/api/nfe/batch", { body })).body;
      expect(results.slice(1).map(({ effect }: { effect: string }) => effect)).toEqual(
        forged.map(() => "none"),
      );
    }));
});

describe("what other events make of a note", () => {
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

  test("an event that asks for a person holds a note that waits, before it or after it", async () => {
    for (const [_, event, hold] of asking)
      await withService(async ({ upload, send }) => {
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

  test("an event that asks for a person is told as a finding of a note in stock", async () => {
    for (const [_, event, hold] of asking)
      await withService(async ({ upload, send }) => {
        await upload(NOTE.xml, "?approve=true");
        expect((await upload(event)).body.event.effect).toBe("held");
        const { body } = await send("GET", path);
        expect([body.status, body.holds]).toEqual(["PROCESSADA", []]);
        expect(codes(body.findings)).toContain(`${hold}_after_processing`);
      });
  });

  test("a loss says what was lost", () =>
    withService(async ({ upload, send }) => {
      await upload(NOTE.xml);
      await upload(syntheticEvent(KEY, { type: "112130", detail: quantities }));
      expect((await send("GET", path)).body.holds[0].message).toContain("item 1: 2.0000 CX");
    }));

  test("a manager may lift such a hold where the company allows it, and a cancellation never", () =>
    withService(async ({ upload, send }) => {
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
      withService(async ({ upload, send }) => {
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
