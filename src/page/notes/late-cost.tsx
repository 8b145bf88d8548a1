import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { AddedCostSchema } from "../../http/views/late-cost-view.ts";
import { useAct } from "../base/act.ts";
import { notify } from "../base/notices.ts";
import { money } from "../base/say.ts";
import { Dialog } from "../parts/dialog.tsx";
import { Field, FigureField, figureOf, isReason, ReasonField } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import type { NoteDetail } from "./answers.ts";
import { post } from "./approve.ts";
import { PlanTable } from "./plan-table.tsx";

type Added = z.infer<typeof AddedCostSchema>;

/** A cost that came after the note, as a freight or a rebate: how it is shared comes first, then it is written. */
export function LateCost(props: { note: NoteDetail; done: () => void; onClose: () => void }) {
  const path = `/api/nfes/${props.note.access_key}/costs`;
  const [typed, setTyped] = useState("");
  const [reason, setReason] = useState("");
  const [document, setDocument] = useState("");
  const [plan, setPlan] = useState<Added | null>(null);
  const [asked, setAsked] = useState(false);
  const write = useAct();
  const amount = figureOf(typed);
  const short = !isReason(reason);
  // What was shown is of these figures: another one asks for a new look.
  useEffect(() => setPlan(null), [typed, reason, document]);
  const act = () => {
    setAsked(true);
    if (amount === null || short) return;
    const paper = document.trim();
    const json = { amount, reason: reason.trim(), ...(paper === "" ? {} : { document: paper }) };
    write.run(async () => {
      const added = await post<Added>(plan === null ? `${path}?dry_run=true` : path, json);
      if (added.already_added)
        notify("Este documento já estava lançado nesta nota.", { tone: "plain" });
      else if (plan === null) return setPlan(added);
      else notify("Custo lançado no estoque.");
      props.done();
      props.onClose();
    });
  };
  return (
    <Dialog title="Lançar custo posterior" wide onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act();
        }}
      >
        <p class="note-cost-say">
          Frete, seguro ou abatimento que veio depois da nota. É rateado pelo custo dos itens; a
          quantidade não muda.
        </p>
        <FigureField
          label="Valor (R$)"
          value={typed}
          onInput={setTyped}
          maxLength={20}
          hint="Com sinal de menos é um abatimento"
          problem={asked && amount === null ? "Escreva um valor, como 120,50" : undefined}
        />
        <ReasonField label="Motivo" value={reason} onInput={setReason} asked={asked} />
        <Field
          label="Documento (opcional)"
          value={document}
          onInput={setDocument}
          maxLength={100}
          hint="A chave do CT-e ou outro número: o mesmo documento não é lançado duas vezes"
        />
        {plan !== null && <Shares plan={plan} note={props.note} />}
        <FormFoot
          fault={write.fault}
          action={plan === null ? "Ver o rateio" : "Lançar o custo"}
          busy={write.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}

/** What each item takes: what stays in the stock's value, and what goes to the cost of what has left. */
function Shares({ plan, note }: { plan: Added; note: NoteDetail }) {
  return (
    <PlanTable
      label="Rateio do custo"
      note={note}
      heads={["Rateio", "No estoque", "No que já saiu"]}
      lines={plan.items.map((one, i) => ({
        // Two items of a note may have the same number.
        key: `${one.n_item} ${i}`,
        code: one.product_code,
        figures: [money(one.amount), money(one.in_stock), money(one.passed_on)],
      }))}
    />
  );
}
