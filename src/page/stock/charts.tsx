import { dayMonth, day as dayText, month as monthText, quantity, unitCost } from "../base/say.ts";
import { BarChart, LineChart, StepChart } from "../parts/chart.tsx";
import type { KardexLine, Movement, Product } from "./answers.ts";
import { balanceSteps, dayOf, monthSums } from "./history.ts";

const YEAR_MS = 360 * 86_400_000;
const momentOf = (day: string): number => Date.parse(`${day}T00:00:00Z`);

/** Days as labels: with the year where they span one. */
function labelsOf(days: readonly string[]): string[] {
  const [first, last] = [days[0], days.at(-1)];
  const long =
    first !== undefined && last !== undefined && momentOf(last) - momentOf(first) > YEAR_MS;
  return days.map((one) => (long ? dayText(one) : dayMonth(one)));
}

/** The balance over time with the product's minimum, from its newest movements. */
export function BalanceChart({
  product,
  lines,
  complete,
}: {
  product: Product;
  lines: readonly KardexLine[];
  complete: boolean;
}) {
  const steps = balanceSteps(lines, complete, dayOf(new Date().toISOString()));
  if (steps.length < 2) return null;
  const days = steps.map(({ day }) => day);
  const { min_stock: minimum, unit } = product;
  const first = days[0] ?? null;
  return (
    <section class="stock-part" aria-label="Saldo no tempo">
      <h3>{complete ? "Saldo no tempo" : "Saldo nos últimos movimentos"}</h3>
      <StepChart
        title="Saldo no tempo"
        summary={`De ${dayText(first)} até hoje: ${quantity(steps[0]?.balance)} ${unit} no início, ${quantity(product.quantity)} ${unit} agora.`}
        labels={labelsOf(days)}
        at={days.map(momentOf)}
        series={[{ name: "Saldo", tone: "brand", values: steps.map(({ balance }) => balance) }]}
        format={quantity}
        limit={minimum > 0 ? { name: `mínimo ${quantity(minimum)}`, value: minimum } : undefined}
        height={180}
      />
    </section>
  );
}

/** Entries and exits of the last months. */
export function MonthsChart({
  lines,
  complete,
}: {
  lines: readonly KardexLine[];
  complete: boolean;
}) {
  const sums = monthSums(lines, complete);
  if (sums.length === 0) return null;
  const labels = sums.map(({ month }) => `${month.slice(5)}/${month.slice(2, 4)}`);
  const last = sums.at(-1);
  return (
    <section class="stock-part" aria-label="Entradas e saídas por mês">
      <h3>Entradas e saídas por mês</h3>
      <BarChart
        title="Entradas e saídas por mês"
        summary={
          last === undefined
            ? ""
            : `Em ${monthText(last.month)} entraram ${quantity(last.entered)} e saíram ${quantity(last.left)}.`
        }
        labels={labels}
        series={[
          { name: "Entradas", tone: "brand", values: sums.map(({ entered }) => entered) },
          { name: "Saídas", tone: "amber", values: sums.map(({ left }) => left) },
        ]}
        format={quantity}
        height={170}
      />
    </section>
  );
}

/** The cost of a unit over the notes that brought the product. `entries`: oldest first, each with its day. */
export function CostChart({
  entries,
}: {
  entries: readonly { readonly day: string; readonly movement: Movement }[];
}) {
  if (entries.length < 2) return null;
  const days = entries.map(({ day }) => day);
  const costs = entries.map(({ movement }) => movement.unit_cost);
  const seen = new Map<string, number>();
  const labels = labelsOf(days).map((label) => {
    const times = (seen.get(label) ?? 0) + 1;
    seen.set(label, times);
    return times === 1 ? label : `${label} (${times})`;
  });
  return (
    <section class="stock-part" aria-label="Custo de uma unidade">
      <h3>Custo de uma unidade, em reais</h3>
      <LineChart
        title="Custo de uma unidade em cada nota"
        summary={`De ${unitCost(costs[0])} em ${dayText(days[0])} a ${unitCost(costs.at(-1))} em ${dayText(days.at(-1))}.`}
        labels={labels}
        at={days.map(momentOf)}
        series={[{ name: "Custo unitário", tone: "blue", values: costs }]}
        format={unitCost}
        height={180}
        near
      />
    </section>
  );
}
