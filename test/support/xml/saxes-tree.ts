import { SaxesParser } from "saxes";
import type { XmlElement } from "../../../src/nfe/xml/element.ts";

/** An element in a form that both parsers can give. */
export interface Plain {
  name: string;
  ns: string;
  attributes: [name: string, ns: string, value: string][];
  text: string;
  children: Plain[];
}

interface Building extends Plain {
  /** Texts between two tags. */
  runs: string[];
}

/**
 * The tree of saxes (`xmlns: true`), or null when it refuses the text; a DOCTYPE counts as refused, because our parser accepts none.
 * Blanks between children are left out, as in parseXml.
 */
export function saxesTree(text: string): Plain | null {
  const building = (name: string, ns: string): Building => ({
    name,
    ns,
    attributes: [],
    text: "",
    children: [],
    runs: [""],
  });
  const document = building("", "");
  const open: Building[] = [document];
  let refused = false;
  const parser = new SaxesParser({ xmlns: true, forceXMLVersion: true, defaultXMLVersion: "1.0" });
  const add = (piece: string) => {
    const runs = open.at(-1)?.runs ?? [];
    runs[runs.length - 1] += piece;
  };
  parser.on("error", () => {
    refused = true;
  });
  parser.on("doctype", () => {
    refused = true;
  });
  parser.on("text", add);
  parser.on("cdata", add);
  parser.on("opentag", (tag) => {
    const element = building(tag.local, tag.uri.trim());
    for (const { name, prefix, local, uri, value } of Object.values(tag.attributes))
      if (prefix !== "xmlns" && name !== "xmlns") element.attributes.push([local, uri, value]);
    const parent = open.at(-1);
    parent?.children.push(element);
    parent?.runs.push("");
    open.push(element);
  });
  parser.on("closetag", () => {
    const element = open.pop();
    if (element !== undefined) element.text = ownText(element);
  });
  parser.write(text).close();
  const [root] = document.children;
  return refused || root === undefined ? null : plain(root);
}

const ownText = ({ runs, children }: Building): string =>
  children.length === 0 ? runs.join("") : runs.filter((run) => !/^[ \t\n]*$/.test(run)).join("");

const plain = ({ name, ns, attributes, text, children }: Plain): Plain => ({
  name,
  ns,
  attributes,
  text,
  children: children.map(plain),
});

/** The tree of our parser in the same form. */
export const ourTree = ({ name, ns, attributes, text, children }: XmlElement): Plain => ({
  name,
  ns,
  attributes: attributes.map((attribute) => [attribute.name, attribute.ns, attribute.value]),
  text,
  children: children.map(ourTree),
});
