import { useState } from "preact/hooks";
import type { z } from "zod";
import type { AttemptSchema, DeliverySchema } from "../../http/views/webhook-view.ts";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { usePages } from "../base/pages.ts";
import * as say from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Select } from "../parts/field.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import type { Webhook } from "./webhooks.tsx";

type Delivery = z.infer<typeof DeliverySchema>;
type Attempt = z.infer<typeof AttemptSchema>;
interface Page {
  readonly data: readonly Delivery[];
  readonly next_cursor: string | null;
}

const FAULTS: Record<NonNullable<Attempt["fault"]>, string> = {
  url_refused: "endereço não permitido",
  name_not_found: "nome não encontrado",
  unreachable: "sem resposta",
  tls: "sem conexão segura",
  timeout: "demorou demais",
  broken_answer: "resposta quebrada",
};
const DONE: Record<Delivery["state"], string> = {
  waiting: "Esperando",
  delivered: "Entregue",
  given_up: "Desistiu",
};
const STATES = [
  { value: "all", text: "Todas as entregas" },
  { value: "waiting", text: "Esperando" },
  { value: "delivered", text: "Entregues" },
  { value: "given_up", text: "Desistiu" },
] as const;

const attemptText = ({ status, fault, duration_ms }: Attempt): string => {
  const what = fault === null ? `resposta ${status ?? "–"}` : FAULTS[fault];
  return `${what}, em ${say.whole(duration_ms)} ms`;
};

/** One webhook: try it, turn it off, change its secret, and what became of each event. */
export function WebhookDetail(props: {
  webhook: Webhook;
  again: () => void;
  onSecret: (secret: string) => void;
  onClose: () => void;
}) {
  const { webhook, again } = props;
  const path = `/api/webhooks/${webhook.id}`;
  const [state, setState] = useState<(typeof STATES)[number]["value"]>("all");
  const log = usePages<Delivery, Page>(
    `${path}/deliveries${state === "all" ? "" : `?state=${state}`}`,
    20,
  );
  const [ping, setPing] = useState<Attempt | null>(null);
  const [asking, setAsking] = useState<"secret" | "delete" | null>(null);
  const act = useAct();
  const close = () => setAsking(null);
  return (
    <Card
      title="Webhook"
      beside={
        <Button icon="x" kind="plain" bare small onClick={props.onClose}>
          Fechar o webhook
        </Button>
      }
    >
      <p class="admin-url quiet small admin-intro">{webhook.url}</p>
      {webhook.disabled_reason !== null && (
        <p class="admin-others">
          {webhook.disabled_reason === "gone"
            ? "O destino respondeu que não existe mais (410), e o sistema parou de enviar."
            : "Cinco dias sem uma entrega, e o sistema parou de enviar."}{" "}
          Ligado de novo, ele continua de onde parou.
        </p>
      )}
      <div class="admin-acts">
        <Button
          small
          icon="refresh-cw"
          busy={act.busy}
          onClick={() =>
            act.run(async () => {
              setPing(null);
              setPing(await ask<Attempt>(`${path}/ping`, { method: "POST", key: newKey() }));
            })
          }
        >
          Enviar um teste
        </Button>
        <Button
          small
          onClick={() =>
            act.run(async () => {
              await ask(path, { method: "PATCH", json: { active: !webhook.active } });
              again();
              notify(webhook.active ? "Webhook desligado." : "Webhook ligado.");
            })
          }
        >
          {webhook.active ? "Desligar" : "Ligar"}
        </Button>
        <Button small icon="key-round" onClick={() => setAsking("secret")}>
          Trocar o segredo
        </Button>
        <Button small icon="trash-2" onClick={() => setAsking("delete")}>
          Excluir
        </Button>
      </div>
      <ErrorBar fault={act.fault} />
      <p
        role="status"
        class={`admin-ping ${ping?.fault === null && isGood(ping.status) ? "good" : "bad"}`}
      >
        {ping !== null && `Teste: ${attemptText(ping)}.`}
      </p>
      <Select label="Entregas" value={state} options={STATES} onChange={setState} />
      <ErrorBar fault={log.fault} again={log.again} />
      {log.busy && log.rows.length === 0 && <Skeleton lines={3} />}
      {!log.busy && log.rows.length === 0 && log.fault === null && (
        <p class="quiet">Nenhuma entrega ainda. O teste não entra nesta lista.</p>
      )}
      <ul class="admin-list">
        {log.rows.map((one) => (
          <li key={one.event}>
            <div class="admin-main">
              <code>{one.type}</code>
              <span class="quiet small">{deliveryText(one)}</span>
            </div>
            <Badge
              tone={one.state === "delivered" ? "good" : one.state === "waiting" ? "wait" : "bad"}
              icon={
                one.state === "delivered" ? "check" : one.state === "waiting" ? "clock" : "circle-x"
              }
              text={DONE[one.state]}
            />
            <Button
              small
              onClick={() =>
                act.run(async () => {
                  const key = newKey();
                  await ask(`${path}/deliveries/${one.event}/replay`, { method: "POST", key });
                  log.again();
                  notify("O evento vai ser enviado de novo.");
                })
              }
            >
              Enviar de novo
            </Button>
          </li>
        ))}
      </ul>
      {log.hasMore && (
        <Button busy={log.busy} onClick={log.readMore}>
          Mostrar mais
        </Button>
      )}
      {asking === "secret" && (
        <Confirm
          title="Trocar o segredo?"
          action="Trocar"
          act={async () => {
            const key = newKey();
            const made = await ask<{ secret: string }>(`${path}/rotate-secret`, {
              method: "POST",
              key,
            });
            again();
            props.onSecret(made.secret);
          }}
          onClose={close}
        >
          <p>
            Por 24 horas o segredo de agora também assina, para dar tempo de trocá-lo no destino.
          </p>
        </Confirm>
      )}
      {asking === "delete" && (
        <Confirm
          title="Excluir este webhook?"
          action="Excluir"
          danger
          act={async () => {
            await ask(path, { method: "DELETE" });
            again();
            props.onClose();
          }}
          onClose={close}
        >
          <p>Os avisos param e o registro das entregas é apagado.</p>
        </Confirm>
      )}
    </Card>
  );
}

const isGood = (status: number | null): boolean => status !== null && status >= 200 && status < 300;

function deliveryText({ attempts, next_at }: Delivery): string {
  const last = attempts.at(-1);
  const tried =
    last === undefined
      ? "ainda não enviado"
      : `${say.moment(last.at)}: ${attemptText(last)} (${say.count(attempts.length, "tentativa", "tentativas")})`;
  return next_at === null ? tried : `${tried}; de novo em ${say.moment(next_at)}`;
}
