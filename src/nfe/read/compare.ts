import { parseAccessKey } from "../access-key.ts";
import { allOf, textOf } from "../layout/group.ts";
import { documentAt } from "../layout/roots.ts";
import { attributeOf, type XmlAttribute, type XmlElement } from "../xml/element.ts";
import { decodeXml } from "../xml/encoding.ts";
import { parseXml } from "../xml/scan.ts";

/** A note inside a document: its infNFe, and the identity of its protocol (null: it has none). */
interface Found {
  readonly infNFe: XmlElement;
  readonly protocol: string | null;
}

/**
 * Compares two documents with the same note. `same`: infNFe has the same content (local names, attributes, texts;
 * prefixes, comments, CDATA, encoding and indentation do not count) and `sent` brings no other protocol. `completes`:
 * `sent` brings the protocol that `stored` lacks. `differs`: anything else, also where one of them cannot be read or
 * has no such note. Either may be an enviNFe that has the note among others.
 */
export function compareDocuments(
  stored: Uint8Array,
  sent: Uint8Array,
  accessKey: string,
): "same" | "completes" | "differs" {
  const before = noteIn(stored, accessKey);
  const now = noteIn(sent, accessKey);
  if (before === null || now === null || !equal(before.infNFe, now.infNFe)) return "differs";
  if (now.protocol === null || now.protocol === before.protocol) return "same";
  return before.protocol === null ? "completes" : "differs";
}

function noteIn(bytes: Uint8Array, accessKey: string): Found | null {
  const decoded = decodeXml(bytes);
  if (!decoded.ok) return null;
  const parsed = parseXml(decoded.value.text);
  if (!parsed.ok) return null;
  const document = documentAt(parsed.value);
  if (document.kind !== "notes") return null;
  for (const { nfe, proc } of document.notes) {
    const [infNFe, second] = allOf(nfe, "infNFe");
    if (infNFe === undefined || second !== undefined) continue;
    const key = parseAccessKey(attributeOf(infNFe, "Id")?.trim() ?? "");
    if (key.ok && key.value === accessKey) return { infNFe, protocol: protocolIn(proc) };
  }
  return null;
}

/** The identity of a protocol: answer, number and note. Without a number it does not count (infProt/nProt). */
function protocolIn(proc: XmlElement | null): string | null {
  const [protNFe] = proc === null ? [] : allOf(proc, "protNFe");
  const [infProt] = protNFe === undefined ? [] : allOf(protNFe, "infProt");
  if (infProt === undefined) return null;
  const [cStat, nProt, chNFe] = ["cStat", "nProt", "chNFe"].map(
    (name) => textOf(allOf(infProt, name)[0]) ?? "",
  );
  return nProt === "" ? null : [cStat, nProt, chNFe].join("\n");
}

/** Two trees of equal content; by a list of pairs, not by recursion. */
function equal(one: XmlElement, other: XmlElement): boolean {
  const pairs: [XmlElement, XmlElement][] = [[one, other]];
  for (let pair = pairs.pop(); pair !== undefined; pair = pairs.pop()) {
    const [a, b] = pair;
    if (a.name !== b.name || a.children.length !== b.children.length) return false;
    if (content(a) !== content(b) || written(a.attributes) !== written(b.attributes)) return false;
    for (const [i, child] of a.children.entries()) {
      const twin = b.children[i];
      if (twin === undefined) return false;
      pairs.push([child, twin]);
    }
  }
  return true;
}

/** A text of blanks alone is no content. */
const content = ({ text }: XmlElement): string => (text.trim() === "" ? "" : text);

const written = (attributes: readonly XmlAttribute[]): string =>
  attributes
    .map(({ name, value }) => `${name}=${value}`)
    .sort()
    .join("\n");
