import { utf8 } from "./bytes.ts";
import { DECLARATION, syntheticNote } from "./synthetic-note.ts";

/** Bytes, with the name of what is special about them. */
export interface XmlSample {
  readonly name: string;
  readonly bytes: Uint8Array<ArrayBuffer>;
}

const { xml } = syntheticNote({ seed: 5, items: 1 });
const body = xml.slice(DECLARATION.length);
const name = /<xProd>([^<]*)<\/xProd>/.exec(xml)?.[1] ?? "";

/** The note with another text in its product's name. */
const named = (text: string): string => xml.replace(`<xProd>${name}<`, `<xProd>${text}<`);
/** The note with other attributes on infNFe. */
const attributes = (text: string): string => xml.replace(/<infNFe [^>]*>/, `<infNFe ${text}>`);
const doctype = (text: string, inside: string): string =>
  `<?xml version="1.0"?><!DOCTYPE nfeProc${text}>${body.replace(`<xProd>${name}<`, `<xProd>${inside}<`)}`;
const id = /Id="[^"]*"/.exec(xml)?.[0] ?? "";
const laughs = Array.from({ length: 9 }, (_, n) => `<!ENTITY l${n + 1} "${`&l${n};`.repeat(10)}">`);

const REFUSED: readonly (readonly [name: string, xml: string])[] = [
  ["a closing tag in other letters", xml.replace("</xProd>", "</xPROD>")],
  ["tags that cross", named("<b><i>x</b></i>")],
  ["a root that never closes", xml.replace("</nfeProc>", "")],
  ["cut off in the middle of a tag", xml.slice(0, xml.indexOf("</vUnCom>") + 4)],
  ["cut off in the middle of an attribute", xml.slice(0, xml.indexOf("Id=") + 20)],
  ["a det that never closes", xml.replace("</det>", "")],
  ["one closing tag too many", `${xml}</nfeProc>`],
  ["an undeclared entity", named("a &saudade; b")],
  ["a bare ampersand", named("ARROZ & FEIJAO")],
  ["a reference to character 0", named("a&#0;b")],
  ["a reference that is no number", named("a&#xZZ;b")],
  ["a reference to half a character", named("a&#xD800;b")],
  ["a reference beyond Unicode", named("a&#x110000;b")],
  ["a DOCTYPE", doctype("", name)],
  ["a DOCTYPE with an entity", doctype(' [<!ENTITY x "y">]', "&x;")],
  ["a billion laughs", doctype(` [<!ENTITY l0 "ha">${laughs.join("")}]`, "&l9;")],
  ["an external entity", doctype(' [<!ENTITY x SYSTEM "file:///etc/hostname">]', "&x;")],
  ["an attribute twice", attributes(`versao="4.00" ${id} ${id}`)],
  ["an attribute without quotes", attributes(`versao=4.00 ${id}`)],
  ["a < in an attribute", attributes(`versao="<4.00" ${id}`)],
  ["an attribute without value", attributes(`versao ${id}`)],
  ["attributes without a space between", attributes(`versao="4.00"${id}`)],
  ["text after the root", `${xml}fim`],
  ["text before the root", `inicio${xml}`],
  ["two roots", `${xml}<nfeProc/>`],
  ["a control character", named("a\u0001b")],
  ["a name that begins with a digit", named("<1a>x</1a>")],
  ["]]> in a text", named("a]]>b")],
  ["a comment that never ends", named("a<!-- b")],
  ["-- in a comment", named("a<!-- b -- c -->")],
  ["a CDATA section that never ends", named("<![CDATA[a")],
  ["the declaration not first", ` ${xml}`],
  ["an undeclared prefix", xml.replaceAll("xProd>", "p:xProd>")],
  ["five thousand levels deep", named("<a>".repeat(5_000) + "</a>".repeat(5_000))],
  ["nothing at all", ""],
  ["nothing but blanks", " \r\n\t "],
];

/** Documents that the reader must refuse: each is `nfe.malformed_xml`. */
export const MALFORMED: readonly XmlSample[] = [
  ...REFUSED.map(([what, text]) => ({ name: what, bytes: utf8(text) })),
  {
    name: "bytes that are not the encoding they declare",
    bytes: Uint8Array.from(xml, (char) => (char === "O" ? 0xd3 : char.charCodeAt(0))),
  },
];

/**
 * Documents that look unusual and are well-formed: all of them have the same note, except for its
 * product's name.
 */
export const WELL_FORMED: readonly XmlSample[] = (
  [
    ["plain", xml],
    ["a byte order mark", `\ufeff${xml}`],
    ["CDATA", named("<![CDATA[a<b&c]]>")],
    ["a comment inside a text", named("a<!-- x -->b")],
    ["references to characters", named("&#65;&#x42;&amp;&lt;&gt;&apos;&quot;")],
    ["a blank before the > of a closing tag", xml.replaceAll("</xProd>", "</xProd \n>")],
    ["single quotes", xml.replaceAll(/="([^"]*)"/g, "='$1'")],
    ["a > in a text", named("5 > 4")],
    [
      "an element called __proto__",
      xml.replace("</imposto>", "</imposto><__proto__>x</__proto__>"),
    ],
    ["no declaration", body],
    ["blanks and a comment around the root", `${DECLARATION}\n<!-- a -->\n${body}\n<!-- b -->\n`],
    ["a processing instruction", `${DECLARATION}<?xml-stylesheet href="danfe.xsl"?>${body}`],
    ["elements that no layout knows yet", xml.replace("</ide>", "<cNovo><a>1</a></cNovo></ide>")],
  ] as const
).map(([what, text]) => ({ name: what, bytes: utf8(text) }));
