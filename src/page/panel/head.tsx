import { count, money, wholeUpTo } from "../base/say.ts";
import type { Stats } from "./answers.ts";

/** The API counts no further. */
const MOST = 10_000;

const many = (value: number | undefined): string => wholeUpTo(MOST, value);

/** The figures that an owner looks at first; each leads to its list. */
export function Head({ stats }: { stats: Stats | null }) {
  const expired = stats?.expired_lot_count ?? 0;
  return (
    <ul class="panel-figures">
      <Figure
        href="/notas"
        label="Notas a aprovar"
        value={many(stats?.waiting.ready)}
        more="Prontas para o estoque"
      />
      <Figure
        href="/notas?ver=pendencias"
        label="Notas com pendência"
        value={many(stats?.waiting.held)}
        more="Com dúvida a resolver"
        tone={(stats?.waiting.held ?? 0) > 0 ? "hold" : ""}
      />
      <Figure
        wide
        href="/estoque"
        label="Estoque pelo custo médio"
        value={money(stats?.stock_value)}
        more={
          stats === null
            ? "–"
            : `${count(stats.total_skus, "produto", "produtos")} · pelo último custo ${money(stats.stock_wealth)}`
        }
      />
      <Figure
        href="/estoque?ver=abaixo"
        label="Abaixo do mínimo"
        value={many(stats?.low_stock_count)}
        more="Produtos a comprar"
        tone={(stats?.low_stock_count ?? 0) > 0 ? "hold" : ""}
      />
      <Figure
        href="/estoque?ver=vencem"
        label="Vencem em 30 dias"
        value={many(stats?.expiring_lot_count)}
        more={
          expired > 0 ? count(expired, "lote já venceu", "lotes já venceram") : "Lotes com saldo"
        }
        tone={expired > 0 ? "bad" : ""}
      />
    </ul>
  );
}

function Figure(props: {
  href: string;
  label: string;
  value: string;
  more: string;
  tone?: string;
  wide?: boolean;
}) {
  return (
    <li class={props.wide === true ? "wide" : ""}>
      <a class="card" href={props.href}>
        <span class="panel-label">{props.label}</span>
        <b class={`figure ${props.tone ?? ""}`}>{props.value}</b>
        <span class="panel-more">{props.more}</span>
      </a>
    </li>
  );
}
