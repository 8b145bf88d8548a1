import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { isCnpj, rootOf } from "../../../nfe/taxpayer.ts";
import { listCertificates } from "../../../sefaz/certificates/certificates.ts";
import { changeFetching, planNow, requireOwnCnpj } from "../../../sefaz/fetch/fetching.ts";
import { type FetchingState, fetchingStates } from "../../../sefaz/fetch/states.ts";
import { CODE_OF_STATE, stateOfCode } from "../../../sefaz/fetch/states-of-brazil.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import { jsonBody, responses } from "../../schemas.ts";

/** A CNPJ with or without a mask, its check digits right. */
export const OwnCnpj = z
  .string()
  .max(30)
  .transform((given) => given.replaceAll(/[./\-\s]/g, "").toUpperCase())
  .refine(isCnpj, "deve ser um CNPJ");

export const EnvironmentName = z.enum(["production", "homologation"]);
export const nameOf = (environment: "1" | "2"): z.infer<typeof EnvironmentName> =>
  environment === "1" ? "production" : "homologation";

export const EnvironmentOrOwn = EnvironmentName.optional().openapi({
  description: "Sem ele, o que está ligado para o CNPJ; dos dois, o da empresa",
});
/** As the database has it; null: none was named. */
export function codeOf(name: z.infer<typeof EnvironmentName>): "1" | "2";
export function codeOf(name: z.infer<typeof EnvironmentName> | undefined): "1" | "2" | null;
export function codeOf(name: z.infer<typeof EnvironmentName> | undefined): "1" | "2" | null {
  if (name === undefined) return null;
  return name === "production" ? "1" : "2";
}
/** NSUs have 15 digits. */
export const MOST_NSU = 999_999_999_999_999;

const StateName = z.string().openapi({ enum: Object.keys(CODE_OF_STATE), example: "SP" });

export const FetchingSchema = z
  .object({
    cnpj: z.string(),
    environment: EnvironmentName,
    uf: StateName,
    active: z.boolean(),
    ult_nsu: z.int().openapi({ description: "Tudo até este NSU está aqui" }),
    max_nsu: z.int().openapi({ description: "O maior NSU que a SEFAZ informou" }),
    next_at: z.string().nullable().openapi({ description: "A próxima consulta; null: desligada" }),
    blocked_until: z.string().nullable().openapi({
      description: "Até quando nenhuma consulta deste CNPJ pode ser feita",
    }),
    failing_since: z.string().nullable(),
    last_answer: z
      .object({ at: z.string(), code: z.string(), text: z.string().nullable() })
      .nullable()
      .openapi({ description: "code: o cStat, ou a falha da consulta" }),
    parked: z.int().openapi({ description: "Documentos que não puderam ser lidos" }),
    waiting: z.int().openapi({ description: "Documentos pedidos por chave ou NSU, à espera" }),
    asks_left: z.int().openapi({
      description: "Pedidos por chave ou NSU que ainda cabem na hora; a SEFAZ permite 20",
    }),
    certificate: z.boolean().openapi({
      description:
        "Há neste servidor um certificado A1 que vale agora para o CNPJ; false: as consultas esperam por um agente",
    }),
    paused: z.boolean().openapi({
      description: "Há processamentos demais em andamento; a busca continua quando terminarem",
    }),
  })
  .openapi("SefazFetching");

const view = (
  state: FetchingState,
  certified: ReadonlySet<string>,
): z.infer<typeof FetchingSchema> => ({
  cnpj: state.cnpj,
  environment: nameOf(state.environment),
  uf: stateOfCode(state.uf) ?? state.uf,
  active: state.active,
  ult_nsu: state.ultNsu,
  max_nsu: state.maxNsu,
  next_at: instantOrNull(state.nextAt),
  blocked_until: instantOrNull(state.blockedUntil),
  failing_since: instantOrNull(state.failingSince),
  last_answer:
    state.answer === null
      ? null
      : { at: instant(state.answer.at), code: state.answer.code, text: state.answer.text },
  parked: state.parked,
  waiting: state.waiting,
  asks_left: state.asksLeft,
  certificate: certified.has(rootOf(state.cnpj)),
  paused: state.isFull,
});

const FetchingList = z.object({ data: z.array(FetchingSchema) });

/** All states of the caller's company. */
async function listOf({ var: { ports, actor } }: { var: Env["Variables"] }) {
  const now = ports.clock.now();
  const states = await fetchingStates(ports, actor.company);
  const known = ports.pfx === undefined ? [] : await listCertificates(ports, actor.company);
  const valid = known.filter(({ startsAt, endsAt }) => startsAt <= now && now <= endsAt);
  const certified = new Set(valid.map(({ cnpj }) => rootOf(cnpj)));
  return { data: states.map((state) => view(state, certified)) };
}

const listRoute = createRoute({
  method: "get",
  path: "/api/sefaz",
  operationId: "listSefazFetching",
  tags: ["sefaz"],
  summary:
    "Mostra, para cada CNPJ, até onde as notas foram buscadas na SEFAZ e quando é a próxima consulta",
  ...requires("read"),
  responses: responses(200, FetchingList, "Os CNPJs, ligados ou não"),
});

const getFetching = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => c.json(await listOf(c), 200),
});

const changeRoute = createRoute({
  method: "patch",
  path: "/api/sefaz",
  operationId: "changeSefazFetching",
  tags: ["sefaz"],
  summary: "Liga ou desliga a busca de notas de um CNPJ na SEFAZ, ou a volta a um NSU anterior",
  ...requires("administer"),
  request: {
    body: jsonBody(
      z
        .strictObject({
          cnpj: OwnCnpj,
          uf: z
            .string()
            .max(2)
            .transform((name) => name.toUpperCase())
            .refine((name) => name in CODE_OF_STATE, "não é a sigla de um estado")
            .openapi({ type: "string", enum: Object.keys(CODE_OF_STATE), example: "SP" }),
          active: z.boolean(),
          environment: EnvironmentName.optional(),
          ult_nsu: z.int().min(0).max(MOST_NSU).optional().openapi({
            description:
              "Volta a busca a este NSU, e o que vem depois dele é buscado de novo; nunca para a frente",
          }),
        })
        .openapi("SefazFetchingChange"),
    ),
  },
  responses: responses(200, FetchingList, "Os CNPJs, ligados ou não"),
});

const patchFetching = defineOpenAPIRoute<typeof changeRoute, Env>({
  route: changeRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    const { cnpj, uf, active, environment, ult_nsu } = c.req.valid("json");
    const settings = await settingsOf(ports, actor.company, versions.settings);
    requireOwnCnpj(settings, cnpj);
    const of = environment ?? settings.environment;
    const code = new Map<string, string>(Object.entries(CODE_OF_STATE)).get(uf) ?? "";
    const change = {
      cnpj,
      environment: codeOf(of),
      uf: code,
      active,
      ...(ult_nsu === undefined ? {} : { ultNsu: ult_nsu }),
    } as const;
    await changeFetching(ports, change, causeOf(c));
    return c.json(await listOf(c), 200);
  },
});

const nowRoute = createRoute({
  method: "post",
  path: "/api/sefaz/fetch-now",
  operationId: "fetchFromSefazNow",
  tags: ["sefaz"],
  summary:
    "Antecipa a próxima consulta de um CNPJ; ela é feita assim que os limites da SEFAZ permitem (next_at)",
  ...requires("operate"),
  request: {
    body: jsonBody(z.strictObject({ cnpj: OwnCnpj, environment: EnvironmentOrOwn })),
  },
  responses: responses(200, FetchingList, "Os CNPJs; next_at diz quando a consulta será feita"),
});

const postNow = defineOpenAPIRoute<typeof nowRoute, Env>({
  route: nowRoute,
  handler: async (c) => {
    const { cnpj, environment } = c.req.valid("json");
    await planNow(c.var.ports, c.var.actor.company, cnpj, codeOf(environment));
    return c.json(await listOf(c), 200);
  },
});

export const sefazFetchingRoutes = [getFetching, patchFetching, postNow] as const;
