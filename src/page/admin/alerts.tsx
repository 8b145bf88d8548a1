import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { AlertConfigSchema } from "../../http/routes/accounts/alert-mails.ts";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import * as say from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Check } from "../parts/field.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import { Lines } from "./lines.tsx";

type Config = z.infer<typeof AlertConfigSchema>;
type AlertType = Config["events"][number];
type Fault = NonNullable<Config["fault"]>;

const ALERTS: Record<AlertType, string> = {
  "stock.low": "Produto abaixo do estoque mínimo",
  "stock.expiring": "Lote perto de vencer",
  "product.cost_rose": "Custo que subiu além do limite",
  "nfe.held_long": "Nota com pendência há dias",
  "nfe.goods_missing": "Cancelamento que deixou saldo negativo",
  "nfe.has_returns": "Nota cancelada com devoluções no estoque",
  "mailbox.failing": "Caixa de e-mail que não pode ser lida",
  "sefaz.failing": "Busca de notas na SEFAZ que falha",
  "webhook.disabled": "Webhook desligado",
  "certificate.ending": "Certificado A1 perto do fim",
};
const ORDER: readonly AlertType[] = [
  "stock.low",
  "stock.expiring",
  "product.cost_rose",
  "nfe.held_long",
  "nfe.goods_missing",
  "nfe.has_returns",
  "mailbox.failing",
  "sefaz.failing",
  "webhook.disabled",
  "certificate.ending",
];
const FAULTS: Partial<Record<Fault, string>> = {
  "mailer.unreachable": "o servidor de e-mail não respondeu",
  "mailer.tls": "não houve conexão segura com o servidor de e-mail",
  "mailer.login": "o servidor de e-mail recusou o usuário ou a senha",
  "mailer.refused": "o servidor de e-mail recusou a mensagem",
  "mailer.some_refused": "parte dos destinatários foi recusada",
  "mailer.unknown": "o servidor não confirmou que recebeu a mensagem",
};
const sentenceOf = (fault: Fault): string => FAULTS[fault] ?? fault;

/** Avisos: who gets the alerts by mail, and which. */
export default function Alerts() {
  const read = useRead<Config>("/api/config/alerts");
  const [text, setText] = useState("");
  const [events, setEvents] = useState<readonly AlertType[]>(ORDER);
  const [tried, setTried] = useState<{ sent: boolean; fault: Fault | null } | null>(null);
  const act = useAct();
  const trial = useAct();
  const saved = read.value;
  useEffect(() => {
    if (saved === null) return;
    setText(saved.recipients.join("\n"));
    setEvents(saved.events);
  }, [saved]);
  if (saved === null)
    return read.fault === null ? (
      <Skeleton lines={6} />
    ) : (
      <ErrorBar fault={read.fault} again={read.again} />
    );
  const recipients = text
    .split(/[\s,;]+/)
    .map((one) => one.trim())
    .filter((one) => one !== "");
  const isChanged =
    recipients.join() !== saved.recipients.join() ||
    ORDER.some((type) => events.includes(type) !== saved.events.includes(type));
  return (
    <Card title="Avisos por e-mail">
      {!saved.sends_mail && (
        <p class="admin-others">
          Este servidor não envia e-mails. O que você salvar aqui passa a valer quando ele enviar;
          até lá, os avisos aparecem no painel.
        </p>
      )}
      {saved.fault !== null && (
        <p class="admin-others" role="status">
          O último aviso não saiu: {sentenceOf(saved.fault)}
          {saved.failing_since !== null && `, desde ${say.moment(saved.failing_since)}`}.
        </p>
      )}
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          act.run(async () => {
            const json = { recipients, events };
            await ask("/api/config/alerts", { method: "PUT", json });
            read.again();
            notify(recipients.length === 0 ? "Salvo. Ninguém recebe avisos." : "Avisos salvos.");
          });
        }}
      >
        <Lines
          label="Quem recebe"
          value={text}
          onInput={setText}
          hint="Um endereço por linha, até 10. Vazio: ninguém recebe."
          problem={recipients
            .map((_, i) => act.problem(String(i)))
            .find((one) => one !== undefined)}
        />
        <fieldset class="admin-set">
          <legend>Quais avisos</legend>
          {ORDER.map((type) => (
            <Check
              key={type}
              label={ALERTS[type]}
              checked={events.includes(type)}
              onChange={(on) =>
                setEvents(on ? [...events, type] : events.filter((one) => one !== type))
              }
            />
          ))}
        </fieldset>
        <p class="field-hint admin-intro">
          No máximo um e-mail a cada dez minutos, com tudo o que veio desde o anterior.
          {saved.sent_at !== null && ` O último saiu em ${say.moment(saved.sent_at)}.`}
        </p>
        <ErrorBar fault={act.fault ?? trial.fault} />
        <p role="status" class={tried?.sent === true ? "good" : "bad"}>
          {tried !== null &&
            (tried.sent
              ? "O servidor de e-mail aceitou a mensagem. Confira a caixa de entrada."
              : `Não saiu${tried.fault === null ? "" : `: ${sentenceOf(tried.fault)}`}.`)}
        </p>
        <footer class="dialog-foot">
          {saved.sends_mail && saved.recipients.length > 0 && (
            <Button
              icon="mail"
              busy={trial.busy}
              onClick={() =>
                trial.run(async () => {
                  setTried(null);
                  const key = newKey();
                  setTried(await ask("/api/config/alerts/test", { method: "POST", key }));
                })
              }
            >
              Enviar um teste
            </Button>
          )}
          <Button
            type="submit"
            kind="main"
            busy={act.busy}
            disabled={!isChanged || events.length === 0}
          >
            Salvar
          </Button>
        </footer>
      </form>
    </Card>
  );
}
