import type { z } from "zod";
import type { CountDetailSchema } from "../../http/views/count-view.ts";
import { count as many, quantity } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { CameraPanel } from "../parts/camera.tsx";
import { Icon } from "../parts/icon.tsx";
import { catalogue } from "./catalogue.ts";
import { CodeField } from "./code-field.tsx";
import { muted, setMuted, tell } from "./feedback.ts";
import { ItemRows, written } from "./item-rows.tsx";
import { asideItems, items, linesHere, productItems, unitsHere, unsentHere } from "./items.ts";
import { type Count, count, last } from "./scan.ts";

type Whole = z.infer<typeof CountDetailSchema>;

/** Counting: the field, what was read last, and what this browser has counted. */
export function Counting({ of, whole }: { of: Count; whole: Whole | null }) {
  return (
    <div class="count-page">
      <section class="card count-input">
        <CodeField of={of} />
        <Last />
        <div class="count-ways">
          <CameraPanel onCode={(code) => void count(of, code)} onProblem={() => tell(false)} />
          <Button
            kind="plain"
            bare
            icon={muted.value ? "volume-x" : "volume-2"}
            onClick={() => setMuted(!muted.value)}
          >
            {muted.value ? "Ligar o som" : "Desligar o som"}
          </Button>
        </div>
        <NoCatalogue />
      </section>
      <section class="card count-list">
        <Head whole={whole} />
        {productItems.value.length === 0 ? (
          <p class="count-none">
            {asideItems.value.length === 0
              ? "Leia o primeiro código. Tudo fica neste aparelho, também sem internet."
              : "Ainda nenhum produto do cadastro."}
          </p>
        ) : (
          <ItemRows label="Produtos contados neste aparelho" items={productItems.value} />
        )}
      </section>
      {asideItems.value.length > 0 && (
        <section class="card count-list">
          <header class="count-head">
            <h2>{many(asideItems.value.length, "código a resolver", "códigos a resolver")}</h2>
            <p>Não conta até ser ligado a um produto, em “A resolver”.</p>
          </header>
          <ItemRows label="Códigos a resolver neste aparelho" items={asideItems.value} />
        </section>
      )}
    </div>
  );
}

/** What was read last, large, for who looks up from the shelf for a moment. */
function Last() {
  const shown = last.value;
  if (shown === null) return <output class="count-last" />;
  const item = items.value.find(({ key }) => key === shown.key);
  return (
    <output class={`count-last ${shown.known ? "is-known" : "is-unknown"}`}>
      <b>{item === undefined ? <Icon name="undo-2" /> : written(item.quantity_e4)}</b>
      <span>{shown.known ? (item?.name ?? shown.text) : shown.text}</span>
    </output>
  );
}

function NoCatalogue() {
  const { at, whole, products } = catalogue.value;
  if (at !== 0 && whole) return null;
  const text =
    at === 0
      ? "Os nomes dos produtos ainda não estão neste aparelho. Pode contar: cada código é conferido quando chegar ao sistema."
      : `Só os primeiros ${quantity(products.length)} produtos cabem neste aparelho. Os outros são conferidos quando chegam ao sistema.`;
  return <p class="field-hint">{text}</p>;
}

/** What this browser has counted, and, where others count too, what all have. */
function Head({ whole }: { whole: Whole | null }) {
  const toSend = unsentHere.value;
  return (
    <header class="count-head">
      <h2>
        {productItems.value.length === 0
          ? "Nenhum produto"
          : `${many(productItems.value.length, "produto", "produtos")} · ${unitsText(unitsHere.value)}`}
        {items.value.length + toSend > 0 && (
          <>
            {" "}
            ·{" "}
            <span data-unsent={toSend}>
              {toSend === 0 ? "tudo enviado" : `${quantity(toSend)} a enviar`}
            </span>
          </>
        )}
      </h2>
      {whole !== null && whole.lines > linesHere.value && (
        <p>
          Com todos os aparelhos: {many(whole.products_counted, "produto", "produtos")} em{" "}
          {many(whole.lines, "registro", "registros")}
        </p>
      )}
    </header>
  );
}

const unitsText = (e4: number): string =>
  `${written(e4)} ${e4 === 10_000 ? "unidade" : "unidades"}`;
