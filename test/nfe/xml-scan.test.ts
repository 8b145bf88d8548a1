import { describe, expect, test } from "bun:test";
import { xmlReason } from "../../src/messages/pt-BR/documents/xml-reasons.ts";
import { readDocument } from "../../src/nfe/read/read.ts";
import { LIMITS } from "../../src/nfe/xml/element.ts";
import { parseXml } from "../../src/nfe/xml/scan.ts";
import { MALFORMED, WELL_FORMED } from "../../src/synthetic/malformed.ts";

const HEAD = '<?xml version="1.0"?>';

/** Kind of flaw, a document that has it, a part of the reason, and its position. */
const FLAWS: readonly (readonly [what: string, xml: string, why: string, at: string])[] = [
  ["a tag closed by another", "<nota><item>x</itens></nota>", "</item>", "1:14"],
  ["crossed tags", "<nota><b><i>x</b></i></nota>", "</i>", "1:14"],
  ["a root without its end", "<nota><item/>", "termina antes", "1:14"],
  ["a cut in a closing tag", "<nota><item>x</it", "termina antes", "1:14"],
  ["a cut in an attribute", '<nota versao="4.', "sem fim", "1:15"],
  ["a cut in a start tag", "<nota versao", "atributo sem valor", "1:13"],
  ["a closing tag too many", "<nota/></nota>", "depois do fim", "1:8"],
  ["an entity that is not predefined", "<nota>a&nbsp;b</nota>", "entidade", "1:8"],
  ["a bare ampersand", "<nota>A & B</nota>", "&amp;", "1:9"],
  ["a reference to NUL", "<nota>&#0;</nota>", "não permite", "1:7"],
  ["a reference to a control character", "<nota>&#x1F;</nota>", "não permite", "1:7"],
  ["a reference that is no number", "<nota>&#xZZ;</nota>", "entidade", "1:7"],
  ["a reference to a surrogate", "<nota>&#xDFFF;</nota>", "não permite", "1:7"],
  ["a reference to U+FFFE", "<nota>&#xFFFE;</nota>", "não permite", "1:7"],
  ["a reference beyond Unicode", "<nota>&#x110000;</nota>", "não permite", "1:7"],
  ["a DOCTYPE", `${HEAD}\n<!DOCTYPE nota><nota/>`, "DOCTYPE", "2:1"],
  ["a DOCTYPE in the middle", "<nota><!DOCTYPE a></nota>", "DOCTYPE", "1:7"],
  ["an attribute twice", '<nota a="1" a="2"/>', "a repetido", "1:1"],
  [
    "an attribute twice by its namespace",
    '<n xmlns:p="u" xmlns:q="u" p:a="1" q:a="2"/>',
    "a repetido",
    "1:1",
  ],
  ["a declaration twice", '<n xmlns="u" xmlns="v"/>', "xmlns repetido", "1:1"],
  ["an attribute without quotes", "<nota a=1/>", "sem aspas", "1:9"],
  ["an attribute without a value", "<nota a/>", "sem valor", "1:8"],
  ["< in an attribute", '<nota a="<"/>', "<", "1:10"],
  ["no blank between attributes", '<nota a="1"b="2"/>', "espaço", "1:12"],
  ["a control character in an attribute", '<nota a="\u0001"/>', "não permite", "1:10"],
  ["a slash that does not end the tag", "<nota/ >", "/ sem >", "1:6"],
  ["text after the root", "<nota/>x", "depois do fim", "1:8"],
  ["text before the root", "x<nota/>", "antes do elemento raiz", "1:1"],
  ["two roots", "<nota/><nota/>", "depois do fim", "1:8"],
  ["CDATA outside the root", "<nota/><![CDATA[x]]>", "desconhecida", "1:8"],
  ["a control character", "<nota>\u0008</nota>", "não permite", "1:7"],
  ["U+FFFF", "<nota>\uffff</nota>", "não permite", "1:7"],
  ["a high surrogate alone", "<nota>\ud800</nota>", "não permite", "1:7"],
  ["a low surrogate alone", '<nota a="\udc00"/>', "não permite", "1:10"],
  ["a surrogate alone in a comment", "<nota><!-- \udc00 --></nota>", "não permite", "1:12"],
  ["a name that begins with a digit", "<nota><1a/></nota>", "nome de elemento", "1:7"],
  ["a name that ends with a colon", "<nota:/>", "nome de elemento", "1:1"],
  ["a name with two colons", '<a:b:c xmlns:a="u"/>', "espaço", "1:5"],
  ["a blank after <", "< nota/>", "nome de elemento", "1:1"],
  ["]]> in text", "<nota>a]]>b</nota>", "]]>", "1:8"],
  ["a comment without its end", "<nota><!-- x</nota>", "comentário sem fim", "1:7"],
  ["-- in a comment", "<nota><!-- a -- b --></nota>", "--", "1:14"],
  ["a comment that ends in --->", "<nota><!-- a ---></nota>", "--", "1:14"],
  ["CDATA without its end", "<nota><![CDATA[x</nota>", "CDATA sem fim", "1:7"],
  ["markup that is none", "<nota><!item></nota>", "desconhecida", "1:7"],
  ["the declaration after a blank", ` ${HEAD}<nota/>`, "só pode estar no começo", "1:2"],
  ["a declaration without a version", '<?xml encoding="UTF-8"?><nota/>', "declaração", "1:1"],
  [
    "a declaration in another order",
    '<?xml encoding="UTF-8" version="1.0"?><nota/>',
    "declaração",
    "1:1",
  ],
  ["an instruction without a name", "<nota><? x?></nota>", "sem nome", "1:7"],
  ["an instruction without its end", "<nota><?x </nota>", "sem fim", "1:7"],
  ["nothing", "", "vazio", "1:1"],
  ["a mark and nothing else", "\ufeff", "vazio", "1:2"],
  ["a comment and nothing else", "<!-- x -->", "vazio", "1:11"],
  ["a undeclared prefix", "<nota><p:item/></nota>", "prefixo p", "1:7"],
  ["an attribute's undeclared prefix", '<nota p:a=""/>', "prefixo p", "1:1"],
  ["a prefix used outside its element", '<n><a xmlns:p="u"/><p:b/></n>', "prefixo p", "1:20"],
  ["a prefix declared empty", '<nota xmlns:p=""/>', "vazio", "1:1"],
  ["another namespace called xml", '<nota xmlns:xml="urn:x"/>', "reservado", "1:1"],
  ["the xmlns prefix declared", '<nota xmlns:xmlns="urn:x"/>', "reservado", "1:1"],
  ["an element in xmlns", "<xmlns:nota/>", "prefixo xmlns", "1:1"],
  ["a flaw on the fourth line", "<nota>\r\n<a/>\r<b/>\n  <c></d>\n</nota>", "</c>", "4:6"],
];

test.each([...FLAWS])("%s is refused with reason, line and column", (_, xml, why, at) => {
  const parsed = parseXml(xml);
  if (parsed.ok) throw new Error("it was read");
  const { why: reason, value, line, column } = parsed.error;
  expect(xmlReason(reason, value)).toContain(why);
  expect(`${line}:${column}`).toBe(at);
});

test("each odd document of the demo is refused only if malformed", () => {
  const outcome = (bytes: Uint8Array) => {
    const read = readDocument(bytes);
    return read.ok ? read.value.kind : read.error.code;
  };
  for (const { name, bytes } of MALFORMED)
    expect([name, outcome(bytes)]).toEqual([name, "nfe.malformed_xml"]);
  for (const { name, bytes } of WELL_FORMED)
    expect([name, outcome(bytes)]).toEqual([name, "notes"]);
});

const root = (xml: string) => {
  const parsed = parseXml(xml);
  if (!parsed.ok) throw new Error(parsed.error.why);
  return parsed.value;
};

describe("accepted XML", () => {
  test("references, CDATA and comments are one text, and other ends of lines become LF", () => {
    expect(root("<a>1 &lt;<![CDATA[ & ]]><!-- no -->\r\n2\r3&#13;</a>").text).toBe(
      "1 < & \n2\n3\r",
    );
  });

  test("an attribute's blanks become spaces, unless they are references", () => {
    expect(root('<a b="1\t2\r\n3&#10;4 &quot;\'"/>').attributes).toEqual([
      { name: "b", ns: "", value: "1 2 3\n4 \"'" },
    ]);
  });

  test("names are resolved by namespace, with any prefix", () => {
    const a = root('<p:a xmlns:p="u" xmlns="d"><b p:c=""/><p:b xmlns:p="v"/><b xmlns=""/></p:a>');
    expect([a.ns, ...a.children.map(({ ns }) => ns)]).toEqual(["u", "d", "v", ""]);
    expect(a.children[0]?.attributes[0]).toEqual({ name: "c", ns: "u", value: "" });
  });

  test("blanks between children are left out, those of a leaf are kept", () => {
    const a = root("<a>\n  <b> </b>\n  x <c/>\n</a>");
    expect([a.text, a.children[0]?.text]).toEqual(["\n  x ", " "]);
  });

  test("elements called __proto__ and constructor are elements like others", () => {
    const a = root("<a><__proto__ __proto__='1'>x</__proto__><constructor/><toString/></a>");
    expect(a.children.map(({ name }) => name)).toEqual(["__proto__", "constructor", "toString"]);
    expect(a.children[0]?.attributes[0]?.value).toBe("1");
    expect(Object.getPrototypeOf(a)).toBe(Object.prototype);
  });

  test("letters of any script may stand in a name, also outside the first plane", () => {
    expect(root("<ação·1><\u{10400}x/></ação·1>").children[0]?.name).toBe("\u{10400}x");
  });
});

describe("limits", () => {
  const nested = (depth: number) => "<a>".repeat(depth) + "</a>".repeat(depth);
  const attributes = (count: number) =>
    `<a ${Array.from({ length: count }, (_, i) => `b${i}=""`).join(" ")}/>`;
  const within: readonly (readonly [string, (n: number) => string, number])[] = [
    ["levels", nested, LIMITS.depth],
    ["elements", (n) => `<a>${"<b/>".repeat(n - 1)}</a>`, LIMITS.elements],
    ["attributes of an element", attributes, LIMITS.attributes],
    ["characters of a text", (n) => `<a>${"x".repeat(n)}</a>`, LIMITS.text],
    ["characters of a text in CDATA", (n) => `<a><![CDATA[${"x".repeat(n)}]]></a>`, LIMITS.text],
    ["characters of a text of references", (n) => `<a>${"&amp;".repeat(n)}</a>`, LIMITS.text],
    ["characters of an attribute", (n) => `<a b="${"x".repeat(n)}"/>`, LIMITS.text],
    ["characters of a text between children", (n) => `<a>${"x<b/>".repeat(n)}</a>`, LIMITS.text],
  ];

  test.each([...within])(
    "as many %s as allowed are read, one more is refused",
    (_, make, limit) => {
      expect(parseXml(make(limit)).ok).toBe(true);
      const over = parseXml(make(limit + 1));
      expect(over.ok ? "" : over.error.value).toBe(String(limit));
    },
  );

  /** Ten megabytes each: a quadratic reader does not end within the test's timeout. */
  const LONG = 10 * 1024 * 1024;
  const hostile: readonly (readonly [string, string, string, string])[] = [
    ["opening brackets", "", "<", ""],
    ["open elements", "", "<a>", ""],
    ["closing tags", "<a>", "</a>", ""],
    ["empty elements", "<a>", "<a/>", "</a>"],
    ["ampersands", "<a>", "&", "</a>"],
    ["references", "<a>", "&amp;", "</a>"],
    ["digits of a reference", "<a>&#", "0", ";</a>"],
    ["one text", "<a>", "x", "</a>"],
    ["closing brackets", "<a>", "]", "</a>"],
    ["blanks", "<a>", " ", "</a>"],
    ["line ends", "<a>", "\r", "</a>"],
    ["open comments", "<a>", "<!-- ", "</a>"],
    ["dashes", "<a><!--", " -", "--></a>"],
    ["open CDATA sections", "<a>", "<![CDATA[", "</a>"],
    ["open instructions", "<a>", "<?a ", "</a>"],
    ["attributes", "<a", ' b="1"', "/>"],
    ["an attribute's value", '<a b="', "\t", '"/>'],
    ["a name", "<", "a", "/>"],
    ["entities of a DOCTYPE", "<!DOCTYPE a [", "<!ENTITY b 'c'>", "]><a/>"],
  ];

  test.each([...hostile])(
    "ten megabytes of %s come to an end and are no note",
    (_, head, piece, tail) => {
      const text = head + piece.repeat(Math.ceil(LONG / piece.length)) + tail;
      const read = readDocument(new TextEncoder().encode(text));
      expect(read.ok).toBe(false);
    },
  );
});
