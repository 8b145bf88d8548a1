import type { Operation } from "./contract-operation.ts";

const text = (description: string) => ({ description, schema: { type: "string" } });
const whole = (description: string) => ({ description, schema: { type: "integer", minimum: 0 } });

/** The headers of answers, as components of the contract. */
export const HEADERS = {
  "X-Request-Id": text("O da requisição, ou um novo"),
  "Retry-After": whole("Segundos de espera antes de repetir"),
  RateLimit: text("O que resta do limite (draft-ietf-httpapi-ratelimit-headers)"),
  "RateLimit-Policy": text("O limite"),
  ETag: text("A versão desta resposta, para If-None-Match"),
  Location: text("Onde está o que foi criado, ou o andamento"),
  "Content-Disposition": text("attachment, com o nome do arquivo"),
} as const;

const ref = (name: keyof typeof HEADERS) => ({ [name]: { $ref: `#/components/headers/${name}` } });

/** Of a list that is a CSV where the client prefers one: its JSON has no name of a file. */
const IF_FILE = {
  "Content-Disposition": text("Do CSV: attachment, com o nome do arquivo"),
};

const fileName = (content: Readonly<Record<string, unknown>> | undefined) =>
  content?.["application/json"] === undefined ? ref("Content-Disposition") : IF_FILE;

const isFile = (content: Readonly<Record<string, unknown>> | undefined): boolean =>
  Object.keys(content ?? {}).some((type) => /csv|zip|octet|\/xml|plain/.test(type));

/** Adds the headers that an operation's successes have. */
export function addHeaders(route: string, operation: Operation): void {
  const limited = operation["x-permission"] !== "open" && route.includes(" /api/");
  const cached = "304" in operation.responses;
  for (const [status, answer] of Object.entries(operation.responses)) {
    if (!/^[23]/.test(status)) continue;
    answer.headers = {
      ...ref("X-Request-Id"),
      ...(limited ? { ...ref("RateLimit"), ...ref("RateLimit-Policy") } : {}),
      ...(cached ? ref("ETag") : {}),
      ...(status === "202" ? ref("Location") : {}),
      ...(isFile(answer.content) && route !== "GET /metrics" ? fileName(answer.content) : {}),
      ...answer.headers,
    };
  }
}
