import type { Permission } from "../../accounts/roles.ts";
import type { InnerRequest } from "../env.ts";

/** One argument of a tool. `decimal`: a number or a decimal text, as the routes take it. */
export interface Field {
  readonly type: "string" | "integer" | "decimal" | "texts";
  readonly description: string;
  readonly required?: true;
  readonly values?: readonly string[];
}

export type Fields = Readonly<Record<string, Field>>;

/** Arguments that fit their fields. */
export type Args = Readonly<Record<string, string | number | readonly string[]>>;

/** Reads a route in the name of the key; throws `Refused` where the route refuses. */
export type Ask = <T>(path: string) => Promise<T>;

/** Plans a write: an inner request that writes nothing. */
export type Plan = <T>(request: InnerRequest) => Promise<T>;

/** Where an answer comes from: a person can look there. */
export interface Source {
  /** The routes that were read. */
  readonly routes: readonly string[];
  readonly access_keys?: readonly string[];
  readonly movement_ids?: readonly number[];
}

export interface Answer {
  /** Portuguese; data of documents and people only as `quoted`. */
  readonly text: readonly string[];
  readonly data: Readonly<Record<string, unknown>>;
  readonly source: Source;
}

interface Described {
  readonly name: string;
  readonly title: string;
  readonly description: string;
  readonly fields: Fields;
}

/** A tool that reads. */
export interface ReadTool extends Described {
  read(ask: Ask, args: Args): Promise<Answer>;
}

/** A tool that asks for a write: it is planned now, and carried out when a person confirms it. */
export interface WriteTool extends Described {
  permission(args: Args): Permission;
  /** What would be written, as the dry run says it: the same state gives the same plan. */
  plan(plan: Plan, args: Args): Promise<{ readonly plan: unknown; readonly summary: string }>;
  request(args: Args): InnerRequest;
}

/** Longest text of an argument, and most texts of a list. */
const MOST_TEXT = 500;
const MOST_TEXTS = 20;

/** The JSON Schema of a tool's arguments. */
export function inputSchema(fields: Fields): object {
  const named = Object.entries(fields);
  return {
    type: "object",
    properties: Object.fromEntries(named.map(([name, field]) => [name, schemaOf(field)])),
    required: named.filter(([, { required }]) => required === true).map(([name]) => name),
    additionalProperties: false,
  };
}

function schemaOf({ type, description, values }: Field): object {
  const text = { type: "string", maxLength: MOST_TEXT };
  switch (type) {
    case "string":
      return { ...text, description, ...(values === undefined ? {} : { enum: values }) };
    case "integer":
      return { type, minimum: 0, description };
    case "decimal":
      return { type: ["number", "string"], description };
    case "texts":
      return { type: "array", items: text, maxItems: MOST_TEXTS, description };
  }
}

/**
 * What is wrong with the arguments of a call, in Portuguese; null: they fit their fields. Contents (a key, a day, a decimal)
 * are judged by the routes.
 */
export function wrongArguments(fields: Fields, given: Readonly<Record<string, unknown>>) {
  const unknown = Object.keys(given).find((name) => !Object.hasOwn(fields, name));
  if (unknown !== undefined) return `O argumento ${unknown.slice(0, 60)} não existe`;
  for (const [name, field] of Object.entries(fields)) {
    const value = given[name];
    if (value === undefined) {
      if (field.required === true) return `Falta o argumento ${name}`;
    } else if (!fits(field, value)) return `O argumento ${name} não é aceito: ${field.description}`;
  }
  return null;
}

const isText = (value: unknown): value is string =>
  typeof value === "string" && value.length <= MOST_TEXT && value.isWellFormed();

function fits({ type, values }: Field, value: unknown): boolean {
  switch (type) {
    case "string":
      return isText(value) && (values === undefined || values.includes(value));
    case "integer":
      return Number.isSafeInteger(value) && Number(value) >= 0;
    case "decimal":
      return typeof value === "number" || (isText(value) && value.length <= 40);
    case "texts":
      return Array.isArray(value) && value.length <= MOST_TEXTS && value.every(isText);
  }
}

/** An argument that is a text; absent: empty. */
export const textOf = (args: Args, name: string): string => {
  const value = args[name];
  return typeof value === "string" || typeof value === "number" ? String(value) : "";
};

/** A query string of the arguments that are there, each by its name in the route. */
export function queryOf(given: Readonly<Record<string, string | number | undefined>>): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(given))
    if (value !== undefined && value !== "") query.set(name, String(value));
  const text = query.toString();
  return text === "" ? "" : `?${text}`;
}
