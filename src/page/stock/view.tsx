import { useRef, useState } from "preact/hooks";
import type { z } from "zod";
import type { StatsSchema } from "../../http/routes/stock/dashboard.ts";
import { useAddress } from "../base/address.ts";
import { ask } from "../base/ask.ts";
import { useKeys } from "../base/keys.ts";
import { useOld } from "../base/live.ts";
import { notifyFault } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Select } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Empty } from "../parts/states.tsx";
import { Search, Split, Tabs, View } from "../parts/view.tsx";
import { type Category, type CursorPage, STOCK_EVENTS, type StockLine } from "./answers.ts";
import { categoryOptions } from "./categories.ts";
import { csvPath, type Shown, type StockFilter, shownOf } from "./filters.ts";
import { ExpiringList, ProductList } from "./list.tsx";
import { ProductDetail } from "./product.tsx";
import { ProductForm } from "./product-form.tsx";

type Stats = z.infer<typeof StatsSchema>;

/** Digits of a barcode: 8, 12, 13 or 14. */
const BARCODE = /^(?:\d{8}|\d{12,14})$/;

/** Estoque: the products with what is there of each, one of them beside the list, and what is written by hand. */
export default function StockView() {
  const address = useAddress();
  const now = useRef(address);
  now.current = address;
  const [creating, setCreating] = useState(false);
  const categories = useRead<readonly Category[]>("/api/categories");
  const stats = useRead<Stats>("/api/dashboard/stats");
  useOld(STOCK_EVENTS, stats.again);
  useOld(["category."], categories.again);
  const filter: StockFilter = {
    shown: shownOf(address.param("ver")),
    search: address.param("busca"),
    category: address.param("categoria"),
  };
  const open = address.param("produto");
  const manages = may("manage");
  const close = () => now.current.set({ produto: "", aba: "" });
  useKeys(open === "" ? {} : { Escape: close });
  /** A barcode reader ends with Enter: the one product that fits is opened. */
  const openOne = async (text: string) => {
    if (text === "") return;
    const query = new URLSearchParams({ search: text, limit: "5", cursor: "start" });
    const { data } = await ask<CursorPage<StockLine>>(`/api/stock?${query}`);
    const exact = data.filter(({ code, barcode }) => code === text || barcode === text);
    const [only, second] = exact.length > 0 ? exact : data;
    if (only !== undefined && second === undefined && now.current.param("busca") === text)
      now.current.set({ produto: only.code, aba: "" });
  };
  const empty = (
    <Nothing
      filter={filter}
      clearHref={address.with({ busca: "" })}
      {...(manages ? { onNew: () => setCreating(true) } : {})}
    />
  );
  const list = { address, filter, open, empty };
  return (
    <View
      title="Estoque"
      beside={
        <>
          <Search
            label="Nome, código ou código de barras"
            value={filter.search}
            onSearch={(busca) => {
              if (busca === now.current.param("busca")) return;
              const ver = filter.shown === "vencem" ? "" : filter.shown;
              now.current.set({ busca, ver, produto: "", aba: "" }, true);
            }}
            onEnter={(text) => void openOne(text).catch(notifyFault)}
          />
          <a class="button line stock-csv" href={csvPath(filter)} download>
            <Icon name="download" />
            <span>CSV</span>
          </a>
          {manages && (
            <Button
              icon="plus"
              class="stock-new"
              title="Novo produto"
              kind={open === "" ? "main" : "line"}
              onClick={() => setCreating(true)}
            >
              Novo produto
            </Button>
          )}
        </>
      }
    >
      <div class="stock-filters">
        <Tabs
          label="Filtros do estoque"
          tabs={tabsOf(stats.value).map(({ shown, ...tab }) => ({
            ...tab,
            href: address.with({
              ver: shown,
              produto: "",
              aba: "",
              ...(shown === "vencem" ? { busca: "", categoria: "" } : {}),
            }),
            current: filter.shown === shown,
          }))}
        />
        {filter.shown !== "vencem" && (categories.value?.length ?? 0) > 0 && (
          <Select
            bare
            label="Categoria"
            value={filter.category}
            options={[
              { value: "", text: "Todas as categorias" },
              ...categoryOptions(categories.value ?? []),
            ]}
            onChange={(categoria) => address.set({ categoria, produto: "", aba: "" })}
          />
        )}
      </div>
      <div class="stock-view">
        <Split
          list={filter.shown === "vencem" ? <ExpiringList {...list} /> : <ProductList {...list} />}
          detail={
            open === "" ? null : (
              <ProductDetail
                key={open}
                code={open}
                categories={categories.value ?? []}
                onClose={close}
              />
            )
          }
        />
      </div>
      {creating && (
        <ProductForm
          product={null}
          categories={categories.value ?? []}
          barcode={BARCODE.test(filter.search) ? filter.search : ""}
          onClose={() => setCreating(false)}
          onDone={(code) => now.current.set({ produto: code, aba: "", busca: "", ver: "" })}
        />
      )}
    </View>
  );
}

const HOLD = { tone: "hold" } as const;

/** The filters with how many each has. */
function tabsOf(
  stats: Stats | null,
): readonly { shown: Shown; text: string; count: number | null; tone?: "hold" }[] {
  const urgent = (shown: Shown, text: string, count: number | null) => ({
    shown,
    text,
    count,
    ...(count === null || count === 0 ? {} : HOLD),
  });
  const lots = stats === null ? null : stats.expiring_lot_count + stats.expired_lot_count;
  return [
    { shown: "", text: "Todos", count: stats?.total_skus ?? null },
    urgent("abaixo", "Abaixo do mínimo", stats?.low_stock_count ?? null),
    urgent("vencem", "Vencidos e a vencer", lots),
    { shown: "parados", text: "Parados há 30 dias", count: stats?.idle_stock_count ?? null },
  ];
}

/** What to do where nothing is. `onNew`: the person may register a product, of a barcode that was read with it. */
function Nothing(props: { filter: StockFilter; clearHref: string; onNew?: () => void }) {
  const { filter, onNew } = props;
  if (filter.search !== "")
    return (
      <Empty icon="search" title={`Nenhum produto com “${filter.search}”.`}>
        <p>Procure por parte do nome, pelo código ou pelo código de barras.</p>
        {onNew !== undefined && BARCODE.test(filter.search) ? (
          <Button onClick={onNew}>Cadastrar com este código</Button>
        ) : (
          <a href={props.clearHref}>Limpar a busca</a>
        )}
      </Empty>
    );
  if (filter.shown === "abaixo")
    return <Empty icon="check" title="Nenhum produto abaixo do mínimo." />;
  if (filter.shown === "vencem")
    return <Empty icon="check" title="Nenhum lote vencido nem a vencer em 30 dias." />;
  if (filter.shown === "parados")
    return <Empty icon="check" title="Nenhum produto com saldo está parado há 30 dias." />;
  if (filter.category !== "")
    return <Empty icon="package" title="Nenhum produto nesta categoria." />;
  return (
    <Empty icon="package" title="O estoque ainda está vazio.">
      <p>
        Os produtos nascem com as notas: envie os XMLs em <a href="/notas">Notas</a> e aprove-as, ou
        cadastre um produto aqui.
      </p>
    </Empty>
  );
}
