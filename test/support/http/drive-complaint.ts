import type { Answered, Contract, Driven } from "./drive-contract.ts";
import { mismatch } from "./json-schema.ts";

/** What of an answer the contract does not have; null: nothing. `text`: its body, where it was read. */
export function complaintOf(
  contract: Contract,
  { method, route }: Driven,
  { status, headers }: Pick<Response, "status" | "headers">,
  text: string,
): string | null {
  const operation = contract.paths[route]?.[method.toLowerCase()];
  const found = operation?.responses[status] ?? operation?.responses.default;
  if (found === undefined) return `${status} is not in the contract`;
  const { headers: named = {}, content }: Answered =
    found.$ref === undefined
      ? found
      : (contract.components.responses[found.$ref.replace("#/components/responses/", "")] ?? {});
  // A list that is a CSV too has the name of a file only as a CSV.
  const isList = /^application\/json/.test(headers.get("content-type") ?? "");
  for (const name of ["X-Request-Id", "Location", FILE, "ETag"])
    if (name in named && !headers.has(name) && !MAY_LACK.has(name) && !(name === FILE && isList))
      return `${status} lacks ${name}`;
  for (const name of ["RateLimit", "Retry-After"])
    if (headers.has(name) && !(name in named)) return `${status} has ${name}, which is not named`;
  if (status === 204 || status === 304) return text === "" ? null : `${status} has a body`;
  const [type = ""] = (headers.get("content-type") ?? "").split(";");
  if (content === undefined) return text === "" ? null : `${status} has a body`;
  if (!(type in content)) return `${status} as ${type} is not in the contract`;
  const schema = content[type]?.schema;
  if (!type.includes("json") || schema === undefined) return null;
  return mismatch(schema, JSON.parse(text), contract.components.schemas);
}

const FILE = "Content-Disposition";
/** Only answers of some kinds have them. */
const MAY_LACK = new Set(["ETag", "RateLimit"]);
