import { useState } from "preact/hooks";
import type { z } from "zod";
import type { CountSumsSchema } from "../../http/views/count-view.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { count as many, money } from "../base/say.ts";
import { Confirm } from "../parts/dialog.tsx";
import { Segments } from "../parts/field.tsx";
import type { Count } from "./scan.ts";

type Sums = z.infer<typeof CountSumsSchema>;

/** Closes a count: what is different becomes movements. Says before what happens to products without a line. */
export function CloseCount(props: {
  of: Count;
  sums: Sums;
  unsent: number;
  onClose: () => void;
  onEnded: () => void;
}) {
  const { sums } = props;
  const [missing, setMissing] = useState<"keep" | "zero">("keep");
  const [key] = useState(newKey);
  return (
    <Confirm
      title="Ajustar o estoque pela contagem?"
      action="Ajustar o estoque"
      danger={missing === "zero" && sums.not_counted > 0}
      reason="Motivo (fica na auditoria)"
      onClose={props.onClose}
      act={async (reason) => {
        const path = `/api/counts/${encodeURIComponent(props.of.id)}/close`;
        const answer = await ask<{ message: string }>(path, {
          method: "POST",
          json: { missing, reason },
          key,
        });
        notify(`${answer.message}.`);
        props.onEnded();
      }}
    >
      {props.unsent > 0 && (
        <p class="count-warn">
          {many(
            props.unsent,
            "registro deste aparelho ainda não chegou ao sistema e ficaria",
            "registros deste aparelho ainda não chegaram ao sistema e ficariam",
          )}{" "}
          de fora.
        </p>
      )}
      {sums.aside > 0 && (
        <p class="count-warn">
          {many(sums.aside, "registro a resolver fica", "registros a resolver ficam")} de fora.
        </p>
      )}
      {sums.not_counted > 0 && (
        <Segments
          label={`${many(sums.not_counted, "produto com estoque não foi contado", "produtos com estoque não foram contados")} (${money(sums.not_counted_value)})`}
          value={missing}
          options={[
            { value: "keep", text: "Fica como está" },
            { value: "zero", text: "Passa a zero" },
          ]}
          onChange={setMissing}
        />
      )}
      <p class="count-effect" role="status">
        {effectOf(sums, missing)}
      </p>
      <p>A contagem fica encerrada, e não se desfaz: um erro se corrige contando de novo.</p>
    </Confirm>
  );
}

/** Everything that the close moves; what has no line is in it only where it passes to zero. */
function effectOf(sums: Sums, missing: "keep" | "zero"): string {
  const counted = `Entram ${money(sums.surplus_value)} de sobra (${many(sums.surplus_products, "produto", "produtos")}) e saem ${money(sums.shortage_value)} de falta (${many(sums.shortage_products, "produto", "produtos")}).`;
  if (missing === "keep" || sums.not_counted === 0) return counted;
  const rest = many(
    sums.not_counted,
    "produto sem contagem, que passa a zero",
    "produtos sem contagem, que passam a zero",
  );
  // Negative balances may outweigh the others.
  const { not_counted_value: value } = sums;
  return `${counted} ${value < 0 ? "Entram" : "Saem"} também ${money(Math.abs(value))} de ${rest}.`;
}

/** Cancels a count: nothing moves. */
export function CancelCount(props: { of: Count; onClose: () => void; onEnded: () => void }) {
  return (
    <Confirm
      title="Cancelar a contagem?"
      action="Cancelar a contagem"
      danger
      reason="Motivo"
      onClose={props.onClose}
      act={async (reason) => {
        const path = `/api/counts/${encodeURIComponent(props.of.id)}/cancel`;
        const answer = await ask<{ message: string }>(path, { method: "POST", json: { reason } });
        notify(`${answer.message}.`);
        props.onEnded();
      }}
    >
      <p>O que foi contado não vale, e o estoque fica como está.</p>
    </Confirm>
  );
}
