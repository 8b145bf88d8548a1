import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import { trusted } from "../../../lib/cast.ts";
import { orFail } from "../../../lib/result.ts";
import { intakeAddress, renewAddress } from "../../../mail/address.ts";
import { parseSenders } from "../../../mail/allowed-senders.ts";
import type { MailFailure } from "../../../mail/failures.ts";
import { tryMailbox } from "../../../mail/poll.ts";
import { type RecentMail, recentMails } from "../../../mail/recent.ts";
import {
  type MailChange,
  type MailSettings,
  mailSettingsOf,
  saveMailSettings,
} from "../../../mail/settings.ts";
import { causeOf, type Env } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { instant } from "../../numbers.ts";
import { problemOf } from "../../problem.ts";
import { jsonBody, responses, text } from "../../schemas.ts";

/** Shown in place of a stored password; sent back, it keeps the stored one (S.G.E.). */
const HIDDEN = "********";
/** Go's zero time, which S.G.E. sends for a configuration that was never saved. */
const NEVER = "0001-01-01T00:00:00Z";

const RecentSchema = z
  .object({
    received_at: z.iso.datetime(),
    way: z.enum(["imap", "address"]),
    sender: z.string(),
    job_id: z.string().nullable(),
    code: z.string().nullable(),
    message: z.string().nullable(),
  })
  .openapi("RecentMail");

export const EmailConfigSchema = z
  .object({
    ID: z.int(),
    CreatedAt: z.iso.datetime(),
    UpdatedAt: z.iso.datetime(),
    DeletedAt: z.null(),
    imap_host: z.string(),
    imap_port: z.int(),
    imap_user: z.string(),
    imap_password: z.string().openapi({ description: `${HIDDEN}: há uma senha salva` }),
    imap_folder: z.string(),
    imap_allowed_senders: z.string().openapi({ description: "Vazio: nenhum remetente autorizado" }),
    imap_subject_filter: z.string(),
    use_tls: z.boolean(),
    active: z.boolean(),
    intake_address: z.string().nullable(),
    reads_mailboxes: z
      .boolean()
      .openapi({ description: "Se este servidor consulta caixas de e-mail (IMAP)" }),
    recent: z.array(RecentSchema).openapi({ description: "As 20 últimas mensagens" }),
  })
  .openapi("EmailConfig");

const HOST =
  /^(?:[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?(?:\.[A-Za-z0-9](?:[A-Za-z0-9-]*[A-Za-z0-9])?)*|[0-9A-Fa-f:.]+)?$/;
/** The ports of IMAP and the unprivileged ones, so that no other service of the network can be probed. */
const isMailPort = (port: number): boolean => port === 143 || port === 993 || port >= 1024;

/** Read-only members, which a client of S.G.E. sends back unchanged: accepted and ignored. */
const ignored = z.unknown().optional();
const EmailConfigBodySchema = z
  .strictObject({
    ID: ignored,
    CreatedAt: ignored,
    UpdatedAt: ignored,
    DeletedAt: ignored,
    intake_address: ignored,
    reads_mailboxes: ignored,
    recent: ignored,
    imap_host: text(253).trim().regex(HOST, "deve ser o nome ou o endereço de um servidor"),
    imap_port: z
      .int()
      .max(65_535)
      .refine(isMailPort, "deve ser 143, 993 ou de 1024 a 65535")
      .default(993),
    imap_user: text(254).trim().default(""),
    imap_password: text(1_024).default(HIDDEN),
    imap_folder: text(255)
      .trim()
      .default("")
      .transform((name) => name || "INBOX"),
    imap_allowed_senders: text(10_000).default(""),
    imap_subject_filter: text(200).trim().default(""),
    use_tls: z.boolean().default(true),
    active: z.boolean().default(false),
  })
  .openapi("EmailConfigOrder");

/** Fails with `mail.senders`. */
const changeOf = (body: z.infer<typeof EmailConfigBodySchema>): MailChange => ({
  host: body.imap_host,
  port: body.imap_port,
  user: body.imap_user,
  password: body.imap_password === HIDDEN ? null : body.imap_password,
  folder: body.imap_folder,
  senders: orFail(parseSenders(body.imap_allowed_senders)),
  subject: body.imap_subject_filter,
  tls: body.use_tls,
  active: body.active,
});

const viewOf = (settings: MailSettings | null) => ({
  ID: settings?.company ?? 0,
  CreatedAt: settings === null ? NEVER : instant(settings.createdAt),
  UpdatedAt: settings === null ? NEVER : instant(settings.updatedAt),
  DeletedAt: null,
  imap_host: settings?.host ?? "",
  imap_port: settings?.port ?? 993,
  imap_user: settings?.user ?? "",
  imap_password: settings?.password ? HIDDEN : "",
  imap_folder: settings?.folder ?? "INBOX",
  imap_allowed_senders: settings?.senders.join(", ") ?? "",
  imap_subject_filter: settings?.subject ?? "",
  use_tls: settings?.tls ?? true,
  active: settings?.active ?? false,
});

const recentOf = ({ receivedAt, way, sender, job, code }: RecentMail) => ({
  received_at: instant(receivedAt),
  way,
  sender,
  job_id: job,
  code,
  message: code === null ? null : refusalMessage(code),
});

/** `code` was stored by mail/: always one of MailFailure. */
const refusalMessage = (code: string): string => problemOf(trusted<MailFailure>({ code })).detail;

const Message = z.object({ message: z.string() });

const showRoute = createRoute({
  method: "get",
  path: "/api/config/email",
  operationId: "getEmailConfig",
  tags: ["e-mail"],
  summary: "Mostra como a empresa recebe notas por e-mail",
  ...requires("administer"),
  responses: responses(200, EmailConfigSchema, "A configuração, sem a senha"),
});

const getEmailConfig = defineOpenAPIRoute<typeof showRoute, Env>({
  route: showRoute,
  handler: async (c) => {
    const { ports, actor } = c.var;
    const [settings, intake_address, recent] = await Promise.all([
      mailSettingsOf(ports, actor.company),
      intakeAddress(ports, actor.company),
      recentMails(ports, actor.company),
    ]);
    c.header("cache-control", "no-store");
    const reads_mailboxes = ports.mailboxes !== undefined;
    const shown = { intake_address, reads_mailboxes, recent: recent.map(recentOf) };
    return c.json({ ...viewOf(settings), ...shown }, 200);
  },
});

const saveRoute = createRoute({
  method: "put",
  path: "/api/config/email",
  operationId: "putEmailConfig",
  tags: ["e-mail"],
  summary: `Salva como a empresa recebe notas por e-mail; a senha ${HIDDEN} mantém a que está salva`,
  ...requires("administer"),
  request: { body: jsonBody(EmailConfigBodySchema) },
  responses: responses(200, Message, "A configuração foi salva"),
});

const putEmailConfig = defineOpenAPIRoute<typeof saveRoute, Env>({
  route: saveRoute,
  handler: async (c) => {
    await saveMailSettings(c.var.ports, changeOf(c.req.valid("json")), causeOf(c));
    return c.json({ message: "Configuração salva com sucesso" }, 200);
  },
});

const testRoute = createRoute({
  method: "post",
  path: "/api/config/email/test",
  operationId: "testEmailConfig",
  tags: ["e-mail"],
  summary: "Conecta-se à caixa de e-mail e abre a pasta, sem alterar nada",
  ...requires("administer"),
  request: { body: jsonBody(EmailConfigBodySchema) },
  responses: responses(200, Message, "A pasta pôde ser aberta"),
});

const postEmailTest = defineOpenAPIRoute<typeof testRoute, Env>({
  route: testRoute,
  handler: async (c) => {
    const { ports, actor, signal } = c.var;
    await tryMailbox(ports, changeOf(c.req.valid("json")), actor.company, signal);
    return c.json({ message: "Conexão estabelecida com sucesso!" }, 200);
  },
});

const addressRoute = createRoute({
  method: "post",
  path: "/api/config/email/address",
  operationId: "renewEmailAddress",
  tags: ["e-mail"],
  summary: "Cria ou troca o endereço que recebe as notas da empresa; o anterior deixa de valer",
  ...requires("administer"),
  responses: responses(200, z.object({ intake_address: z.string() }), "O endereço de recebimento"),
});

const postEmailAddress = defineOpenAPIRoute<typeof addressRoute, Env>({
  route: addressRoute,
  handler: async (c) =>
    c.json({ intake_address: await renewAddress(c.var.ports, causeOf(c)) }, 200),
});

export const emailConfigRoutes = [
  getEmailConfig,
  putEmailConfig,
  postEmailTest,
  postEmailAddress,
] as const;
