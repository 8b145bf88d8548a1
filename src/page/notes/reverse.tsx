import { useEffect, useState } from "preact/hooks";
import { notify } from "../base/notices.ts";
import { quantity } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Field } from "../parts/field.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { post } from "./approve.ts";

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
export function Reverse(props: { accessKey: string; done: () => void; onClose: () => void }) {
  const path = `/api/nfes/${props.accessKey}/reverse`;
  const [plan, setPlan] = useState<ReversalPlan | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [reason, setReason] = useState("");
  const [asked, setAsked] = useState(false);
  const [busy, setBusy] = useState(false);
  const short = reason.trim().length < 3;
  useEffect(() => {
    post<ReversalPlan>(`${path}?dry_run=true`, SIMULATED).then(setPlan, setFault);
  }, [path]);
  const act = () => {
    setAsked(true);
    if (short || busy) return;
    setBusy(true);
    post<{ already_reversed: boolean }>(path, { reason: reason.trim() }).then(
      ({ already_reversed }) => {
        if (already_reversed)
          notify("Outra pessoa já tinha estornado esta nota.", { tone: "plain" });
        else notify("Nota estornada. Ela pode ser aprovada de novo.");
        props.done();
        props.onClose();
      },
      (why) => {
        setFault(why);
        setBusy(false);
      },
    );
  };
  return (
    <Dialog title="Estornar a nota" wide onClose={props.onClose}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          act();
        }}
      >
        <p>Cada movimento da nota recebe o movimento contrário. Nada é apagado.</p>
        {plan === null && fault === null && <Skeleton lines={2} />}
        {plan !== null && (
          // biome-ignore lint/a11y/noNoninteractiveTabindex: what scrolls is reached by the keyboard
          <section class="scroll note-reverse" tabIndex={0} aria-label="Saldos depois do estorno">
            <table class="table">
              <thead>
                <tr>
                  <th scope="col">Produto</th>
                  <th scope="col" class="figure">
                    Movimento
                  </th>
                  <th scope="col" class="figure">
                    Saldo hoje
                  </th>
                  <th scope="col" class="figure">
                    Depois
                  </th>
                </tr>
              </thead>
              <tbody>
                {plan.movements.map((one) => (
                  <tr key={one.undoes}>
                    <td>{one.product_code}</td>
                    <td class="figure">
                      {one.type === "SAIDA" ? "−" : "+"}
                      {quantity(one.quantity)}
                    </td>
                    <td class="figure">{quantity(one.balance_before)}</td>
                    <td class={`figure ${one.balance_after < 0 ? "bad" : ""}`}>
                      <b>{quantity(one.balance_after)}</b>
                    </td>
                  </tr>
                ))}
              </tbody>
            </table>
          </section>
        )}
        <Field
          label="Motivo do estorno"
          value={reason}
          onInput={setReason}
          maxLength={500}
          problem={asked && short ? "Escreva o motivo em pelo menos 3 letras" : undefined}
        />
        <ErrorBar fault={fault} />
        <footer class="dialog-foot">
          <Button onClick={props.onClose}>Voltar</Button>
          <Button type="submit" kind="danger" busy={busy}>
            Estornar a nota
          </Button>
        </footer>
      </form>
    </Dialog>
  );
}
