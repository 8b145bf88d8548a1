import { useState } from "preact/hooks";
import type { z } from "zod";
import type { WebhookSchema } from "../../http/views/webhook-view.ts";
import { useAct } from "../base/act.ts";
import { useAddress } from "../base/address.ts";
import { ask, newKey } from "../base/ask.ts";
import { useOld } from "../base/live.ts";
import { useRead } from "../base/read.ts";
import * as say from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Check, Field, Problem, Segments } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card, Split } from "../parts/view.tsx";
import { Once } from "./once.tsx";
import { WebhookDetail } from "./webhook-detail.tsx";

export type Webhook = z.infer<typeof WebhookSchema>;
type Fresh = Webhook & { readonly secret: string };

/** Every type of the feed, and when it is written: the build writes them here (src/tools/build-page.ts). */
declare const FEED_WHEN: readonly { readonly type: string; readonly when: string }[];

/** Webhooks: where events are sent, and what became of them. */
export default function Webhooks() {
  const { param, with: address, set } = useAddress();
  const read = useRead<{ readonly data: readonly Webhook[] }>("/api/webhooks");
  useOld(["webhook."], read.again);
  const [making, setMaking] = useState(false);
  const [fresh, setFresh] = useState<Fresh | null>(null);
  const rows = read.value?.data ?? [];
  const open = rows.find(({ id }) => id === param("webhook")) ?? null;
  return (
    <>
      <Split
        list={
          <Card
            title="Webhooks"
            beside={
              <Button icon="plus" kind="main" onClick={() => setMaking(true)}>
                Criar webhook
              </Button>
            }
          >
            <p class="quiet admin-intro">
              O sistema avisa outro programa, assinado, assim que algo acontece: nota nova, entrada
              no estoque, saldo baixo.
            </p>
            <ErrorBar fault={read.fault} again={read.again} />
            {read.value === null && read.fault === null && <Skeleton lines={3} />}
            {read.value !== null && rows.length === 0 && (
              <Empty icon="link-2" title="Nenhum webhook." />
            )}
            <ul class="admin-list">
              {rows.map((one) => (
                <li key={one.id} class={open?.id === one.id ? "is-open" : ""}>
                  <div class="admin-main">
                    <a
                      class="admin-url"
                      href={address({ webhook: one.id })}
                      aria-current={open?.id === one.id ? "true" : undefined}
                    >
                      {one.url}
                    </a>
                    <span class="quiet small">
                      {one.description !== "" && `${one.description} · `}
                      {eventsOf(one)}
                    </span>
                  </div>
                  <State webhook={one} />
                </li>
              ))}
            </ul>
          </Card>
        }
        detail={
          open === null ? null : (
            <WebhookDetail
              key={open.id}
              webhook={open}
              again={read.again}
              onSecret={(secret) => setFresh({ ...open, secret })}
              onClose={() => set({ webhook: "" })}
            />
          )
        }
      />
      {making && (
        <NewWebhook
          onClose={() => setMaking(false)}
          onDone={(made) => {
            read.again();
            setMaking(false);
            setFresh(made);
          }}
        />
      )}
      {fresh !== null && (
        <Once
          title="Segredo do webhook"
          text={fresh.secret}
          hint="Com ele o seu programa confere que o aviso veio daqui (Standard Webhooks)."
          onClose={() => {
            setFresh(null);
            set({ webhook: fresh.id });
          }}
        />
      )}
    </>
  );
}

const eventsOf = ({ events }: Webhook): string =>
  events.includes("*") ? "todos os eventos" : say.count(events.length, "evento", "eventos");

function State({ webhook }: { webhook: Webhook }) {
  if (!webhook.active)
    return (
      <Badge
        tone={webhook.disabled_reason === null ? "plain" : "bad"}
        icon="ban"
        text={webhook.disabled_reason === null ? "Desligado" : "Desligado pelo sistema"}
      />
    );
  return webhook.failing_since === null ? (
    <Badge tone="good" icon="check" text="Ligado" />
  ) : (
    <Badge tone="hold" icon="triangle-alert" text="Falhando" />
  );
}

function NewWebhook(props: { onClose: () => void; onDone: (made: Fresh) => void }) {
  const [url, setUrl] = useState("");
  const [description, setDescription] = useState("");
  const [which, setWhich] = useState<"all" | "some">("all");
  const [types, setTypes] = useState<readonly string[]>([]);
  const [asked, setAsked] = useState(false);
  const [key] = useState(newKey);
  const act = useAct();
  const none = which === "some" && types.length === 0;
  return (
    <Dialog title="Criar webhook" onClose={props.onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (none) return;
          act.run(async () => {
            const events = which === "all" ? ["*"] : types;
            const json = { url, events, description };
            props.onDone(await ask<Fresh>("/api/webhooks", { method: "POST", json, key }));
          });
        }}
      >
        <Field
          label="Endereço (https)"
          type="url"
          value={url}
          onInput={setUrl}
          maxLength={2000}
          problem={act.problem("url")}
        />
        <Field
          label="Descrição (opcional)"
          value={description}
          onInput={setDescription}
          maxLength={200}
        />
        <Segments
          label="Eventos"
          value={which}
          options={[
            { value: "all", text: "Todos" },
            { value: "some", text: "Só alguns" },
          ]}
          onChange={setWhich}
        />
        {which === "some" && (
          <fieldset class="admin-types">
            <legend class="hidden">Tipos de evento</legend>
            {FEED_WHEN.map(({ type, when }) => (
              <Check
                key={type}
                label={
                  <>
                    {when}
                    <code class="row-more">{type}</code>
                  </>
                }
                checked={types.includes(type)}
                onChange={(on) =>
                  setTypes(on ? [...types, type] : types.filter((one) => one !== type))
                }
              />
            ))}
          </fieldset>
        )}
        <Problem text={asked && none ? "Marque pelo menos um evento." : undefined} />
        <FormFoot
          fault={act.fault}
          action="Criar webhook"
          busy={act.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}
