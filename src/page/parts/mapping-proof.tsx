import { freedBy, isUnderOne, sidesOf, type useTried } from "../base/mapping.ts";
import { count, money, quantity, unitCost } from "../base/say.ts";
import { Icon } from "./icon.tsx";
import { ErrorBar } from "./states.tsx";

/** The factor in words, and what the newest line with the item becomes by it, from the API's dry run: the total does not change. */
export function MappingProof(props: {
  tried: ReturnType<typeof useTried>;
  factor: string | null;
  theirs: string;
  /** The product that is chosen. */
  code: string;
}) {
  const { tried, factor, theirs } = props;
  if (tried.fault !== null) return <ErrorBar fault={tried.fault} />;
  return (
    <div class="mapping-proof" role="status">
      {tried.busy && <p class="small quiet">Calculando…</p>}
      {tried.value !== null && factor !== null && (
        <Changes made={tried.value} factor={factor} theirs={theirs} code={props.code} />
      )}
    </div>
  );
}

function Changes(props: {
  made: NonNullable<ReturnType<typeof useTried>["value"]>;
  factor: string;
  theirs: string;
  code: string;
}) {
  const { made, factor, theirs } = props;
  const { example, before, product_unit: ours } = made.change;
  const sides = sidesOf(factor);
  const freed = freedBy(made);
  const changed =
    before !== null &&
    (before.product_code !== props.code || before.factor_text !== made.factor_text);
  return (
    <>
      <p>
        <b>{`${sides.theirs} ${theirs} da nota = ${sides.ours} ${ours} do estoque`}</b>
      </p>
      {example === null ? (
        <p class="small quiet">Nenhuma nota recente tem este item: vale para as próximas.</p>
      ) : (
        <p class="small mapping-sum">
          Na última nota: {`${quantity(example.quantity)} ${theirs}`}{" "}
          <Icon name="arrow-right" size={14} />{" "}
          {`${quantity(example.after.stock_quantity)} ${ours} a ${unitCost(example.after.unit_cost)}; total ${money(example.total)} não muda.`}
          {changed &&
            ` Até agora: ${quantity(example.before.stock_quantity)} a ${unitCost(example.before.unit_cost)}.`}
          {!example.exact && " A quantidade não fica exata: é arredondada na quarta casa."}
        </p>
      )}
      {isUnderOne(factor) && (
        <p class="small hold">
          {`Menos de 1 ${ours} por ${theirs}: confira se não é ${
            factor.includes("/") ? `${opposite(factor)} em vez de ${factor}` : "o contrário"
          }.`}
        </p>
      )}
      {freed > 0 && (
        <p class="small good">{`${count(freed, "nota deixa", "notas deixam")} de esperar.`}</p>
      )}
    </>
  );
}

/** `1/12` → `12`. */
function opposite(factor: string): string {
  const { theirs, ours } = sidesOf(factor);
  return ours === "1" ? theirs : `${theirs}/${ours}`;
}
