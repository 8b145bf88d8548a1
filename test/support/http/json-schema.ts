/** A schema of the contract, as far as `mismatch` reads it (JSON Schema 2020-12). */
export interface Schema {
  readonly $ref?: string;
  readonly type?: string | readonly string[];
  readonly enum?: readonly unknown[];
  readonly const?: unknown;
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly required?: readonly string[];
  readonly additionalProperties?: boolean | Schema;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly pattern?: string;
  readonly minimum?: number;
  readonly maximum?: number;
}

const typeOf = (value: unknown): string =>
  value === null ? "null" : Array.isArray(value) ? "array" : typeof value;

const hasType = (type: string, value: unknown): boolean =>
  type === "integer" ? Number.isInteger(value) : typeOf(value) === type;

/**
 * Why a value does not have the shape of a schema, or null. `components`: the named schemas.
 */
export function mismatch(
  schema: Schema,
  value: unknown,
  components: Readonly<Record<string, Schema>>,
  at = "$",
): string | null {
  if (schema.$ref !== undefined) {
    const named = components[schema.$ref.replace("#/components/schemas/", "")];
    return named === undefined
      ? `${at}: no ${schema.$ref}`
      : mismatch(named, value, components, at);
  }
  const types = schema.type === undefined ? [] : [schema.type].flat();
  if (types.length > 0 && !types.some((type) => hasType(type, value)))
    return `${at}: ${typeOf(value)} is not ${types.join("|")}`;
  if (schema.enum !== undefined && !schema.enum.includes(value))
    return `${at}: ${JSON.stringify(value)} is none of ${schema.enum.join(", ").slice(0, 200)}`;
  if ("const" in schema && schema.const !== value) return `${at}: is not ${String(schema.const)}`;
  for (const part of schema.allOf ?? []) {
    const wrong = mismatch(part, value, components, at);
    if (wrong !== null) return wrong;
  }
  const choices = schema.anyOf ?? schema.oneOf ?? [];
  if (choices.length > 0) {
    const wrongs = choices.map((choice) => mismatch(choice, value, components, at));
    if (!wrongs.includes(null)) return `${at}: fits none: ${wrongs.join("; ").slice(0, 500)}`;
  }
  if (typeof value === "number") {
    if (schema.minimum !== undefined && value < schema.minimum)
      return `${at}: ${value} is too small`;
    if (schema.maximum !== undefined && value > schema.maximum)
      return `${at}: ${value} is too large`;
  }
  if (
    typeof value === "string" &&
    schema.pattern !== undefined &&
    !new RegExp(schema.pattern, "u").test(value)
  )
    return `${at}: ${value} is not ${schema.pattern}`;
  if (Array.isArray(value)) {
    const { items } = schema;
    if (items === undefined) return null;
    for (const [i, one] of value.entries()) {
      const wrong = mismatch(items, one, components, `${at}[${i}]`);
      if (wrong !== null) return wrong;
    }
    return null;
  }
  return typeof value === "object" && value !== null
    ? ofMembers(schema, new Map(Object.entries(value)), components, at)
    : null;
}

function ofMembers(
  schema: Schema,
  members: ReadonlyMap<string, unknown>,
  components: Readonly<Record<string, Schema>>,
  at: string,
): string | null {
  for (const name of schema.required ?? []) if (!members.has(name)) return `${at}: lacks ${name}`;
  for (const [name, value] of members) {
    const known = schema.properties?.[name];
    const other = schema.additionalProperties;
    if (known === undefined && other === false) return `${at}: ${name} is not named`;
    const under = known ?? (typeof other === "object" ? other : undefined);
    const wrong = under === undefined ? null : mismatch(under, value, components, `${at}.${name}`);
    if (wrong !== null) return wrong;
  }
  return null;
}
