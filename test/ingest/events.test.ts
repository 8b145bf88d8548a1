import { expect, test } from "bun:test";
import { cancellationEvent, correctionLetter } from "../../src/demo/events.ts";
import { syntheticNote } from "../../src/demo/synthetic-note.ts";
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
