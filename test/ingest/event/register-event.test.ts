import { describe, expect, test } from "bun:test";
import {
  cancellationEvent,
  correctionLetter,
  syntheticEvent,
} from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { COMPANY } from "../../../src/synthetic/trade.ts";
import { withApp } from "../../support/app.ts";
import { deliverMail, resultsOf } from "../../support/mail/deliver-mail.ts";
import { mailOf } from "../../support/mail/raw-mail.ts";
import { enqueueBatch, xmlFile } from "../../support/notes/enqueue-batch.ts";
import { runJobs } from "../../support/run-jobs.ts";

test("F4: a cancellation makes its note CANCELADA, also when it comes first, and takes a posted one back", () =>
  withApp(async ({ upload, send }) => {
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
      body: { code: "nfe.final", note_status: "CANCELADA" },
    });

    expect((await upload(cancellationEvent(early.accessKey))).body.event.effect).toBe("waiting");
    expect((await upload(early.xml, "?approve=true")).body).toMatchObject({
      status: "CANCELADA",
      holds: [{ code: "cancelled" }],
    });

    await upload(late.xml, "?approve=true");
    expect((await upload(cancellationEvent(late.accessKey))).body.event.effect).toBe("cancelled");
    const detail = await send("GET", `/api/nfes/${late.accessKey}`);
    expect(detail.body).toMatchObject({
      status: "CANCELADA",
      holds: [{ code: "cancelled" }],
      events: [{ type: "110111", effect: "cancelled" }],
    });
  }));

test("a cancellation and its note sent at once never leave the note free", () =>
  withApp(async ({ upload, rows }) => {
    const notes = Array.from({ length: 20 }, (_, i) => syntheticNote({ seed: 100 + i }));
    await Promise.all(
      notes.flatMap((note, i) =>
        i % 2 === 0
          ? [upload(note.xml), upload(cancellationEvent(note.accessKey))]
          : [upload(cancellationEvent(note.accessKey)), upload(note.xml)],
      ),
    );
    expect(await rows("select status, count(*) as n from notes group by status")).toEqual([
      { status: "CANCELADA", n: 20 },
    ]);
  }));

test("an event that the tax office has not registered changes nothing; a correction letter is attached", () =>
  withApp(async ({ upload, send }) => {
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

test("F4: an event that came before its note gets its effect once the note is registered", () =>
  withApp(async ({ upload, send }) => {
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

const UNRELATED = "60701190000104";
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
      "by another author than the emitter",
      cancellationEvent(KEY, { author: UNRELATED }),
      "other_author",
    ],
    ["by the recipient", cancellationEvent(KEY, by), "other_author"],
    [
      "without an author",
      cancellationEvent(KEY).replace(/<CNPJ>[^<]*<\/CNPJ>/, ""),
      "other_author",
    ],
    [
      "a statement of the recipient by another author",
      syntheticEvent(KEY, { type: "210220" }),
      "other_author",
    ],
  ];
  test.each(forged)("%s", (_, xml, why) =>
    withApp(async ({ upload, send, rows }) => {
      await upload(NOTE.xml);
      const answer = await upload(xml);
      expect(answer).toMatchObject({ status: 200, body: { event: { effect: "none" } } });
      expect((await send("GET", path)).body).toMatchObject({ holds: [], events: [] });
      const [line] = await rows("select detail from audit where action = 'nfe.event'");
      expect(JSON.parse(String(line?.detail))).toMatchObject({ why });
    }),
  );

  test("an answer that names no note, or another note, type or sequence, is no answer to it", () =>
    withApp(async ({ upload, send }) => {
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

  test("a statement of another author that came first does not hold the note, and has no effect beside it", () =>
    withApp(async ({ upload, send }) => {
      const early = syntheticEvent(KEY, { type: "210220", author: UNRELATED });
      expect((await upload(early)).body.event.effect).toBe("waiting");
      expect((await upload(NOTE.xml)).body.holds).toEqual([]);
      expect((await send("GET", path)).body.events).toMatchObject([{ effect: "none" }]);
    }));

  const effects = (results: { effect?: string }[]) => results.slice(1).map(({ effect }) => effect);

  test("a batch, now or later, answers as the single route does", () =>
    withApp(async (service) => {
      const { send } = service;
      const body = new FormData();
      body.append("files", new File([NOTE.xml], "n.xml"));
      for (const [name, xml] of forged) body.append("files", new File([xml], `${name}.xml`));
      const { results } = (await send("POST", "/api/nfe/batch", { body })).body;
      expect(effects(results)).toEqual(forged.map(() => "none"));
      const files = forged.map(([name, text]) => xmlFile(`${name}.xml`, text));
      const job = await enqueueBatch(service, [xmlFile("n.xml", NOTE.xml), ...files]);
      await runJobs(service.ports);
      expect(effects((await send("GET", job)).body.results)).toEqual(forged.map(() => "none"));
      expect((await send("GET", path)).body).toMatchObject({ holds: [], events: [] });
    }));

  test("a mail is judged as an upload, and another event under the same sequence is rejected", () =>
    withApp(async (service) => {
      await service.upload(NOTE.xml);
      const parts = [
        ...forged.map(([name, content]) => ({ name: `${name}.xml`, content })),
        { name: "carta.xml", content: correctionLetter(KEY) },
        { name: "outra.xml", content: correctionLetter(KEY, { text: "Outra correcao qualquer" }) },
      ];
      const taken = await deliverMail(service, mailOf({ parts }));
      await runJobs(service.ports);
      const lines = await resultsOf(service, taken);
      expect(lines.slice(0, forged.length)).toEqual(
        forged.map(([name]) => [`${name}.xml`, "event"]),
      );
      expect(lines.slice(forged.length)).toEqual([
        ["carta.xml", "event"],
        ["outra.xml", "rejected", "nfe.event_differs"],
      ]);
      expect((await service.send("GET", path)).body).toMatchObject({
        holds: [],
        events: [{ type: "110110" }],
      });
    }));
});
