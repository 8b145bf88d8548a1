import type { z } from "zod";
import type { MappingEffectSchema } from "../../http/views/mapping-effect-view.ts";
import { count, money, quantity, unitCost } from "../base/say.ts";
import { Icon } from "../parts/icon.tsx";
import { ErrorBar } from "../parts/states.tsx";

type Effect = z.infer<typeof MappingEffectSchema>;

/** What the newest line with the item becomes, from the API's dry run: quantity and unit cost change, the total does not. */
export function Proof(props: {
  change: Effect | null;
  fault: unknown;
  unit: string;
  busy: boolean;
}) {
  const { change, unit } = props;
  if (props.fault !== null) return <ErrorBar fault={props.fault} />;
  if (change === null)
    return <p class="mapping-proof small quiet">{props.busy ? "Calculando…" : ""}</p>;
  const { example, product_unit: ours } = change;
  const freed = change.waiting_notes.filter((note) => !note.holds_after.includes("mapping")).length;
  return (
    <div class="mapping-proof" role="status">
      {example === null ? (
        <p>Nenhuma nota recente tem este item: o fator vale para as próximas.</p>
      ) : (
        <>
          <p class="small quiet">Na última nota com este item:</p>
          <p class="mapping-sum">
            {`${quantity(example.quantity)} ${unit}`}
            {example.before.stock_quantity === example.quantity &&
              ` a ${unitCost(example.before.unit_cost)}`}{" "}
            <Icon name="arrow-right" size={16} />{" "}
            <b>{`${quantity(example.after.stock_quantity)} ${ours} a ${unitCost(example.after.unit_cost)}`}</b>
            <span class="quiet">{`; total ${money(example.total)} não muda`}</span>
          </p>
          {change.before !== null && (
            <p class="small quiet">{`Até agora: ${quantity(example.before.stock_quantity)} unidades a ${unitCost(example.before.unit_cost)} (fator ${change.before.factor_text.replace(".", ",")}, produto ${change.before.product_code}).`}</p>
          )}
          {!example.exact && (
            <p class="small hold">
              A quantidade não fica exata: é arredondada na quarta casa. Uma fração, como 1/12,
              costuma resolver.
            </p>
          )}
        </>
      )}
      {freed > 0 && (
        <p class="small good">{`${count(freed, "nota deixa", "notas deixam")} de esperar.`}</p>
      )}
    </div>
  );
}
