import { trusted } from "../lib/cast.ts";
import { codeTable } from "./contract-codes.ts";
import { addHeaders, HEADERS } from "./contract-headers.ts";
import type { Operation } from "./contract-operation.ts";
import { addProblems, problemResponses } from "./contract-statuses.ts";
import { TAGS } from "./contract-tags.ts";
import { OWN_FAILURES } from "./own-failures.ts";

const LEAST_ROLE: Readonly<Record<string, string>> = {
  read: "VISUALIZADOR",
  agent: "OPERADOR",
  operate: "OPERADOR",
  manage: "GERENTE",
  administer: "ADMIN",
};

/** A generated document, as far as it is completed here. */
interface Document {
  paths?: unknown;
  components?: { responses?: unknown; headers?: unknown };
  tags?: unknown;
}

/** The JSON of a request that a route takes, and of the answer to it. */
interface Example {
  readonly request?: unknown;
  readonly answer?: unknown;
}
/** By `METHOD /path`. */
export type Examples = Readonly<Record<string, Example>>;

/** Completes the document that was generated from the routes: statuses, headers, descriptions, examples, tags. Changes it. */
export function complete(document: object, examples: Examples): void {
  const whole = trusted<Document>(document);
  const paths = trusted<Record<string, Record<string, Operation>>>(whole.paths ?? {});
  const statuses = new Set<number>();
  for (const [path, methods] of Object.entries(paths))
    for (const [method, operation] of Object.entries(methods)) {
      const route = `${method.toUpperCase()} ${path}`;
      operation.description = descriptionOf(route, operation);
      addRole(operation);
      addCsv(operation);
      addExample(examples[route] ?? {}, operation);
      for (const status of addProblems(route, operation)) statuses.add(status);
      addHeaders(route, operation);
      bytesAsIn31(operation);
    }
  whole.components = {
    ...whole.components,
    responses: problemResponses(statuses),
    headers: HEADERS,
  };
  whole.tags = Object.entries(TAGS).map(([name, description]) => ({ name, description }));
}

/** Scopes belong to OAuth alone, for spectral also in OpenAPI 3.1: the least role is a member of its own. */
function addRole(operation: Operation): void {
  const role = LEAST_ROLE[operation["x-permission"]];
  if (role !== undefined) operation["x-least-role"] = role;
}

function addExample({ request, answer }: Example, { requestBody, responses }: Operation): void {
  const json = (content: Readonly<Record<string, unknown>> | undefined) =>
    trusted<{ example?: unknown } | undefined>(content?.["application/json"]);
  const [, success] = Object.entries(responses).find(([status]) => status.startsWith("2")) ?? [];
  const [body, answered] = [json(requestBody?.content), json(success?.content)];
  if (body !== undefined && request !== undefined) body.example = request;
  if (answered !== undefined && answer !== undefined) answered.example = answer;
}

/** A list that is a CSV too names that type beside JSON. */
function addCsv(operation: Operation): void {
  const { content } = operation.responses["200"] ?? {};
  if (operation["x-csv"] === true && content !== undefined)
    content["text/csv"] = { schema: { type: "string" } };
  delete operation["x-csv"];
}

function descriptionOf(route: string, operation: Operation): string {
  const { summary, description, "x-permission": permission } = operation;
  const role = LEAST_ROLE[permission];
  const who =
    role !== undefined
      ? `Perfil mínimo: ${role}.`
      : permission === "self"
        ? "Qualquer usuário, e nenhuma chave de API."
        : "Sem token.";
  const failures = OWN_FAILURES[route] ?? [];
  const own = failures.length === 0 ? "" : ` Falhas próprias: ${codeTable(failures)}.`;
  const more = description === undefined ? "" : ` ${description}`;
  return `${summary}. ${who}${more}${own}`;
}

/** Bytes are `format: binary` in OpenAPI 3.0 alone; 3.1 says their media type (JSON Schema, contentMediaType). */
function bytesAsIn31(node: unknown): void {
  if (typeof node !== "object" || node === null) return;
  const schema = trusted<Record<string, unknown>>(node);
  if (schema.format === "binary") {
    delete schema.format;
    schema.contentMediaType = "application/octet-stream";
  }
  for (const child of Object.values(schema)) bytesAsIn31(child);
}
