import { count, dayMonth, money, name, quantity } from "../base/say.ts";
import { BarChart, BarList } from "../parts/chart.tsx";
import { Card } from "../parts/view.tsx";
import type { Composition, Day, Stats } from "./answers.ts";
import { ageName, trendSentences } from "./words.ts";

/** Rows of a list of bars. */
const TOP = 5;

/** Entries and exits by the day on which they happened, and the month beside the one before. */
export function Movements({ days, stats }: { days: readonly Day[]; stats: Stats | null }) {
  const still = days.every(({ entries, exits }) => entries === 0 && exits === 0);
  const trend = stats === null || (still && isStill(stats)) ? [] : trendSentences(stats.trend);
  const span = `de ${dayMonth(days[0]?.date)} a ${dayMonth(days.at(-1)?.date)}`;
  return (
    <Card title="Entradas e saídas, 30 dias" class="panel-wide">
      {trend.map((sentence) => (
        <p key={sentence} class="panel-trend">
          {sentence}
        </p>
      ))}
      {still ? (
        <p class="quiet">Nada entrou nem saiu {span}.</p>
      ) : (
        <BarChart
          title="Entradas e saídas, 30 dias"
          summary={`Valor de cada dia ${span}, pelo custo. ${trend.join(" ")}`}
          labels={days.map(({ date }) => dayMonth(date))}
          series={[
            { name: "Entradas", tone: "brand", values: days.map((one) => one.entries_value) },
            { name: "Saídas", tone: "amber", values: days.map((one) => one.exits_value) },
          ]}
          format={money}
        />
      )}
      <p class="small quiet panel-note">
        Em reais, no dia da emissão da nota; saídas pelo custo médio.
      </p>
    </Card>
  );
}

/** Nothing this month: what the thirty days say already. */
const isStill = ({ trend: { now } }: Stats): boolean =>
  now.entries_value === 0 && now.exits_value === 0;

const AVERAGE = <p class="small quiet panel-note">Valor pelo custo médio.</p>;

/** The products of the highest value. */
export function Valuable({ stock }: { stock: Composition }) {
  const rows = stock.most_valuable.slice(0, TOP).map((one) => ({
    label: name(one.name),
    value: one.value,
    href: `/estoque?produto=${encodeURIComponent(one.code)}`,
    more: `${quantity(one.quantity)} ${one.unit}`,
  }));
  return (
    <Card title="Onde está o seu dinheiro">
      {rows.length === 0 ? (
        <p class="quiet">Nenhum produto com saldo e custo.</p>
      ) : (
        <>
          <BarList title="Produtos de maior valor" rows={rows} format={money} />
          {AVERAGE}
        </>
      )}
    </Card>
  );
}

/** The value by category, the highest first. */
export function Categories({ stock }: { stock: Composition }) {
  const { categories } = stock;
  if (!categories.some(({ id }) => id !== null)) return null;
  const rows = categories.slice(0, TOP + 3).map((one) => ({
    label: one.name ?? "Sem categoria",
    value: one.value,
    more: count(one.products, "produto", "produtos"),
    ...(one.id === null ? {} : { href: `/estoque?categoria=${one.id}` }),
  }));
  return (
    <Card title="Valor por categoria">
      <BarList title="Valor por categoria" rows={rows} format={money} tone="violet" />
      {categories.length > rows.length && (
        <p class="small quiet">
          E mais {count(categories.length - rows.length, "categoria", "categorias")}.
        </p>
      )}
      {AVERAGE}
    </Card>
  );
}

/** The value by how long it has not moved. */
export function Ages({ stock, stats }: { stock: Composition; stats: Stats | null }) {
  if (stock.ages.every(({ products }) => products === 0)) return null;
  const idle = stats?.idle_stock_count ?? 0;
  return (
    <Card
      title="Idade do estoque"
      beside={
        idle > 0 && (
          <a class="small" href="/estoque?ver=parados">
            {count(idle, "parado há 30 dias", "parados há 30 dias")}
          </a>
        )
      }
    >
      <BarList
        title="Valor pelos dias desde o último movimento"
        rows={stock.ages.flatMap((one, i) =>
          one.products === 0
            ? []
            : {
                label: ageName(stock.ages, i),
                value: one.value,
                more: count(one.products, "produto", "produtos"),
              },
        )}
        format={money}
        tone="blue"
      />
      <p class="small quiet panel-note">
        Dias desde o último movimento dos produtos com saldo; valor pelo custo médio.
      </p>
    </Card>
  );
}

/** What the lots are worth that expire, by week. */
export function Expiring({ stock }: { stock: Composition }) {
  const { expiring } = stock;
  const none = expiring.every(({ lots }) => lots === 0);
  return (
    <Card
      title="Vencem por semana"
      beside={
        !none && (
          <a class="small" href="/estoque?ver=vencem">
            Ver os lotes
          </a>
        )
      }
    >
      {none ? (
        <p class="quiet">Nenhum lote com saldo vence nas próximas doze semanas.</p>
      ) : (
        <>
          <BarChart
            title="Vencem por semana"
            summary="Valor pelo custo médio dos lotes que vencem em cada semana a partir do dia indicado."
            labels={expiring.map(({ from }) => dayMonth(from))}
            series={[
              { name: "Valor que vence", tone: "red", values: expiring.map(({ value }) => value) },
            ]}
            format={money}
            height={180}
          />
          <p class="small quiet panel-note">
            Em reais, pelo custo médio; cada semana começa no dia indicado.
          </p>
        </>
      )}
    </Card>
  );
}
