import fc from "fast-check";
import type { Schema as Shape } from "./json-schema.ts";

/**
 * Drives a service by its own /openapi.json, on any runtime: requests are made of the schemas of each operation, with ids that
 * exist in either company. Knows nothing of Bun, so that the tests of the edge can import it under Node.
 */

/** A schema as requests are made of it. */
interface Schema extends Shape {
  readonly properties?: Readonly<Record<string, Schema>>;
  readonly items?: Schema;
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
  readonly allOf?: readonly Schema[];
  readonly format?: string;
  readonly default?: unknown;
  readonly example?: unknown;
  readonly examples?: readonly unknown[];
  readonly maxLength?: number;
  readonly maxItems?: number;
  readonly minItems?: number;
}

interface Parameter {
  readonly name: string;
  readonly in: "path" | "query" | "header";
  readonly required?: boolean;
  readonly schema: Schema;
}

interface Reference {
  readonly $ref: string;
}

export interface Answered {
  readonly $ref?: string;
  readonly headers?: Readonly<Record<string, unknown>>;
  readonly content?: Readonly<Record<string, { readonly schema?: Schema }>>;
}

interface Operation {
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: {
    readonly content: Readonly<
      Record<string, { readonly schema: Schema; readonly example?: unknown }>
    >;
  };
  readonly responses: Readonly<Record<string, Answered>>;
}

/** /openapi.json, as far as it is read. */
export interface Contract {
  readonly paths: Readonly<Record<string, Readonly<Record<string, Operation>>>>;
  readonly components: {
    readonly schemas: Readonly<Record<string, Schema>>;
    readonly responses: Readonly<Record<string, Answered>>;
    readonly parameters?: Readonly<Record<string, Parameter>>;
  };
}

/** A request as it is sent. */
export interface Driven {
  readonly method: string;
  /** As the contract has it: `/api/products/{code}`. */
  readonly route: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string | Uint8Array<ArrayBuffer> | null;
}

/** Values that exist, by the name of the parameter or member that takes them, and documents. */
export interface Known {
  readonly values: Readonly<Record<string, readonly (string | number)[]>>;
  readonly documents: readonly (string | Uint8Array<ArrayBuffer>)[];
}

/** They end the caller's session, measure the process, or call servers. */
const LEFT_OUT =
  /^\/api\/(?:logout|me\/password|session\b.*|login|profile\/.*|webhooks\/\{id\}\/ping|users\/\{id\}.*|config\/.*\/test)$/;
const ODD = [null, true, -1, 0.5, 1e300, "", "\u0000", "x".repeat(700), [], {}, [[]], { a: 1 }];
const DOCUMENTS = [
  "multipart/form-data",
  "application/xml",
  "text/xml",
  "application/zip",
  "text/csv",
];

/** Every operation that is driven, as `GET /api/products`. */
export const drivenOperations = ({ paths }: Contract): string[] =>
  Object.entries(paths).flatMap(([route, methods]) =>
    LEFT_OUT.test(route)
      ? []
      : Object.keys(methods).map((method) => `${method.toUpperCase()} ${route}`),
  );

/** Requests of every operation, whole and broken. */
export function requestsOf(contract: Contract, known: Known): fc.Arbitrary<Driven> {
  const operations = Object.entries(contract.paths).flatMap(([route, methods]) =>
    LEFT_OUT.test(route)
      ? []
      : Object.entries(methods).map(([method, operation]) =>
          requestOf(contract, known, { route, method: method.toUpperCase(), operation }),
        ),
  );
  return fc.oneof(...operations);
}

function requestOf(
  contract: Contract,
  known: Known,
  { route, method, operation }: { route: string; method: string; operation: Operation },
): fc.Arbitrary<Driven> {
  const parameters = (operation.parameters ?? []).flatMap((one) => {
    if (!("$ref" in one)) return [one];
    return contract.components.parameters?.[one.$ref.replace("#/components/parameters/", "")] ?? [];
  });
  const textFor = ({ name, schema }: Parameter) => {
    // An id is of the resource of its route.
    const called = name === "id" ? `id of ${route.split("/")[2]}` : name;
    const made = valueArbitrary(schema, contract, known, called, 2).map((value) => String(value));
    return name === "wait" ? fc.constant("0") : made;
  };
  const given = parameters.map((one) =>
    fc.tuple(
      fc.constant(one),
      textFor(one),
      one.required === true ? fc.constant(true) : fc.nat(3).map((n) => n === 0),
    ),
  );
  const key = fc.option(fc.constantFrom("k1", "k2", "k3", "k4"), { freq: 2, nil: undefined });
  return fc
    .tuple(fc.tuple(...given), bodyOf(contract, known, operation), key)
    .map(([values, body, idempotencyKey]) => {
      const sent = values.filter(([one, , isSent]) => isSent || one.in === "path");
      const path = sent.reduce(
        (left, [one, value]) =>
          one.in === "path"
            ? left.replace(`{${one.name}}`, encodeURIComponent(value) || "x")
            : left,
        route,
      );
      const query = sent
        .filter(([one]) => one.in === "query" && one.name !== "token")
        .map(([one, value]) => `${one.name}=${encodeURIComponent(value.toWellFormed())}`);
      const headers = sent
        .filter(([one, value]) => one.in === "header" && /^[\x20-\x7e]+$/.test(value))
        .map(([one, value]) => [one.name, value] as const);
      return {
        method,
        route,
        path: query.length === 0 ? path : `${path}?${query.join("&")}`,
        headers: {
          ...(method === "POST" && idempotencyKey !== undefined
            ? { "idempotency-key": idempotencyKey }
            : {}),
          ...Object.fromEntries(headers),
          ...(body === null ? {} : { "content-type": body.type }),
        },
        body: body === null ? null : body.bytes,
      };
    });
}

interface Body {
  readonly type: string;
  readonly bytes: string | Uint8Array<ArrayBuffer>;
}

const BOUNDARY = "----fronteira";
const form = (content: string): string =>
  `--${BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a.xml"\r\n\r\n${content}\r\n--${BOUNDARY}--\r\n`;

function bodyOf(
  contract: Contract,
  known: Known,
  { requestBody }: Operation,
): fc.Arbitrary<Body | null> {
  if (requestBody === undefined) return fc.constant(null);
  const kinds = Object.entries(requestBody.content).map(([type, { schema, example }]) => {
    if (!DOCUMENTS.includes(type) && type !== "application/json")
      return fc.constantFrom(...known.documents).map((bytes): Body => ({ type, bytes }));
    if (type === "application/json")
      return fc
        .tuple(
          // Some members are right only together: then the document's own example is.
          fc.oneof(
            { weight: 3, arbitrary: valueArbitrary(schema, contract, known, "", 4) },
            { weight: example === undefined ? 0 : 1, arbitrary: fc.constant(example) },
          ),
          fc.nat(5),
          fc.constantFrom(...ODD),
          fc.nat(30),
        )
        .map(
          ([value, how, odd, at]): Body => ({
            type,
            bytes: JSON.stringify(broken(value, how, odd, at)),
          }),
        );
    return fc.constantFrom(...known.documents).map((bytes): Body => {
      const isForm = type === "multipart/form-data" && typeof bytes === "string";
      return isForm
        ? { type: `${type}; boundary=${BOUNDARY}`, bytes: form(bytes) }
        : { type, bytes };
    });
  });
  return fc.oneof(...kinds);
}

/** Every third body has a member that is odd, gone or unknown. */
function broken(value: unknown, how: number, odd: unknown, at: number): unknown {
  if (how > 1 || typeof value !== "object" || value === null || Array.isArray(value)) return value;
  const members = Object.entries(value);
  const name = members[at % (members.length + 1)]?.[0] ?? "estranho";
  const left = members.filter(([one]) => one !== name);
  return Object.fromEntries(how === 0 ? [...left, [name, odd]] : left);
}

/** Values of a schema; where something with the name exists, that in half of the cases. */
function valueArbitrary(
  given: Schema,
  contract: Contract,
  known: Known,
  name: string,
  depth: number,
): fc.Arbitrary<unknown> {
  const schema = resolved(given, contract);
  const there = known.values[name] ?? [];
  const made = madeOf(schema, contract, known, name, depth);
  const examples = [schema.example, schema.default, ...(schema.examples ?? [])].filter(
    (one) => one !== undefined,
  );
  const choices = [
    { weight: 2, arbitrary: made },
    ...(there.length === 0 ? [] : [{ weight: 4, arbitrary: fc.constantFrom<unknown>(...there) }]),
    ...(examples.length === 0 ? [] : [{ weight: 1, arbitrary: fc.constantFrom(...examples) }]),
  ];
  return fc.oneof(...choices);
}

const resolved = (schema: Schema, { components }: Contract): Schema =>
  schema.$ref === undefined
    ? schema
    : (components.schemas[schema.$ref.replace("#/components/schemas/", "")] ?? {});

function madeOf(
  schema: Schema,
  contract: Contract,
  known: Known,
  name: string,
  depth: number,
): fc.Arbitrary<unknown> {
  const inside = (one: Schema, called = name) =>
    valueArbitrary(one, contract, known, called, depth - 1);
  if (schema.enum !== undefined && schema.enum.length > 0) return fc.constantFrom(...schema.enum);
  if (schema.const !== undefined) return fc.constant(schema.const);
  const choices = schema.anyOf ?? schema.oneOf ?? [];
  if (choices.length > 0) return fc.oneof(...choices.map((one) => inside(one)));
  if (schema.allOf !== undefined)
    return fc
      .tuple(...schema.allOf.map((one) => inside(one)))
      .map((parts) => Object.assign({}, ...parts));
  const types = [schema.type ?? (schema.properties === undefined ? "string" : "object")].flat();
  return fc.oneof(
    ...types.map((type): fc.Arbitrary<unknown> => {
      if (type === "null") return fc.constant(null);
      if (type === "boolean") return fc.boolean();
      if (type === "integer" || type === "number") return numberOf(schema, type);
      if (type === "array")
        return depth <= 0
          ? fc.constant([])
          : fc.array(inside(schema.items ?? {}), {
              minLength: Math.min(schema.minItems ?? 0, 3),
              maxLength: Math.min(schema.maxItems ?? 3, 3),
            });
      if (type === "object") return objectOf(schema, inside);
      return textOf(schema, name);
    }),
  );
}

function numberOf({ minimum, maximum }: Schema, type: string): fc.Arbitrary<unknown> {
  const least = Math.ceil(Math.max(minimum ?? -5, -1e6));
  const whole = fc.integer({ min: least, max: Math.max(least, Math.min(maximum ?? 2_000, 1e6)) });
  return type === "integer"
    ? whole
    : fc.oneof(
        whole,
        whole.map((n) => n / 100),
      );
}

function objectOf(
  { properties = {}, required = [] }: Schema,
  inside: (one: Schema, called: string) => fc.Arbitrary<unknown>,
): fc.Arbitrary<unknown> {
  const members = Object.entries(properties).map(
    ([called, one]) => [called, inside(one, called)] as const,
  );
  const keys = Object.keys(properties).filter((called) => required.includes(called));
  return fc.record(Object.fromEntries(members), { requiredKeys: keys });
}

function textOf({ format, pattern, maxLength }: Schema, name: string): fc.Arbitrary<unknown> {
  if (format === "date-time")
    return fc.constantFrom("2026-11-20T10:00:00Z", "2026-11-28T10:00:00-03:00");
  if (/email/.test(name)) return fc.nat(30).map((n) => `pessoa-${n}@x.example`);
  const plain = fc.oneof(
    fc.string({ maxLength: Math.min(maxLength ?? 30, 30), unit: "grapheme" }),
    fc.constantFrom("2026-11-20", "2026-11", "12.5", "1/12", "end", "start", "ção"),
  );
  return pattern === undefined ? plain : fc.oneof(fc.stringMatching(new RegExp(pattern)), plain);
}
