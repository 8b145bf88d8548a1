import { useState } from "preact/hooks";
import type { z } from "zod";
import { ROLES, may as roleMay } from "../../accounts/roles.ts";
import type {
  ConfirmationSchema,
  PlannedSchema,
} from "../../http/routes/assistant/confirmations.ts";
import { useAct } from "../base/act.ts";
import { useAddress } from "../base/address.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import { type Read, useRead } from "../base/read.ts";
import * as say from "../base/say.ts";
import { me, ROLE_NAMES } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import { Plan } from "./plan.tsx";

export type Asked = z.infer<typeof ConfirmationSchema>;
type Planned = z.infer<typeof PlannedSchema>;

/** Whether this person's role reaches the one that confirms. */
const mayConfirm = (needs: Asked["needs"]): boolean => {
  const role = me.value?.user.role;
  return role !== undefined && roleMay(role, "self") && ROLES.indexOf(role) >= ROLES.indexOf(needs);
};

/** Confirmações: what assistants have asked for, and wait for a person. */
export function Confirmations({ asked }: { asked: Read<{ readonly data: readonly Asked[] }> }) {
  const { param, set } = useAddress();
  const rows = asked.value?.data ?? [];
  const open = param("pedido");
  return (
    <>
      <p class="quiet account-intro">
        Um assistente nunca grava: ele pede, e uma pessoa confirma em até 15 minutos. Confira o que
        mudaria antes de confirmar; fica na auditoria em seu nome.
      </p>
      <ErrorBar fault={asked.fault} again={asked.again} />
      {asked.value === null && asked.fault === null && <Skeleton lines={3} />}
      {asked.value !== null && rows.length === 0 && (
        <Empty icon="check" title="Nenhum pedido esperando." />
      )}
      {rows.map((one) => (
        <Card key={one.id} class="account-ask">
          <p class="account-summary">
            <b>{asWritten(one.summary)}</b>
          </p>
          <p class="quiet small">
            Pedido pela chave {one.asked_by.api_key_name ?? one.asked_by.api_key} em{" "}
            {say.moment(one.asked_at)}; vale até {say.moment(one.expires_at)}
          </p>
          {mayConfirm(one.needs) ? (
            <div>
              <Button kind="main" onClick={() => set({ pedido: one.id })}>
                Ver e decidir
              </Button>
            </div>
          ) : (
            <Badge tone="plain" icon="ban" text={`Quem confirma: ${ROLE_NAMES[one.needs]}`} />
          )}
        </Card>
      ))}
      {open !== "" && (
        <Decide
          key={open}
          id={open}
          onClose={() => {
            set({ pedido: "" });
            asked.again();
          }}
        />
      )}
    </>
  );
}

/** The sentence was written for an assistant, which knows by « » what is data: people here write “ ”. */
const asWritten = (summary: string): string => summary.replaceAll("«", "“").replaceAll("»", "”");

function Decide({ id, onClose }: { id: string; onClose: () => void }) {
  const path = `/api/confirmations/${encodeURIComponent(id)}`;
  const read = useRead<Planned>(path);
  const act = useAct();
  const [key] = useState(newKey);
  const shown = read.value;
  const decide = (what: "confirm" | "refuse", hash: string | null) =>
    act.run(async () => {
      try {
        if (what === "refuse") await ask(path, { method: "DELETE" });
        else
          await ask(path, { method: "POST", json: hash === null ? {} : { plan_hash: hash }, key });
      } catch (why) {
        if (why instanceof Refused && why.code.startsWith("confirmation.")) read.again();
        throw why;
      }
      notify(what === "confirm" ? "Confirmado e gravado." : "Pedido recusado.");
      onClose();
    }, what);
  return (
    <Dialog title="Pedido de um assistente" wide onClose={onClose}>
      <ErrorBar fault={read.fault} again={read.again} />
      {shown === null && read.fault === null && <Skeleton lines={3} />}
      {shown !== null && (
        <>
          <p class="account-summary account-intro">
            <b>{asWritten(shown.summary)}</b>
          </p>
          {shown.state === "waiting" ? (
            <>
              {shown.plan_changed && (
                <p class="account-changed" role="status">
                  Desde o pedido algo mudou no estoque ou na nota. Abaixo está o que seria gravado
                  agora.
                </p>
              )}
              <Plan plan={shown.plan} />
            </>
          ) : (
            <p>{ENDED[shown.state]}</p>
          )}
          <ErrorBar fault={act.fault} />
          <footer class="dialog-foot">
            <Button onClick={onClose}>Voltar</Button>
            {shown.state === "waiting" && (
              <>
                <Button busy={act.on === "refuse"} onClick={() => decide("refuse", null)}>
                  Recusar
                </Button>
                <Button
                  kind="main"
                  busy={act.on === "confirm"}
                  onClick={() => decide("confirm", shown.current_plan_hash)}
                >
                  Confirmar e gravar
                </Button>
              </>
            )}
          </footer>
        </>
      )}
    </Dialog>
  );
}

const ENDED: Record<Exclude<Asked["state"], "waiting">, string> = {
  confirmed: "Este pedido já foi confirmado.",
  refused: "Este pedido foi recusado.",
  expired: "O pedido terminou: o prazo acabou, ou a chave não pode mais pedi-lo.",
};
