import { expect, test } from "bun:test";
import fc from "fast-check";
import { parametersOf, readForm } from "../../../src/http/request/multipart.ts";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { FULL } from "../../support/full.ts";
import { withServer } from "../../support/server.ts";

const bytes = (text: string) => new TextEncoder().encode(text);
const B = "83d82e0d-9ced-44c0";
const part = (disposition: string, content: string) =>
  `--${B}\r\nContent-Type: text/xml\r\nContent-Disposition: form-data; ${disposition}\r\n\r\n${content}\r\n`;
const whole = (...parts: string[]) => `${parts.join("")}--${B}--\r\n`;

/** How programs write a field's name, its file name and the boundary. */
const NAMES = [
  'name="FIELD"; filename="nota.xml"',
  "name=FIELD; filename=nota.xml; filename*=utf-8''nota.xml",
  "name=FIELD; filename=nota.xml",
  'NAME="FIELD";FILENAME="nota.xml"',
  'filename="nota.xml"; name="FIELD"',
  'name = "FIELD" ; filename = "nota.xml"',
  "name=FIELD; filename=\"=?utf-8?B?bm90YS54bWw=?=\"; filename*=UTF-8'pt'nota.xml",
];
const BOUNDARIES = [
  `multipart/form-data; boundary=${B}`,
  `multipart/form-data; boundary="${B}"`,
  `multipart/form-data; boundary=${B} ; charset=utf-8`,
  `multipart/form-data; charset=utf-8; boundary=${B}\t`,
  `Multipart/Form-Data; BOUNDARY="${B}"; charset=utf-8`,
];

test("every valid spelling of names and boundary is accepted in a form", () =>
  withServer(async ({ call }) => {
    let seed = 0;
    for (const [path, field] of [
      ["/api/nfe/upload", "file"],
      ["/api/nfe/batch", "files"],
    ] as const)
      for (const [n, names] of NAMES.entries()) {
        const type = BOUNDARIES[n % BOUNDARIES.length] ?? "";
        const body = whole(
          part(names.replace("FIELD", field), syntheticNote({ seed: ++seed, items: 1 }).xml),
        );
        const answer = await call("POST", path, { body, headers: { "content-type": type } });
        expect([names, type, answer.status, answer.body.code]).toEqual([
          names,
          type,
          200,
          undefined,
        ]);
        if (field === "files") expect(answer.body.results[0].file).toBe("nota.xml");
      }
    for (const type of BOUNDARIES) {
      const body = whole(
        part(
          NAMES[0]?.replace("FIELD", "file") ?? "",
          syntheticNote({ seed: ++seed, items: 1 }).xml,
        ),
      );
      expect(
        (await call("POST", "/api/nfe/upload", { body, headers: { "content-type": type } })).status,
      ).toBe(200);
    }
  }));

test("files of any name come out of a form as the runtime's FormData wrote them", async () => {
  const Name = fc.string({ unit: fc.constantFrom(..."aç-.x 0;='é😀"), minLength: 1, maxLength: 8 });
  const Content = fc.oneof(
    fc.uint8Array({ maxLength: 60 }),
    fc
      .array(fc.constantFrom("\r\n", "--", "\r", "\n", "-", "a", "\r\n--", " ", "\0"), {
        maxLength: 12,
      })
      .map((pieces) => bytes(pieces.join(""))),
  );
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(Name, Name, Content), { maxLength: 5 }), async (files) => {
      const data = new FormData();
      for (const [field, name, content] of files)
        data.append(field, new File([new Uint8Array(content)], name));
      data.append("texto", "valor");
      const sent = new Response(data);
      const type = sent.headers.get("content-type") ?? "";
      const read = readForm(new Uint8Array(await sent.arrayBuffer()), type);
      if (!read.ok) throw new Error(read.error);
      expect(
        read.value.map(({ name, filename, bytes: got }) => [name, filename, [...got]]),
      ).toEqual([
        ...files.map(([field, name, content]) => [field, name, [...content]]),
        ["texto", null, [...bytes("valor")]],
      ]);
    }),
    { seed: 20261128, numRuns: FULL ? 5_000 : 200 },
  );
});

test("only a boundary alone on its line ends a part", () => {
  const content = `a\r\n--${B}x\r\n--${B} x\r\n-${B}\r\n--${B}`;
  const read = readForm(
    bytes(
      `preâmbulo\r\n${part("name=a; filename=b", `${content}-\r\nfim`).replaceAll(`--${B}\r\nC`, `--${B} \t\r\nC`)}--${B}--epílogo\r\n--${B}\r\n`,
    ),
    `x; boundary=${B}`,
  );
  expect(read).toMatchObject({
    ok: true,
    value: [{ name: "a", filename: "b", bytes: bytes(`${content}-\r\nfim`) }],
  });
});

const TWO_PARTS = whole(part("name=a; filename=b", "<a/>"), part("name=c", "d"));

test("a truncated form is malformed", () => {
  for (let length = 0; length < TWO_PARTS.length - 4; length++)
    expect([length, readForm(bytes(TWO_PARTS.slice(0, length)), `x; boundary=${B}`)]).toEqual([
      length,
      { ok: false, error: "malformed" },
    ]);
});

test("a form without a usable boundary is refused", () => {
  for (const type of [
    "multipart/form-data",
    "multipart/form-data; boundary=",
    'multipart/form-data; boundary=""',
    "multipart/form-data; xboundary=a",
  ])
    expect(readForm(bytes(TWO_PARTS), type)).toEqual({ ok: false, error: "no_boundary" });
  expect(readForm(bytes(TWO_PARTS), `x; boundary=${"b".repeat(300)}`)).toEqual({
    ok: false,
    error: "malformed",
  });
});

test("a form has a limit of parts", () => {
  const named = `\r\n--${B}\r\nContent-Disposition: form-data; name=a\r\n\r\n`;
  const nameless = `\r\n--${B}\r\n\r\n`;
  for (const one of [named, nameless])
    expect(readForm(bytes(`${one.repeat(5_001)}\r\n--${B}--`), `x; boundary=${B}`)).toEqual({
      ok: false,
      error: "too_many",
    });
});

test("a form of any shape is parsed in linear time", () => {
  const size = 4 << 20;
  const word = "a".repeat(200);
  for (const body of [
    "a".repeat(size),
    "\r\n".repeat(size / 2),
    `\r\n--${word}`.repeat(size / 204),
    `\r\n--${word.slice(1)}`.repeat(size / 203),
    `--${word}\r\n${";".repeat(size)}`,
    `--${word}\r\n${" ".repeat(size)}`,
  ]) {
    const started = performance.now();
    readForm(bytes(body), `x; boundary=${word}`);
    expect(performance.now() - started).toBeLessThan(2_000);
  }
  for (const header of [
    ";".repeat(size),
    `;${"a;".repeat(size / 2)}=`,
    ';a="'.repeat(size / 4),
    ';a="\\'.repeat(size / 5),
    `;a=${" ".repeat(size)}`,
  ]) {
    const started = performance.now();
    parametersOf(header);
    expect(performance.now() - started).toBeLessThan(2_000);
  }
});

test("a Windows path keeps its backslashes in a quoted name", () => {
  expect(
    parametersOf(String.raw`form-data; name="a\"b"; filename="C:\notas\nota.xml"; x`).get(
      "filename",
    ),
  ).toBe(String.raw`C:\notas\nota.xml`);
  expect(parametersOf(String.raw`form-data; name="a\"b;c"`).get("name")).toBe('a"b;c');
  expect(parametersOf("form-data; name=a; name=b").get("name")).toBe("a");
});
