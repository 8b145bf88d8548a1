import type { Answer, Operation } from "./contract-operation.ts";
import { STATUS_OF } from "./failure-status.ts";
import { OWN_FAILURES } from "./own-failures.ts";

const PROBLEM = {
  "application/problem+json": { schema: { $ref: "#/components/schemas/Problem" } },
} as const;

const header = (name: string) => ({ $ref: `#/components/headers/${name}` });

/** What each status of a problem means for a program: the description of its response. */
const MEANINGS: Readonly<Record<number, string>> = {
  400: "A requisição não pôde ser lida, ou um campo dela está errado: corrija-a",
  401: "Falta o token, ou ele não vale mais: entre de novo",
  403: "O perfil não permite",
  404: "Não existe, ou é de outra empresa",
  409: "O estado atual não permite: leia code",
  410: "Não está mais disponível",
  412: "Mudou desde que foi lido: leia de novo",
  413: "Grande demais",
  415: "O tipo do conteúdo não é aceito",
  416: "O intervalo pedido não existe",
  422: "Um campo ou o documento não é aceito: corrija-o",
  428: "Falta uma condição na requisição",
  429: "Limite de requisições: repita depois de Retry-After",
  500: "Falha do serviço",
  501: "Este servidor não oferece isso",
  503: "Não foi executado: repita depois de Retry-After, se houver",
  504: "O tempo acabou: pode ter sido executado; confira antes de repetir",
};

const RETRY_AFTER = [429, 503, 409];

/** The named responses of the contract, one for each of these statuses that a problem may have. */
export function problemResponses(
  statuses: ReadonlySet<number> = new Set(Object.keys(MEANINGS).map(Number)),
): Record<string, Answer> {
  return Object.fromEntries(
    Object.entries(MEANINGS)
      .filter(([status]) => statuses.has(Number(status)))
      .map(([status, description]) => [
        `Problem${status}`,
        {
          description,
          headers: {
            "X-Request-Id": header("X-Request-Id"),
            ...(RETRY_AFTER.includes(Number(status))
              ? { "Retry-After": header("Retry-After") }
              : {}),
          },
          content: PROBLEM,
        },
      ]),
  );
}

const statusOf: Readonly<Record<string, number>> = STATUS_OF;

/** The statuses of problems that an operation may answer, beside those of a wrong method or an unknown path. */
export function problemStatuses(route: string, operation: Operation): number[] {
  const open = operation["x-permission"] === "open";
  const { parameters = [], requestBody } = operation;
  const own = (OWN_FAILURES[route] ?? []).map((code) => statusOf[code] ?? 422);
  const statuses = [
    ...own,
    ...(open && own.length === 0 ? [] : [429]),
    ...(open ? [] : [401, 403]),
    ...(parameters.some((one) => one.in === "path") ? [404] : []),
    ...(requestBody === undefined ? [] : [400, 413]),
    ...(parameters.length > 0 || requestBody !== undefined ? [422] : []),
    ...[400, 500, 503, 504],
  ];
  return [...new Set(statuses)].filter((status) => status in MEANINGS).sort((a, b) => a - b);
}

/**
 * Adds to an operation's responses those of its problems; `default` stays for what any server between may answer. Gives the
 * statuses that were added.
 */
export function addProblems(route: string, operation: Operation): readonly number[] {
  const { default: rest, ...known } = operation.responses;
  const statuses = problemStatuses(route, operation).filter((status) => !(status in known));
  const problems = statuses.map((status) => [
    String(status),
    { $ref: `#/components/responses/Problem${status}` },
  ]);
  operation.responses = {
    ...known,
    ...Object.fromEntries(problems),
    default: rest ?? { description: "Problema (RFC 9457)", content: PROBLEM },
  };
  return statuses;
}
