import { expect, test } from "bun:test";
import { type ParsedMail, parseMail } from "../../src/mail/parsed-mail.ts";
import { type MailPart, mailOf } from "../support/mail/raw-mail.ts";

const NOTE = '<?xml version="1.0"?><nfeProc>é</nfeProc>';
const ports = { yieldToEventLoop: async () => undefined };

async function read(raw: Uint8Array<ArrayBuffer>): Promise<ParsedMail> {
  const letter = await parseMail(raw, ports);
  if (!letter.ok) throw new Error(letter.error.code);
  return letter.value;
}
const filesOf = async (raw: Uint8Array<ArrayBuffer>) =>
  Promise.all(
    (await read(raw)).files.map(async ({ name, blob }) => [
      name,
      Buffer.from(await blob.arrayBuffer())
        .toString("latin1")
        .trimEnd(),
    ]),
  );
const latin1 = (text: string) => Buffer.from(text, "latin1");
const codeOf = async (raw: Uint8Array<ArrayBuffer>) => {
  const letter = await parseMail(raw, ports);
  return letter.ok ? null : letter.error.code;
};

test("a note is found as an attachment, inline, as text, by its name alone, or as the mail's text", async () => {
  const bytes = latin1(NOTE);
  const forms: MailPart[] = [
    { name: "a.xml", type: "application/xml", content: bytes },
    { name: "b.xml", type: "text/xml", disposition: "inline", content: bytes },
    { name: "c.xml", type: "text/plain", disposition: "inline", encoding: "8bit", content: bytes },
    { name: "d.xml", type: "image/png", encoding: "quoted-printable", content: bytes },
    { name: "e.XML", type: "text/html", content: bytes },
    { type: "text/plain", disposition: null, encoding: "8bit", content: bytes },
    { type: "text/xml", disposition: null, content: bytes },
  ];
  expect(await filesOf(mailOf({ parts: forms }))).toEqual([
    ["a.xml", NOTE],
    ["b.xml", NOTE],
    ["c.xml", NOTE],
    ["d.xml", NOTE],
    ["e.XML", NOTE],
    ["mensagem.xml", NOTE],
    ["mensagem.xml", NOTE],
  ]);
});

test("the bytes of a file that is not UTF-8 are unchanged", async () => {
  const [file] = (
    await read(mailOf({ parts: [{ name: "a.xml", type: "text/plain", content: latin1("ção") }] }))
  ).files;
  expect([...new Uint8Array((await file?.blob.arrayBuffer()) ?? new ArrayBuffer(0))]).toEqual([
    0xe7, 0xe3, 0x6f,
  ]);
});

test("the mail's text is no file, and every attachment with a name is one", async () => {
  const files = await filesOf(
    mailOf({
      parts: [
        { type: "text/html", disposition: null, encoding: "8bit", content: "<p>Olá</p>" },
        { name: "danfe.pdf", content: "%PDF-1.7" },
        { name: "=?utf-8?Q?nota_n=C2=BA_1.xml?=", content: "<a/>" },
      ],
    }),
  );
  expect(files.map(([name]) => name)).toEqual(["danfe.pdf", "nota nº 1.xml"]);
});

test("two levels of forwarded mails are opened, and a third is not", async () => {
  const inside = (raw: Uint8Array, name?: string): MailPart => ({
    type: "message/rfc822",
    name,
    encoding: "8bit",
    content: Buffer.from(raw).toString("latin1"),
  });
  const deep = (n: number): Uint8Array<ArrayBuffer> =>
    mailOf({
      parts: [
        { name: `${n}.xml`, content: "<a/>" },
        ...(n === 4 ? [] : [inside(deep(n + 1), n === 1 ? "fw.eml" : undefined)]),
      ],
    });
  const letter = await read(deep(1));
  expect(letter.files.map(({ name }) => name)).toEqual([
    "1.xml",
    "fw.eml/2.xml",
    "fw.eml/mensagem.eml/3.xml",
  ]);
  expect(letter.unopened.map(({ kind, file }) => [kind, file])).toEqual([
    ["ignored", "fw.eml/mensagem.eml/mensagem.eml"],
  ]);
});

test("S17: a mail with two headers From, two addresses or a group has no sender", async () => {
  expect((await read(mailOf({ from: "Forn <nfe@forn.example>" }))).from).toBe("nfe@forn.example");
  for (const raw of [
    mailOf({ headers: ["From: x@evil.example"] }),
    mailOf({ from: "nfe@forn.example, x@evil.example" }),
    mailOf({ from: "Todos: nfe@forn.example;" }),
    mailOf({ from: "" }),
  ])
    expect((await read(raw)).from).toBeNull();
});

test("the Return-Path and the authentication results of servers are read", async () => {
  const letter = await read(
    mailOf({
      headers: [
        "Return-Path: <bounce@forn.example>",
        "Authentication-Results: mx.example;\r\n dmarc=pass",
        "Authentication-Results: evil.example; dmarc=fail",
      ],
    }),
  );
  expect(letter.returnPath).toBe("bounce@forn.example");
  expect(letter.authenticationResults.map((text) => text.split(";")[0])).toEqual([
    "mx.example",
    "evil.example",
  ]);
  expect((await read(mailOf({ headers: ["Return-Path: <>"] }))).returnPath).toBeNull();
  expect((await read(mailOf())).returnPath).toBeUndefined();
});

test("S18: too many parts, headers or levels are refused before they cost time or memory", async () => {
  const parts = Array.from({ length: 5_001 }, () => ({ name: "a", content: "" }));
  expect(await codeOf(mailOf({ parts }))).toBe("mail.malformed");
  expect(await codeOf(mailOf({ headers: ["X: y".padEnd(300_000, "z")] }))).toBe("mail.malformed");
  const nested = Array.from(
    { length: 40 },
    (_, n) => `Content-Type: multipart/mixed; boundary=b${n}\r\n\r\n--b${n}\r\n`,
  ).join("");
  expect(await codeOf(Uint8Array.from(Buffer.from(nested)))).toBe("mail.malformed");
});

test("any bytes are parsed or malformed, and nothing is thrown", async () => {
  const whole = mailOf({ parts: [{ name: "a.xml", content: NOTE }] });
  for (let cut = 0; cut < whole.length; cut += 7) await parseMail(whole.slice(0, cut), ports);
  expect((await read(new Uint8Array(0))).files).toEqual([]);
  const noise = Uint8Array.from({ length: 5_000 }, (_, n) => (n * 7_919) % 256);
  expect((await parseMail(noise, ports)).ok).toBe(true);
});

test("a large mail gives other work its turns while it is parsed", async () => {
  let turns = 0;
  const content = new Uint8Array(2 * 1_048_576);
  const raw = mailOf({ parts: [{ name: "a.zip", content }] });
  const letter = await parseMail(raw, {
    async yieldToEventLoop() {
      turns += 1;
    },
  });
  expect(letter.ok && letter.value.files[0]?.blob.size).toBe(content.byteLength);
  expect(turns).toBeGreaterThan(10);
});
