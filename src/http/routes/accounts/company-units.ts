import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { settingsOf } from "../../../accounts/settings/settings.ts";
import { rejudgePending } from "../../../ingest/judge/rejudge.ts";
import { changeUnits } from "../../../ingest/supplier-items/change-units.ts";
import type { UnitSpellings } from "../../../stock/supplier-items/unit.ts";
import {
  MOST_SPELLINGS,
  type UnitTableFault,
  unitSpellings,
  unitTable,
} from "../../../stock/supplier-items/unit-table.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { codeText, jsonBody, responses } from "../../schemas.ts";

const GivenSpelling = z.object({ spelling: z.string(), unit: z.string() });

export const UnitsSchema = z
  .object({
    own: z.array(GivenSpelling),
    units: z.array(z.object({ unit: z.string(), spellings: z.array(z.string()) })),
  })
  .openapi("CompanyUnits");

const FAULTS: Readonly<Record<UnitTableFault["code"], string>> = {
  blank: "a grafia e a unidade não podem ficar em branco",
  contradiction: "a mesma grafia tem duas unidades",
  chain: "a unidade indicada é, ela mesma, grafia de outra",
  too_many: `são mais de ${MOST_SPELLINGS} grafias, contadas as que decorrem delas`,
};

const UnitsBody = z
  .strictObject({
    own: z
      .array(z.strictObject({ spelling: codeText(20), unit: codeText(20) }))
      .max(MOST_SPELLINGS),
  })
  .transform(({ own }, context): UnitSpellings => {
    const read = unitSpellings(own);
    if (read.ok) return read.value;
    const { code, n } = read.error;
    const path = code === "too_many" ? ["own"] : ["own", n, code === "chain" ? "unit" : "spelling"];
    context.addIssue({ code: "custom", message: FAULTS[code], path });
    return z.NEVER;
  })
  .openapi("CompanyUnitsBody");

const view = (own: UnitSpellings): z.infer<typeof UnitsSchema> => ({
  own: Object.entries(own).map(([spelling, unit]) => ({ spelling, unit })),
  units: unitTable(own),
});

const answers = responses(200, UnitsSchema, "As unidades da empresa");

const showRoute = createRoute({
  method: "get",
  path: "/api/company/units",
  operationId: "getCompanyUnits",
  tags: ["accounts"],
  summary: "Mostra as grafias de cada unidade: as de fábrica e as da empresa",
  ...requires("administer"),
  responses: answers,
});

const getUnits = defineOpenAPIRoute<typeof showRoute, Env>({
  route: showRoute,
  handler: async (c) => {
    const { ports, actor, versions } = c.var;
    return c.json(view((await settingsOf(ports, actor.company, versions.settings)).units), 200);
  },
});

const putRoute = createRoute({
  method: "put",
  path: "/api/company/units",
  operationId: "putCompanyUnits",
  tags: ["accounts"],
  summary: "Substitui as grafias de unidades da empresa e reavalia as notas pendentes",
  ...requires("administer"),
  request: { body: jsonBody(UnitsBody) },
  responses: answers,
});

const putUnits = defineOpenAPIRoute<typeof putRoute, Env>({
  route: putRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const settings = await changeUnits(ports, c.req.valid("json"), causeOf(c), signal);
    // Also when nothing changed: a repeated request completes what a crash interrupted.
    await rejudgePending(ports, actor.company, signal);
    return c.json(view(settings.units), 200);
  },
});

export const companyUnitRoutes = [getUnits, putUnits] as const;
