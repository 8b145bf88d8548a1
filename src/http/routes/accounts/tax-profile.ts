import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Settings } from "../../../accounts/company.ts";
import { changeTaxProfile } from "../../../accounts/settings/change-tax-profile.ts";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { TAX_PRESETS, type TaxPreset } from "../../../accounts/settings/tax-presets.ts";
import {
  CREDIT_TAXES,
  DESTINATIONS,
  TAX_REGIMES,
  type TaxProfile,
} from "../../../accounts/tax-profile.ts";
import { rejudgePending } from "../../../ingest/judge/rejudge.ts";
import { lawGives } from "../../../ingest/verdict/recoverable.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { jsonBody, responses } from "../../schemas.ts";

const Row = z.strictObject({
  resale: z.boolean(),
  input: z.boolean(),
  use: z.boolean(),
  asset: z.boolean(),
});

const Profile = z.strictObject({
  regime: z.enum(TAX_REGIMES),
  pis_cofins: z.enum(["cumulative", "non_cumulative"]).nullable(),
  industry: z.boolean(),
  matrix: z.strictObject({
    icms: Row,
    icms_simples: Row,
    ipi: Row,
    pis: Row,
    cofins: Row,
    ibs_cbs: Row,
  }),
});

export const TaxProfileSchema = z
  .object({
    version: z.int(),
    profile: Profile,
    presets: z.record(z.string(), Profile),
  })
  .openapi("TaxProfile");

const PresetEnum = z.enum([
  "none",
  "simples",
  "mei",
  "presumido_trade",
  "presumido_industry",
  "real_trade",
  "real_industry",
]) satisfies z.ZodType<TaxPreset>;

/** A credit that the law does not give to such a company is refused, cell by cell: a matrix says what is taken. */
const TaxProfileChange = z
  .strictObject({
    version: z.int().min(0).max(Number.MAX_SAFE_INTEGER),
    preset: PresetEnum.optional(),
    profile: Profile.optional(),
  })
  .check(({ value, issues }) => {
    if ((value.preset === undefined) === (value.profile === undefined))
      issues.push({
        code: "custom",
        input: value,
        path: ["profile"],
        message: "envie um perfil (profile) ou o nome de um modelo (preset), e só um deles",
      });
    if (value.profile === undefined) return;
    const profile = profileFrom(value.profile);
    for (const tax of CREDIT_TAXES)
      for (const destination of DESTINATIONS)
        if (profile.matrix[tax][destination] && !lawGives(profile, tax, destination))
          issues.push({
            code: "custom",
            input: true,
            path: ["profile", "matrix", tax, destination],
            message: "a lei não dá este crédito a uma empresa deste regime",
          });
  })
  .openapi("TaxProfileChange");

const profileFrom = ({ pis_cofins, ...rest }: z.infer<typeof Profile>): TaxProfile => ({
  regime: rest.regime,
  pisCofins: pis_cofins,
  industry: rest.industry,
  matrix: rest.matrix,
});

const profileView = ({ pisCofins, ...rest }: TaxProfile): z.infer<typeof Profile> => ({
  regime: rest.regime,
  pis_cofins: pisCofins,
  industry: rest.industry,
  matrix: rest.matrix,
});

const PRESETS = Object.fromEntries(
  Object.entries(TAX_PRESETS).map(([name, profile]) => [name, profileView(profile)]),
);

const view = (settings: Settings): z.infer<typeof TaxProfileSchema> => ({
  version: settings.taxProfileVersion,
  profile: profileView(settings.taxProfile),
  presets: PRESETS,
});

const answers = responses(200, TaxProfileSchema, "O perfil tributário da empresa, e os modelos");

const showRoute = createRoute({
  method: "get",
  path: "/api/company/tax-profile",
  operationId: "getTaxProfile",
  tags: ["accounts"],
  summary: "Mostra o perfil tributário: quais impostos não entram no custo",
  ...requires("administer"),
  responses: answers,
});

const getTaxProfile = defineOpenAPIRoute<typeof showRoute, Env>({
  route: showRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    return c.json(view(await settingsOf(ports, actor.company, versions.settings)), 200);
  },
});

const changeRoute = createRoute({
  method: "put",
  path: "/api/company/tax-profile",
  operationId: "putTaxProfile",
  tags: ["accounts"],
  summary:
    "Substitui o perfil tributário e reavalia as notas pendentes; o que foi lançado não muda",
  ...requires("administer"),
  request: { body: jsonBody(TaxProfileChange) },
  responses: answers,
});

const putTaxProfile = defineOpenAPIRoute<typeof changeRoute, Env>({
  route: changeRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const { version, preset, profile } = c.req.valid("json");
    const wanted = profile === undefined ? TAX_PRESETS[preset ?? "none"] : profileFrom(profile);
    const settings = await changeTaxProfile(ports, wanted, version, causeOf(c));
    // Also when nothing changed: a repeated request completes what a crash interrupted.
    await rejudgePending(ports, actor.company, c.var.signal);
    return c.json(view(settings), 200);
  },
});

export const taxProfileRoutes = [getTaxProfile, putTaxProfile] as const;
