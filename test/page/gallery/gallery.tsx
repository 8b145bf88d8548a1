import { render } from "preact";
import { useState } from "preact/hooks";
import { LocationProvider } from "preact-iso/router";
import { listenToKeys } from "../../../src/page/base/keys.ts";
import { useListReader } from "../../../src/page/base/list-reader.ts";
import { notify } from "../../../src/page/base/notices.ts";
import { money, quantity } from "../../../src/page/base/say.ts";
import { Badge } from "../../../src/page/parts/badge.tsx";
import { Button } from "../../../src/page/parts/button.tsx";
import { BarChart, BarList, LineChart, StepChart } from "../../../src/page/parts/chart.tsx";
import { Combobox } from "../../../src/page/parts/combobox.tsx";
import { Confirm } from "../../../src/page/parts/dialog.tsx";
import { Check, FigureField, figureOf, Segments, Select } from "../../../src/page/parts/field.tsx";
import { Menu } from "../../../src/page/parts/menu.tsx";
import { Rows } from "../../../src/page/parts/rows.tsx";
import { Empty, ErrorBar, Skeleton } from "../../../src/page/parts/states.tsx";
import { Card, Figures, Search, Tabs, View } from "../../../src/page/parts/view.tsx";
import { Toasts } from "../../../src/page/toasts.tsx";

/** Every part of the page on one page, for tests and pictures: no view is needed to see whether a part is right. */
interface Line {
  readonly code: string;
  readonly name: string;
  readonly quantity: number;
}

const DAYS = Array.from({ length: 30 }, (_, i) => `${String(i + 1).padStart(2, "0")}/11`);
const wave = (factor: number) => DAYS.map((_, i) => Math.round(((i * factor) % 29) * 211.7));
const NAMES = ["Café em Grãos 1kg", "Arroz Agulhinha 5kg", "Suco de Uva 1,5l", "Açúcar Mascavo"];

function Gallery() {
  const [search, setSearch] = useState("");
  const [chosen, setChosen] = useState("");
  const [figure, setFigure] = useState("1.234,5");
  const [way, setWay] = useState<"in" | "out">("in");
  const [marked, setMarked] = useState<ReadonlySet<string>>(new Set());
  const [asking, setAsking] = useState(false);
  const reader = useListReader<Line>(`/api/gallery?search=${encodeURIComponent(search)}`);
  const mark = (row: Line) => setMarked(new Set([...marked, row.code]));
  return (
    <div class="content">
      <main>
        <View
          title="Galeria"
          beside={
            <>
              <Search label="Produto ou código" value={search} onSearch={setSearch} />
              <Menu
                label="Mais ações"
                bare
                items={[
                  { text: "Imprimir", icon: "printer", onClick: () => notify("Impresso.") },
                  { text: "Descartar", danger: true },
                ]}
              />
              <Button kind="main" icon="upload" onClick={() => setAsking(true)}>
                Descartar a nota
              </Button>
            </>
          }
        >
          <Tabs
            label="Situação"
            tabs={[
              { href: "?ver=a", text: "A aprovar", current: true, count: 20 },
              { href: "?ver=b", text: "Com pendência", current: false, count: 8, tone: "hold" },
              { href: "?ver=c", text: "Todas", current: false },
            ]}
          />
          <Rows
            label="Produtos"
            reader={reader}
            keyOf={({ code }) => code}
            hrefOf={({ code }) => `?produto=${code}`}
            nameOf={({ name }) => name}
            onMark={mark}
            empty={<Empty icon="package" title="Nenhum produto com este nome." />}
            columns={[
              {
                head: "Marcar",
                kind: "mark",
                cell: (row) => (
                  <Check
                    bare
                    label={`Marcar ${row.name}`}
                    checked={marked.has(row.code)}
                    onChange={() => mark(row)}
                  />
                ),
              },
              {
                head: "Produto",
                kind: "wide",
                cell: ({ code }) => <span class="row-more">{code}</span>,
              },
              {
                head: "Saldo",
                kind: "figure",
                cell: (row) => (
                  <>
                    {quantity(row.quantity)}
                    <span class="unit">UN</span>
                  </>
                ),
              },
              {
                head: "Situação",
                cell: () => <Badge tone="good" icon="arrow-down" text="Entra" />,
              },
              { head: "Ação", kind: "act", cell: () => <Button small>Aprovar</Button> },
            ]}
          />
          <Card title="Campos">
            <Combobox
              label="Produto nosso"
              find={async (text, signal) => {
                signal.throwIfAborted();
                return NAMES.filter((name) => name.toLowerCase().includes(text.toLowerCase())).map(
                  (name, i) => ({ id: `p${i}`, text: name, more: `100${i}`, value: name }),
                );
              }}
              onChoose={({ value }) => setChosen(value)}
            />
            <output>{chosen}</output>
            <FigureField
              label="Quantidade"
              value={figure}
              onInput={setFigure}
              unit="CX"
              problem={
                figureOf(figure) === null ? "Escreva um número, como 12 ou 1.234,5" : undefined
              }
            />
            <Segments
              label="Sentido"
              value={way}
              options={[
                { value: "in", text: "Entra" },
                { value: "out", text: "Sai" },
              ]}
              onChange={setWay}
            />
            <Select
              label="Perfil"
              value="a"
              options={[
                { value: "a", text: "Operador" },
                { value: "b", text: "Gerente" },
              ]}
              onChange={() => undefined}
            />
            <ErrorBar fault={new Error("x")} again={() => notify("De novo.")} />
            <Figures
              figures={[
                { label: "Valor", value: money(1163.55) },
                { label: "Itens", value: "2" },
                { label: "Sentido", value: "Entrada" },
              ]}
            />
          </Card>
          <Card title="Entradas e saídas, 30 dias">
            <BarChart
              title="Entradas e saídas por dia"
              summary="As entradas passam as saídas em quase todos os dias."
              labels={DAYS}
              format={money}
              series={[
                { name: "Entradas", tone: "brand", values: wave(7) },
                {
                  name: "Saídas",
                  tone: "amber",
                  values: wave(3).map((one) => Math.round(one / 4)),
                },
              ]}
            />
          </Card>
          <Card title="Saldo no tempo">
            <StepChart
              title="Saldo"
              summary="De 0 a 40 unidades."
              labels={DAYS}
              format={quantity}
              limit={{ name: "Mínimo", value: 1500 }}
              series={[{ name: "Saldo", tone: "brand", values: wave(5) }]}
            />
          </Card>
          <Card title="Custo">
            <LineChart
              title="Custo por nota"
              summary="O custo varia."
              labels={DAYS}
              format={money}
              series={[
                {
                  name: "Custo",
                  tone: "blue",
                  values: wave(2).map((one, i) => (i % 5 === 1 ? null : one)),
                },
              ]}
            />
          </Card>
          <Card title="Onde está o dinheiro">
            <BarList
              title="Valor por produto"
              format={money}
              rows={NAMES.map((label, i) => ({
                label,
                value: 6860.25 / (i + 1),
                href: "?x=1",
                more: "36 CX",
              }))}
            />
          </Card>
          <Card title="Carregando">
            <Skeleton lines={2} />
          </Card>
        </View>
        <Toasts />
        {asking && (
          <Confirm
            title="Descartar a nota?"
            action="Descartar"
            danger
            reason="Motivo"
            act={async () => notify("Descartada.", { undo: () => notify("Desfeito.") })}
            onClose={() => setAsking(false)}
          />
        )}
      </main>
    </div>
  );
}

listenToKeys(() => false);
const root = document.querySelector("#app");
if (root !== null)
  render(
    <LocationProvider>
      <Gallery />
    </LocationProvider>,
    root,
  );
