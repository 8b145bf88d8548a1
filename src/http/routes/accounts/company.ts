import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import type { Settings } from "../../../accounts/company.ts";
import { applySettings, settingsOf } from "../../../accounts/settings/settings.ts";
import { rejudgePending } from "../../../ingest/judge/rejudge.ts";
import { NEVER_OVERRIDABLE } from "../../../ingest/verdict/corrections.ts";
import { HOLD_CODES } from "../../../ingest/verdict/failures.ts";
import { isCnpj, unmasked } from "../../../nfe/taxpayer.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { HoldCodeEnum, jsonBody, responses, text } from "../../schemas.ts";

const unique = <T>(values: T[]): T[] => [...new Set(values)];

const Cnpj = z
  .string()
  .max(30)
  .transform(unmasked)
  .refine(isCnpj, { error: "não é um CNPJ: confira os dígitos verificadores" });

const OverridableHold = HoldCodeEnum.refine((code) => !NEVER_OVERRIDABLE.includes(code), {
  error: "esta pendência nunca pode ser liberada",
});

/** A name of the IANA database ("America/Sao_Paulo"), not an offset: days follow the zone's own history. */
const TimeZone = z
  .string()
  .max(64)
  .refine(isTimeZone, { error: "não é um fuso horário da IANA, como America/Sao_Paulo" });

function isTimeZone(name: string): boolean {
  if (!/^[A-Za-z]/.test(name)) return false;
  try {
    new Intl.DateTimeFormat("en", { timeZone: name });
    return true;
  } catch {
    return false;
  }
}

export const CompanySchema = z
  .object({
    name: z.string(),
    cnpjs: z.array(z.string()),
    environment: z.enum(["production", "homologation"]),
    time_zone: z.string(),
    auto_approve: z.boolean(),
    overridable_holds: z.array(z.string().openapi({ enum: [...HOLD_CODES] })),
    require_signature: z.boolean(),
    require_mapping: z.boolean(),
    allow_negative: z.boolean(),
    alert_cost_rise_percent: z.int().nullable(),
    alert_held_days: z.int().nullable(),
  })
  .openapi("Company");

/** The settings that may be changed; an absent member keeps its value, an unknown one is refused (S13). */
const CompanyChange = z
  .strictObject({
    name: text(120).trim().min(1),
    cnpjs: z.array(Cnpj).max(100).transform(unique),
    environment: z.enum(["production", "homologation"]),
    time_zone: TimeZone,
    auto_approve: z.boolean(),
    overridable_holds: z.array(OverridableHold).max(50).transform(unique),
    require_signature: z.boolean(),
    require_mapping: z.boolean(),
    allow_negative: z.boolean(),
    alert_cost_rise_percent: z.int().min(1).max(1_000).nullable().openapi({
      description:
        "Avisa da entrada cujo custo passa do custo médio em mais do que isto; null: não avisa",
    }),
    alert_held_days: z.int().min(1).max(365).nullable().openapi({
      description: "Avisa da nota com pendência há mais dias do que isto; null: não avisa",
    }),
  })
  .partial()
  .openapi("CompanyChange");

const answers = responses(200, CompanySchema, "As configurações da empresa");

const showRoute = createRoute({
  method: "get",
  path: "/api/company",
  operationId: "getCompany",
  tags: ["accounts"],
  summary: "Mostra as configurações da empresa",
  ...requires("administer"),
  responses: answers,
});

const getCompany = defineOpenAPIRoute<typeof showRoute, Env>({
  route: showRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    return answer(c, await settingsOf(ports, actor.company, versions.settings));
  },
});

const changeRoute = createRoute({
  method: "patch",
  path: "/api/company",
  operationId: "changeCompany",
  tags: ["accounts"],
  summary: "Altera as configurações da empresa e reavalia as notas pendentes",
  ...requires("administer"),
  request: {
    body: jsonBody(CompanyChange),
    headers: z.object({
      "if-match": z.string().max(200).optional().openapi({
        description: "O ETag lido: altera só se as configurações ainda são essas",
      }),
    }),
  },
  responses: answers,
});

const patchCompany = defineOpenAPIRoute<typeof changeRoute, Env>({
  route: changeRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const body = c.req.valid("json");
    const change = {
      name: body.name,
      cnpjs: body.cnpjs,
      environment: body.environment,
      timeZone: body.time_zone,
      autoApprove: body.auto_approve,
      overridableHolds: body.overridable_holds,
      requireSignature: body.require_signature,
      requireMapping: body.require_mapping,
      allowNegative: body.allow_negative,
      costRisePercent: orNever(body.alert_cost_rise_percent),
      heldDays: orNever(body.alert_held_days),
    };
    const settings = await applySettings(
      ports,
      change,
      causeOf(c),
      expectedVersion(c.req.valid("header")["if-match"]),
    );
    // Also when nothing changed: a repeated request completes what a crash interrupted.
    await rejudgePending(ports, actor.company, c.var.signal);
    return answer(c, settings);
  },
});

/** How an alert that is turned off (null) is kept; absent stays absent. */
const orNever = (value: number | null | undefined) => (value === null ? 0 : value);

const etagOf = ({ version }: Settings): string => `"settings-${version}"`;

/** The settings, with the ETag of their version. */
const answer = (c: Context<Env>, settings: Settings) =>
  c.json(companyOf(settings), 200, { etag: etagOf(settings), "cache-control": "no-store" });

/**
 * The version in `If-Match` (RFC 9110, 13.1.1: compared strongly); null: none is asked for, or any. One that no ETag of ours
 * has is -1, which no settings have.
 */
function expectedVersion(ifMatch: string | undefined): number | null {
  if (ifMatch === undefined || ifMatch.trim() === "" || ifMatch.trim() === "*") return null;
  const given = /^\s*"settings-(\d{1,15})"\s*$/.exec(ifMatch)?.[1];
  return given === undefined ? -1 : Number(given);
}

const companyOf = (settings: Settings): z.infer<typeof CompanySchema> => ({
  name: settings.name,
  cnpjs: [...settings.cnpjs],
  environment: settings.environment,
  time_zone: settings.timeZone,
  auto_approve: settings.autoApprove,
  overridable_holds: [...settings.overridableHolds],
  require_signature: settings.requireSignature,
  require_mapping: settings.requireMapping,
  allow_negative: settings.allowNegative,
  alert_cost_rise_percent: settings.costRisePercent || null,
  alert_held_days: settings.heldDays || null,
});

export const companyRoutes = [getCompany, patchCompany] as const;
