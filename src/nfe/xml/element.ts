/** An attribute other than a namespace declaration. `ns` is "" without a prefix, as the namespaces rule has it. */
export interface XmlAttribute {
  readonly name: string;
  readonly ns: string;
  readonly value: string;
}

/**
 * One element. `name` is the local name, `ns` the namespace it resolves to ("" for none).
 * `text` is its own text with references and CDATA resolved; blanks between child elements are left out.
 */
export interface XmlElement {
  readonly name: string;
  readonly ns: string;
  readonly attributes: readonly XmlAttribute[];
  readonly children: readonly XmlElement[];
  readonly text: string;
}

/** Limits of one document; a document over one of them is refused as malformed. */
export const LIMITS = {
  depth: 30,
  elements: 200_000,
  attributes: 64,
  /** UTF-16 units of one text, attribute value or run of blanks. */
  text: 65_536,
} as const;

/** The first child with this local name, whatever its namespace. */
export function childOf(element: XmlElement, name: string): XmlElement | undefined {
  for (const child of element.children) if (child.name === name) return child;
  return undefined;
}

/** Value of the attribute without a prefix, or undefined. */
export function attributeOf(element: XmlElement, name: string): string | undefined {
  for (const attribute of element.attributes)
    if (attribute.name === name && attribute.ns === "") return attribute.value;
  return undefined;
}
