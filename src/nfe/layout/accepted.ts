import { z } from "zod";
import { ACCEPTS } from "./fields.ts";

type Values = Readonly<Record<string, unknown>>;
type Accepts = (value: unknown) => boolean;

/**
 * A check that says of a value what `schema` says of it, and not why: no report is built. Of 10 items zod allocates some 500 objects
 * that nearly every note does not need. For schemas of shape.ts: objects, arrays of them, fields of `F`, booleans, customs. Throws
 * for any other, and for one with a check that this one would leave out: what the schema refuses would be accepted.
 */
export function acceptorOf(schema: z.ZodObject): Accepts {
  mustSayAll(schema);
  if (schema.def.catchall !== undefined) throw new TypeError("an object that looks at other keys");
  const rules = Object.entries(schema.shape).map(([key, rule]) => ({
    key,
    accepts: acceptsOf(rule),
  }));
  return (value) => {
    if (!isObject(value)) return false;
    for (const { key, accepts } of rules) if (!accepts(value[key])) return false;
    return true;
  };
}

function acceptsOf(schema: z.core.$ZodType): Accepts {
  const field = schema instanceof z.ZodType ? ACCEPTS.get(schema) : undefined;
  if (field !== undefined) return (value) => typeof value === "string" && field(value);
  mustSayAll(schema);
  if (schema instanceof z.ZodOptional) {
    const accepts = acceptsOf(schema.unwrap());
    return (value) => value === undefined || accepts(value);
  }
  if (schema instanceof z.ZodArray) {
    const { element } = schema;
    if (!(element instanceof z.ZodObject)) throw new TypeError("a list of something else");
    const accepts = acceptorOf(element);
    return (value) => Array.isArray(value) && value.every(accepts);
  }
  if (schema instanceof z.ZodBoolean) return (value) => typeof value === "boolean";
  // A promise is not true: zod is asked, and it throws.
  if (schema instanceof z.ZodCustom) return (value) => schema.def.fn(value) === true;
  throw new TypeError("a schema that fields.ts does not know");
}

/** Throws where a schema has checks of its own (`.min()`, `.refine()`): only those of a field of `F` are known. */
function mustSayAll({ _zod: { def } }: z.core.$ZodType): void {
  if (def.checks !== undefined && def.checks.length > 0)
    throw new TypeError(`a ${def.type} with a check that would be left out`);
}

const isObject = (value: unknown): value is Values =>
  typeof value === "object" && value !== null && !Array.isArray(value);
