import { useEffect, useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { notify } from "../base/notices.ts";
import { quantity, signed } from "../base/say.ts";
import { Dialog } from "../parts/dialog.tsx";
import { isReason, ReasonField } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { Skeleton } from "../parts/states.tsx";
import type { NoteDetail } from "./answers.ts";
import { post } from "./approve.ts";
import { PlanTable } from "./plan-table.tsx";

interface ReversalPlan {
  readonly movements: readonly {
    readonly undoes: number;
    readonly product_code: string;
    readonly type: "ENTRADA" | "SAIDA";
    readonly quantity: number;
    readonly balance_before: number;
    readonly balance_after: number;
  }[];
}

/** The dry run wants a reason too; it is not written. */
const SIMULATED = { reason: "simulação" };

/** Reverses a note in stock: the balances that it leads to come first, then the reason. */
export function Reverse(props: { note: NoteDetail; done: () => void; onClose: () => void }) {
  const path = `/api/nfes/${props.note.access_key}/reverse`;
  const [plan, setPlan] = useState<ReversalPlan | null>(null);
  const [planFault, setPlanFault] = useState<unknown>(null);
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const act = useAct();
  const short = !isReason(reason);
  useEffect(() => {
    post<ReversalPlan>(`${path}?dry_run=true`, SIMULATED).then(setPlan, setPlanFault);
  }, [path]);
  const reverse = async () => {
    const sent = { reason: reason.trim() };
    const { already_reversed } = await post<{ already_reversed: boolean }>(path, sent);
    if (already_reversed) notify("Esta nota já estava estornada.", { tone: "plain" });
    else notify("Nota estornada. Ela pode ser aprovada de novo.");
    props.done();
    props.onClose();
  };
  return (
    <Dialog title="Estornar a nota" wide onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (!short) act.run(reverse);
        }}
      >
        <p>Cada movimento da nota recebe o movimento contrário. Nada é apagado.</p>
        {plan === null && planFault === null && <Skeleton lines={2} />}
        {plan !== null && (
          <PlanTable
            label="Saldos depois do estorno"
            note={props.note}
            heads={["Movimento", "Saldo hoje", "Depois"]}
            lines={plan.movements.map((one) => ({
              key: one.undoes,
              code: one.product_code,
              figures: [
                signed(one.type === "SAIDA" ? -one.quantity : one.quantity),
                quantity(one.balance_before),
                <b key="after" class={one.balance_after < 0 ? "bad" : ""}>
                  {quantity(one.balance_after)}
                </b>,
              ],
            }))}
          />
        )}
        <ReasonField label="Motivo do estorno" value={reason} onInput={setReason} asked={asked} />
        <FormFoot
          fault={act.fault ?? planFault}
          action="Estornar a nota"
          busy={act.busy}
          danger
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}
