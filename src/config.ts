import { z } from "zod";
import { isCnpj, unmasked } from "./nfe/taxpayer.ts";

const count = (fallback: number, min = 0) => z.coerce.number().int().min(min).default(fallback);
const list = z
  .string()
  .default("")
  .transform((text) =>
    text
      .split(",")
      .map((part) => part.trim())
      .filter((part) => part !== ""),
  );

/** A list whose parts are all checked: the message names a wrong one. */
const listOf = (right: (part: string) => boolean, wrong: (part: string) => string) =>
  list.superRefine((parts, context) => {
    for (const part of parts)
      if (!right(part)) context.addIssue({ code: "custom", message: wrong(part) });
  });

/** Scheme, host and port, as a browser sends it, without anything after them, not even a slash. */
const isOrigin = (text: string): boolean => URL.canParse(text) && new URL(text).origin === text;
/** An address, or a network in CIDR notation; not the whole Internet, whose headers cannot be trusted. */
const Network = z.union([z.ipv4(), z.ipv6(), z.cidrv4(), z.cidrv6()]);
const isNetwork = (text: string): boolean =>
  Network.safeParse(text).success && !text.endsWith("/0");
const isSmtp = (text: string): boolean =>
  URL.canParse(text) && /^smtps?:$/.test(new URL(text).protocol) && new URL(text).hostname !== "";
const HOST_NAME = /^(?!-)[A-Za-z0-9-]+(\.[A-Za-z0-9-]+)*$/;
/** A further database: its name, and where it is. */
const HOME = /^([a-z][a-z0-9-]{0,19})=((?:file:.|(?:https?|libsql|wss?):\/\/[^/]).*)$/;
/** A local database has a writer thread of its own. */
const MOST_LOCAL = 8;
const MOST_HOMES = 128;
/** A service of the tax office, or of one state (cUF), and where it is. */
const SEFAZ_ROW = /^(distribution|statement|query(?:\.[0-9]{2})?)=(https:\/\/[^/].*)$/;
const HEADER = /^\s*(?:[^\s=,]+=.*)?$/;

/** The one list of environment variables; `.env.example` and docs/configuration.md follow it (a test holds them together). */
const Environment = z.object({
  APP_ENV: z
    .enum(["development", "production"])
    .optional()
    .describe("development only by default on a loopback HOST"),
  PORT: count(8003).describe("TCP port; 0 takes a free one"),
  HOST: z
    .string()
    .regex(/^[0-9A-Za-z.:[\]_%-]+$/, "não é um endereço")
    .default("127.0.0.1")
    .describe("Address to listen on"),
  DATABASE_URL: z
    .string()
    .regex(/^(file:.|(https?|libsql|wss?):\/\/[^/])/, "não é um endereço file:, http: ou libsql:")
    .default("file:data/sge.db")
    .describe("file:, http: or libsql:"),
  DATABASE_URLS: list
    .transform((parts, context) =>
      parts.flatMap((part) => {
        const [, name, url] = HOME.exec(part) ?? [];
        if (name !== undefined && url !== undefined && name !== "first") return { name, url };
        context.addIssue({ code: "custom", message: `${part} não é NOME=ENDEREÇO` });
        return [];
      }),
    )
    .superRefine((homes, context) => {
      const local = homes.filter(({ url }) => url.startsWith("file:")).length;
      const wrong =
        new Set(homes.map(({ name }) => name)).size < homes.length
          ? "dois bancos têm o mesmo nome"
          : local > MOST_LOCAL
            ? `mais de ${MOST_LOCAL} bancos file: (cada um tem a sua thread)`
            : homes.length > MOST_HOMES
              ? `mais de ${MOST_HOMES} bancos`
              : null;
      if (wrong !== null) context.addIssue({ code: "custom", message: wrong });
    })
    .describe("Further databases for companies, as name=address, comma separated"),
  DATABASE_AUTH_TOKEN: z.string().optional().describe("Token of a remote libSQL database"),
  DATA_DIR: z.string().default("data").describe("Secrets made on first run, exports"),
  JWT_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe("At least 32 characters; required in production"),
  ADMIN_EMAIL: z.email().default("admin@localhost.localdomain").describe("First administrator"),
  ADMIN_PASSWORD: z
    .string()
    .min(10)
    .optional()
    .describe("Generated when absent, and shown at each start until the first login"),
  COMPANY_NAME: z
    .string()
    .trim()
    .min(1, "não pode ficar em branco")
    .max(120, "tem mais de 120 caracteres")
    .default("Minha empresa")
    .describe("Name of the first company"),
  COMPANY_CNPJ: listOf(
    (part) => isCnpj(unmasked(part)),
    (part) => `${part} não é um CNPJ: confira os dígitos verificadores`,
  ).describe("CNPJs of the first company, comma separated"),
  COMPANY_ENVIRONMENT: z
    .enum(["production", "homologation"])
    .default("production")
    .describe("Which tpAmb the first company accepts"),
  NFE_WORKERS: z.coerce
    .number()
    .int()
    .min(1)
    .optional()
    .describe("Threads that read large documents; default cores - 1"),
  NFE_QUEUE: count(100, 1).describe("Documents that may wait for a thread; beyond: 503"),
  NFE_TIMEOUT_MS: count(20_000, 100).describe(
    "Longest time that one document may take in a thread",
  ),
  PARSE_INLINE_BYTES: count(65_536).describe("Documents up to this size are read without a thread"),
  BATCH_CONCURRENCY: count(32, 1).describe("Documents of one request in work; large ones: 5"),
  EXPORT_WORKERS: count(2, 1).describe("Exports written in the background at a time"),
  JOB_CONCURRENCY: count(4, 1).describe("Documents of queued batches in work at a time"),
  JOB_ATTEMPTS: count(8, 1).describe("Tries of a queued document or export before it is parked"),
  JOB_LEASE_MS: count(10_000, 100).describe(
    "Longest time before work that a crash cut off is taken up again",
  ),
  COMMIT_GROUP: count(24, 1).describe("Writes that may share one commit"),
  REQUEST_TIMEOUT_MS: count(10_000, 10).describe(
    "Longest time until an answer begins; an upload has three times as long, a batch twelve times",
  ),
  MAX_IN_FLIGHT: count(2_000, 1).describe("Requests in work at once; beyond: 503"),
  MAX_IN_FLIGHT_PER_COMPANY: count(1_500, 1).describe("The same for one company"),
  MAX_IN_FLIGHT_PER_USER: count(200, 1).describe("The same for one user or API key; beyond: 429"),
  COMMIT_QUEUE: count(2_000, 1).describe("Writes that may wait for the writer; beyond: 503"),
  CACHE_ENTRIES: count(2_000).describe("Answers kept in memory at most; 0 keeps none"),
  CACHE_BYTES: count(16_777_216).describe("Bytes that the kept answers may take; 0 keeps none"),
  RATE_LIMIT_PER_SECOND: count(10).describe("Requests per second and user; 0 turns the limit off"),
  RATE_LIMIT_BURST: count(20).describe("Requests that may come at once; 0 turns the limit off"),
  PASSWORD_COST: z.coerce.number().int().min(1).max(20).default(15).describe("log2 N of scrypt"),
  SSE_CLIENTS: count(2_000).describe("Streams of events open at once; beyond: 503"),
  SSE_CLIENTS_PER_COMPANY: count(1_500).describe("The same for one company"),
  SSE_CLIENTS_PER_USER: count(20).describe("The same for one user or API key; beyond: 429"),
  EVENTS_KEEP_DAYS: count(90, 1).describe("Days for which the feed of events is kept"),
  CORS_ORIGINS: listOf(
    isOrigin,
    (part) => `${part} não é uma origem: só esquema, host e porta, como https://loja.example`,
  ).describe("Allowed origins, comma separated; development also allows http://localhost:*"),
  TRUSTED_PROXIES: listOf(
    isNetwork,
    (part) => `${part} não é um endereço IP nem uma rede, como 127.0.0.1 ou 10.0.0.0/8`,
  ).describe("Proxies whose X-Forwarded-For is believed: addresses or networks, comma separated"),
  MAIL_DOMAIN: z
    .string()
    .regex(/^[a-z0-9-]+(\.[a-z0-9-]+)+$/, "a domain in lower case")
    .optional()
    .describe(
      "Domain whose mail comes here (Email Routing); each company has an address nfe-…@ it",
    ),
  MAIL_SECRET: z
    .string()
    .min(32)
    .optional()
    .describe(
      "Seals the passwords of mailboxes, the secrets of webhooks and certificates; 32 characters or more, JWT_SECRET when absent",
    ),
  MAIL_POLL_SECONDS: z.coerce
    .number()
    .int()
    .min(0)
    .max(86_400)
    .default(300)
    .describe("Pause between two visits to the mailboxes; 0 visits none (Bun)"),
  MAIL_ALLOW_PRIVATE: z
    .enum(["true", "false"])
    .optional()
    .transform((text) => (text === undefined ? undefined : text === "true"))
    .describe(
      "Whether mailboxes on loopback and private networks are visited; true in development",
    ),
  MAIL_AUTHORITIES: listOf(
    (part) => HOST_NAME.test(part),
    (part) => `${part} não é o nome de um servidor`,
  ).describe(
    "Mail servers whose Authentication-Results are believed, comma separated; Cloudflare's always",
  ),
  SMTP_URL: z
    .string()
    .refine(isSmtp, "não é um endereço smtp:// ou smtps://")
    .optional()
    .describe(
      "Server that sends the alerts, smtp:// (with STARTTLS) or smtps://, with user and password; without it none are mailed (Bun)",
    ),
  SMTP_FROM: z
    .string()
    .regex(/^(?:[^<>@\r\n]{1,100}<[^<>@\s]+@[^<>@\s]+>|[^<>@\s]+@[^<>@\s]+)$/, "não é um endereço")
    .optional()
    .describe("Sender of these mails: an address, or Name <address>"),
  WEBHOOKS_CONCURRENCY: count(8, 1).describe("Webhooks whose events are sent at a time (Bun)"),
  WEBHOOKS_ALLOW_PRIVATE: z
    .enum(["true", "false"])
    .optional()
    .transform((text) => (text === undefined ? undefined : text === "true"))
    .describe(
      "Whether webhooks may be http, on loopback and private networks; true in development",
    ),
  SIGNATURE_ROOTS: z
    .string()
    .regex(
      /-----BEGIN CERTIFICATE-----|^[^\r\n]+\.(?:pem|crt)$/,
      "certificates in PEM, or on Bun a file .pem or .crt",
    )
    .optional()
    .describe(
      "Certificates in PEM that a signature must lead to, with the authorities between; on Bun also a file of them",
    ),
  SEFAZ_CA: z
    .string()
    .regex(
      /-----BEGIN CERTIFICATE-----|^[^\r\n]+\.(?:pem|crt)$/,
      "certificates in PEM, or on Bun a file .pem or .crt",
    )
    .optional()
    .describe(
      "Certificates in PEM, or a file of them, to which the tax office's servers may lead, beside the usual ones: ICP-Brasil's (Bun)",
    ),
  SEFAZ_URLS: list
    .transform((parts, context) =>
      parts.flatMap((part) => {
        const [, name, url] = SEFAZ_ROW.exec(part) ?? [];
        if (name !== undefined && url !== undefined && URL.canParse(url)) return { name, url };
        context.addIssue({ code: "custom", message: `${part} não é SERVIÇO=https://ENDEREÇO` });
        return [];
      }),
    )
    .describe(
      "Addresses of the tax office's services in place of the built-in ones, comma separated SERVICE=https://…; services: distribution, statement, query, query.35 (Bun)",
    ),
  SEFAZ_CERTIFICATES: z
    .string()
    .regex(/^(?:\/|[A-Za-z]:[\\/])/, "não é o caminho de uma pasta desde a raiz")
    .optional()
    .describe("Folder of A1 certificates that stay files, named by companies (Bun)"),
  LOG_LEVEL: z
    .enum(["debug", "info", "warn", "error"])
    .default("info")
    .describe("Least level that is written"),
  METRICS_TOKEN: z
    .string()
    .regex(/^\S{16,}$/, "16 characters or more, none of them blank")
    .optional()
    .describe(
      "Lets a scraper into /metrics; without it only an administrator, where there is one company",
    ),
  OTEL_EXPORTER_OTLP_ENDPOINT: z
    .url({ protocol: /^https?$/ })
    .optional()
    .describe("Collector of traces (OTLP/HTTP, JSON); none are kept without it"),
  OTEL_EXPORTER_OTLP_HEADERS: z
    .string()
    .refine((text) => text.split(",").every((part) => HEADER.test(part)), {
      error: "não é uma lista de nome=valor",
    })
    .default("")
    .describe("Headers for the collector, as name=value, comma separated"),
  OTEL_TRACES_SAMPLER_ARG: z.coerce
    .number()
    .min(0)
    .max(1)
    .default(1)
    .describe("Share of the traces kept that begin here; one that comes from outside says itself"),
  PROFILING: z
    .enum(["true", "false"])
    .default("false")
    .transform((text) => text === "true")
    .describe("true lets an administrator on this machine take CPU and heap profiles"),
  SHUTDOWN_TIMEOUT_MS: count(5_000).describe("Longest time from SIGTERM to exit"),
});

const LOOPBACK = /^(127(\.\d+){3}|localhost|::1|\[::1\])$/;

/** Whether an address to listen on is reached from this machine only. */
export const isLoopback = (host: string): boolean => LOOPBACK.test(host);

export type Config = Omit<
  z.infer<typeof Environment>,
  "APP_ENV" | "MAIL_ALLOW_PRIVATE" | "WEBHOOKS_ALLOW_PRIVATE"
> & {
  APP_ENV: "development" | "production";
  MAIL_ALLOW_PRIVATE: boolean;
  WEBHOOKS_ALLOW_PRIVATE: boolean;
};

/** Names, defaults and meanings of the variables, for the documents and the test that holds them. */
export const variables = Object.entries(Environment.shape).map(([name, schema]) => ({
  name,
  meaning: schema.description ?? "",
}));

/**
 * Strings in, Config out; called once at a door. An empty string counts as absent.
 * Throws an Error whose message lists everything that is wrong, so that a bad configuration never boots;
 * in production JWT_SECRET is required, and with SMTP_URL the sender SMTP_FROM.
 */
export function parseConfig(env: Record<string, string | undefined>): Config {
  const given = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ""));
  const parsed = Environment.safeParse(given);
  if (!parsed.success)
    throw new Error(`A configuração não está completa:\n${z.prettifyError(parsed.error)}`);
  const APP_ENV =
    parsed.data.APP_ENV ?? (isLoopback(parsed.data.HOST) ? "development" : "production");
  if (APP_ENV === "production" && parsed.data.JWT_SECRET === undefined)
    throw new Error(
      "A configuração não está completa:\n✖ JWT_SECRET é obrigatório em produção (32 caracteres ou mais)",
    );
  if (parsed.data.SMTP_URL !== undefined && parsed.data.SMTP_FROM === undefined)
    throw new Error("A configuração não está completa:\n✖ SMTP_FROM é obrigatório com SMTP_URL");
  const inDevelopment = APP_ENV === "development";
  const { MAIL_ALLOW_PRIVATE = inDevelopment, WEBHOOKS_ALLOW_PRIVATE = inDevelopment } =
    parsed.data;
  return { ...parsed.data, APP_ENV, MAIL_ALLOW_PRIVATE, WEBHOOKS_ALLOW_PRIVATE };
}
