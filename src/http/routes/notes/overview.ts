import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { companiesOf, inOrder } from "../../../accounts/login/memberships.ts";
import { ROLES } from "../../../accounts/roles.ts";
import { eachHome } from "../../../ports/homes.ts";
import { MOST_OF_COMPANY, overviewOf } from "../../../reports/overview.ts";
import type { Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant, instantOrNull } from "../../numbers.ts";
import { responses } from "../../schemas.ts";

const counted = (description: string) =>
  z.int().openapi({ description: `${description}; conta até ${MOST_OF_COMPANY}` });

export const OverviewSchema = z
  .object({
    companies: z.array(
      z.object({
        id: z.int(),
        name: z.string(),
        cnpjs: z.array(z.string()),
        role: z.enum(ROLES),
        ready: counted("Notas que podem ser aprovadas"),
        held: counted("Notas com pendência"),
        last_note: z
          .object({
            access_key: z.string(),
            number: z.string(),
            supplier_name: z.string(),
            received_at: z.iso.datetime(),
          })
          .nullable()
          .openapi({ description: "A nota que chegou por último" }),
        mailbox: z.object({
          state: z.enum(["off", "working", "failing"]),
          failing_since: z.iso.datetime().nullable(),
        }),
      }),
    ),
  })
  .openapi("Overview");

const overviewRoute = createRoute({
  method: "get",
  path: "/api/overview",
  operationId: "getOverview",
  tags: ["nfe"],
  summary: "O que espera em cada empresa da pessoa, pelo nome; com uma chave de API, só na dela",
  ...requires("read", "people"),
  responses: responses(200, OverviewSchema, "As empresas"),
});

const getOverview = defineOpenAPIRoute<typeof overviewRoute, Env>({
  route: overviewRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    const all = inOrder(await companiesOf(ports, actor.userId));
    const own = actor.keyId === undefined ? all : all.filter(({ id }) => id === actor.company);
    const ids = own.map(({ id }) => id);
    const found = await Promise.all(eachHome(ports).map((home) => overviewOf(home, ids, signal)));
    const of = new Map(found.flat().map((one) => [one.company, one]));
    const companies = own.flatMap(({ id, name, cnpjs, role }) => {
      const one = of.get(id);
      if (one === undefined) return [];
      const { ready, held, lastNote } = one;
      return {
        id,
        name,
        cnpjs: [...cnpjs],
        role,
        ready,
        held,
        last_note: lastNote && {
          access_key: lastNote.accessKey,
          number: lastNote.number,
          supplier_name: lastNote.supplier,
          received_at: instant(lastNote.receivedAt),
        },
        mailbox: { state: one.mailbox, failing_since: instantOrNull(one.mailboxFailingSince) },
      };
    });
    c.header("cache-control", "no-store");
    return c.json({ companies }, 200);
  },
});

export const overviewRoutes = [getOverview] as const;
