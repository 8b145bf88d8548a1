import { expect, test } from "bun:test";
import { cancellationEvent, correctionLetter } from "../../../src/synthetic/events.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";
import { readPdf } from "../../support/danfe/read-pdf.ts";

const note = syntheticNote({ seed: 81 });
const path = `/api/nfes/${note.accessKey}/danfe`;

test("a note is shown as a paper, and the same texts are in its PDF", () =>
  withApp(async (service) => {
    await service.upload(note.xml);
    const { status, body } = await service.send("GET", path, { as: "VISUALIZADOR" });
    expect([status, body.title, body.marks, body.items.length]).toEqual([200, "DANFE", [], 2]);
    const response = await service.raw("GET", `${path}.pdf`, { as: "VISUALIZADOR" });
    expect(response.headers.get("content-type")).toBe("application/pdf");
    expect(response.headers.get("content-disposition")).toBe(
      `inline; filename="${note.accessKey}.pdf"`,
    );
    const { pages } = readPdf(new Uint8Array(await response.arrayBuffer()));
    const texts = pages.flatMap((page) => page.texts.map(({ text }) => text));
    for (const { cells } of body.items) for (const text of cells) expect(texts).toContain(text);
    for (const { title } of body.blocks) expect(texts).toContain(title);
  }));

test("a paper has a new ETag when an event changes it, and 304 until then, without its document", () =>
  withApp(async (service) => {
    await service.upload(note.xml);
    for (const form of [path, `${path}.pdf`]) {
      const first = await service.raw("GET", form);
      expect(first.headers.get("x-cache")).toBe("MISS");
      expect((await service.raw("GET", form)).headers.get("x-cache")).toBe("HIT");
      const etag = first.headers.get("etag") ?? "";
      const { get } = service.ports.originals;
      service.ports.originals.get = () => Promise.reject(new Error("read"));
      const again = await service.raw("GET", form, { headers: { "if-none-match": etag } });
      expect([again.status, again.headers.get("etag")]).toEqual([304, etag]);
      service.ports.originals.get = get;
    }
    const before = (await service.raw("GET", path)).headers.get("etag");
    await service.upload(correctionLetter(note.accessKey));
    const corrected = await service.send("GET", path);
    expect(corrected.headers.get("etag")).not.toBe(before);
    expect(corrected.body.additional[0]).toStartWith("CARTA DE CORREÇÃO nº 1");
    await service.upload(cancellationEvent(note.accessKey));
    expect((await service.send("GET", path)).body.marks).toEqual(["CANCELADA"]);
  }));

test("a note that is not there, or whose document cannot be read any more, has no paper", () =>
  withApp(async (service) => {
    expect(await service.send("GET", path)).toMatchObject({
      status: 404,
      body: { code: "nfe.not_found" },
    });
    await service.upload(note.xml);
    const { originals } = service.ports;
    originals.get = async () => new TextEncoder().encode("<a>");
    for (const form of [path, `${path}.pdf`])
      expect(await service.send("GET", form)).toMatchObject({
        status: 422,
        body: { code: "nfe.not_printable", access_key: note.accessKey },
      });
  }));

test("one user makes three papers at a time, and what is refused can be asked for again", () =>
  withApp(async (service) => {
    const notes = Array.from({ length: 4 }, (_, n) => syntheticNote({ seed: 82 + n }));
    for (const { xml } of notes) await service.upload(xml);
    const { originals } = service.ports;
    const { get } = originals;
    const open = Promise.withResolvers<void>();
    originals.get = async (...asked) => {
      await open.promise;
      return get.apply(originals, asked);
    };
    const pdf = (n: number) => service.raw("GET", `/api/nfes/${notes[n]?.accessKey}/danfe.pdf`);
    const held = [pdf(0), pdf(1), pdf(2)];
    await Bun.sleep(20);
    const refused = await pdf(3);
    expect([refused.status, refused.headers.get("retry-after")]).toEqual([429, "1"]);
    open.resolve();
    for (const response of await Promise.all(held)) expect(response.status).toBe(200);
    expect((await pdf(3)).status).toBe(200);
  }));
