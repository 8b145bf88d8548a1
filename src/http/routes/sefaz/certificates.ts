import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { fromBase64 } from "../../../nfe/base64.ts";
import { PFX_BYTES } from "../../../ports/pfx.ts";
import {
  addCertificate,
  type Certificate,
  listCertificates,
  removeCertificate,
} from "../../../sefaz/certificates/certificates.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant } from "../../numbers.ts";
import { jsonBody, PROBLEMS, responses, text } from "../../schemas.ts";

export const CertificateSchema = z
  .object({
    id: z.string().openapi({ description: "O SHA-256 do certificado" }),
    cnpj: z.string().openapi({
      description: "O CNPJ do titular; serve para todos da empresa com os mesmos 8 primeiros",
    }),
    holder: z.string(),
    starts_at: z.iso.datetime(),
    ends_at: z.iso.datetime(),
    state: z.enum(["valid", "ending", "ended"]).openapi({
      description: "ending: termina em até 30 dias; ended: terminou",
    }),
    file: z.string().nullable().openapi({
      description: "O arquivo na pasta do servidor; null: está guardado aqui, lacrado",
    }),
    added_at: z.iso.datetime(),
  })
  .openapi("Certificate");

const ENDING_MS = 30 * 86_400_000;

const viewAt =
  (nowMs: number) =>
  (one: Certificate): z.infer<typeof CertificateSchema> => ({
    id: one.id,
    cnpj: one.cnpj,
    holder: one.holder,
    starts_at: instant(one.startsAt),
    ends_at: instant(one.endsAt),
    state: one.endsAt < nowMs ? "ended" : one.endsAt - nowMs <= ENDING_MS ? "ending" : "valid",
    file: one.file,
    added_at: instant(one.addedAt),
  });

const listRoute = createRoute({
  method: "get",
  path: "/api/certificates",
  operationId: "listCertificates",
  tags: ["sefaz"],
  summary: "Lista os certificados A1 da empresa; nunca o arquivo nem a senha",
  ...requires("administer"),
  responses: responses(
    200,
    z.object({
      supported: z.boolean().openapi({
        description: "Se este servidor usa certificados; não na borda",
      }),
      data: z.array(CertificateSchema),
    }),
    "Os que terminam por último, antes",
  ),
});

const getCertificates = defineOpenAPIRoute<typeof listRoute, Env>({
  route: listRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const found = await listCertificates(ports, actor.company);
    c.header("cache-control", "no-store");
    const data = found.map(viewAt(ports.clock.now()));
    return c.json({ supported: ports.pfx !== undefined, data }, 200);
  },
});

const Passphrase = text(200).openapi({ description: "A senha do arquivo", format: "password" });

const Pfx = z
  .string()
  .max(Math.ceil(PFX_BYTES / 3) * 4)
  .transform((given, context) => {
    const bytes = fromBase64(given);
    if (bytes !== null && bytes.length > 0 && bytes.length <= PFX_BYTES) return bytes;
    context.addIssue({ code: "custom", message: "deve ser o arquivo em base64, até 32 KiB" });
    return z.NEVER;
  })
  .openapi({ type: "string", description: "O arquivo PFX ou P12, em base64, até 32 KiB" });

/** One of both. */
const CertificateOrder = z
  .strictObject({
    pfx: Pfx.optional(),
    file: text(200).min(1).optional().openapi({
      description: "No lugar de pfx: o nome de um arquivo na pasta SEFAZ_CERTIFICATES do servidor",
    }),
    passphrase: Passphrase,
  })
  .refine(({ pfx, file }) => (pfx === undefined) !== (file === undefined), {
    path: ["pfx"],
    error: "envie pfx ou file, um dos dois",
  })
  .openapi("CertificateOrder");

const addRoute = createRoute({
  method: "post",
  path: "/api/certificates",
  operationId: "addCertificate",
  tags: ["sefaz"],
  summary:
    "Guarda um certificado A1 da empresa, lacrado, depois de conferir senha, titular, validade e uso",
  ...requires("administer"),
  request: { body: jsonBody(CertificateOrder) },
  responses: responses(201, CertificateSchema, "O certificado, sem o arquivo e sem a senha"),
});

const postCertificate = defineOpenAPIRoute<typeof addRoute, Env>({
  route: addRoute,
  handler: async (c) => {
    const { ports } = c.var;
    const { pfx, file = "", passphrase } = c.req.valid("json");
    const given = pfx === undefined ? { file, passphrase } : { pfx, passphrase };
    const made = await addCertificate(ports, given, causeOf(c));
    c.header("cache-control", "no-store");
    return c.json(viewAt(ports.clock.now())(made), 201);
  },
});

const removeRoute = createRoute({
  method: "delete",
  path: "/api/certificates/{id}",
  operationId: "removeCertificate",
  tags: ["sefaz"],
  summary: "Remove um certificado, com o arquivo guardado e a senha",
  ...requires("administer"),
  request: { params: z.object({ id: z.string().max(64) }) },
  responses: { 204: { description: "O certificado não está mais aqui" }, default: PROBLEMS },
});

const deleteCertificate = defineOpenAPIRoute<typeof removeRoute, Env>({
  route: removeRoute,
  handler: async (c) => {
    await removeCertificate(c.var.ports, c.req.valid("param").id, causeOf(c));
    return c.body(null, 204);
  },
});

export const certificateRoutes = [getCertificates, postCertificate, deleteCertificate] as const;
