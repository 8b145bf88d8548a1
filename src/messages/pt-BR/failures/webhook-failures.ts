import type { Failure, FailureOf } from "../../../failures.ts";

type WebhookCode = Extract<Failure["code"], `webhook.${string}`>;

/** Why a webhook's address is refused, by the field `why`. */
const URL_FAULTS: Readonly<Record<FailureOf<"webhook.url">["why"], string>> = {
  malformed: "não é um endereço completo, ou tem um fragmento (#)",
  not_https: "deve começar com https://",
  with_password: "não pode ter usuário nem senha",
  port: "a porta deve ser 443, ou de 1024 em diante",
  not_public: "deve ter o nome de um servidor público, e não um endereço IP nem um nome interno",
};

/** The sentences of failures about webhooks. */
export const WEBHOOK_SENTENCES: {
  readonly [C in WebhookCode]: string | ((failure: FailureOf<C>) => string);
} = {
  "webhook.not_found": "Webhook não encontrado",
  "webhook.too_many": ({ limit }) => `A empresa já tem ${limit} webhooks; exclua um deles antes`,
  "webhook.url": ({ why }) => `O endereço do webhook não é aceito: ${URL_FAULTS[why]}`,
  "webhook.inactive": "O webhook está desligado; ligue-o antes (active: true)",
  "webhook.event_not_found": "O evento não existe, ou não é mais guardado",
  "webhook.secret_unreadable":
    "O segredo do webhook não pode mais ser lido, porque o do serviço mudou; troque-o (rotate-secret)",
};
