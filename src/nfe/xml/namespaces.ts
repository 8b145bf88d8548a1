import { Flaw } from "./flaw.ts";

const XML = "http://www.w3.org/XML/1998/namespace";
const XMLNS = "http://www.w3.org/2000/xmlns/";

/** The namespaces in force at an element; elements that declare none share their parent's. */
export interface Scope {
  /** The default namespace, "" for none. */
  readonly base: string;
  readonly prefixes: ReadonlyMap<string, string> | null;
  readonly outer: Scope | null;
}

export const OUTERMOST: Scope = { base: "", prefixes: new Map([["xml", XML]]), outer: null };

/** An attribute as written: prefix ("" for none), local name, value. */
export interface Written {
  readonly prefix: string;
  readonly name: string;
  readonly value: string;
}

export const isDeclaration = ({ prefix, name }: Written): boolean =>
  prefix === "xmlns" || (prefix === "" && name === "xmlns");

/**
 * The scope inside an element with these attributes. Fails where Namespaces in XML 1.0 does: `xmlns:a=""`,
 * the reserved names `xml` and `xmlns` bound to something else, or something else bound to them.
 */
export function declare(scope: Scope, attributes: readonly Written[], offset: number): Scope {
  let base = scope.base;
  let prefixes: Map<string, string> | null = null;
  for (const attribute of attributes) {
    if (!isDeclaration(attribute)) continue;
    const uri = attribute.value.trim();
    const prefix = attribute.prefix === "" ? "" : attribute.name;
    if (prefix === "xmlns" || uri === XMLNS || (uri === XML) !== (prefix === "xml"))
      throw new Flaw("reserved_namespace", offset);
    if (prefix === "") {
      base = uri;
      continue;
    }
    if (uri === "") throw new Flaw("empty_prefix", offset, prefix);
    prefixes ??= new Map();
    prefixes.set(prefix, uri);
  }
  return prefixes === null && base === scope.base ? scope : { base, prefixes, outer: scope };
}

/** The namespace of a prefix. Fails when the prefix is not declared. */
export function resolve(scope: Scope, prefix: string, offset: number): string {
  for (let at: Scope | null = scope; at !== null; at = at.outer) {
    const uri = at.prefixes?.get(prefix);
    if (uri !== undefined) return uri;
  }
  throw new Flaw("undeclared_prefix", offset, prefix);
}
