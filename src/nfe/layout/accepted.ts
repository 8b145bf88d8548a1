import { z } from "zod";
import { ACCEPTS } from "./fields.ts";

type Values = Readonly<Record<string, unknown>>;
type Accepts = (value: unknown) => boolean;

/**
 * A check that says of a value what `schema` says of it, and not why: no report is built. Of 10 items zod allocates some 500 objects
 * that nearly every note does not need. For schemas of shape.ts: objects, arrays of them, fields of `F`, booleans, customs.
 */
export function acceptorOf(schema: z.ZodObject): (value: Values) => boolean {
  const rules = Object.entries(schema.shape).map(([key, rule]) => ({
    key,
    accepts: acceptsOf(rule),
  }));
  return (value) => {
    for (const { key, accepts } of rules) if (!accepts(value[key])) return false;
    return true;
  };
}

function acceptsOf(schema: z.core.$ZodType): Accepts {
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
  if (schema instanceof z.ZodCustom) return () => true;
  const accepts = schema instanceof z.ZodType ? ACCEPTS.get(schema) : undefined;
  if (accepts === undefined) throw new TypeError("a schema that fields.ts does not know");
  return (value) => typeof value === "string" && accepts(value);
}
