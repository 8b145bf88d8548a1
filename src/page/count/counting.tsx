import { useEffect } from "preact/hooks";
import type { z } from "zod";
import type { CountDetailSchema } from "../../http/views/count-view.ts";
import { useRead } from "../base/read.ts";
import { count as many, quantity } from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { CameraPanel } from "../parts/camera.tsx";
import { Icon } from "../parts/icon.tsx";
import { catalogue } from "./catalogue.ts";
import { CodeField } from "./code-field.tsx";
import { muted, setMuted, tell } from "./feedback.ts";
import { ItemRows, written } from "./item-rows.tsx";
import { asideItems, items, productItems, unitsHere, unsentHere } from "./items.ts";
import { arrived } from "./queue.ts";
import { type Count, count, last } from "./scan.ts";

/** Counting: the field, what was read last, and what this browser has counted. */
export function Counting({ of }: { of: Count }) {
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
        <Head of={of} />
        {productItems.value.length === 0 ? (
          <p class="count-none">
            Leia o primeiro código. Tudo fica guardado neste aparelho, também sem internet.
          </p>
        ) : (
          <ItemRows label="Produtos contados neste aparelho" items={productItems.value} />
        )}
      </section>
      {asideItems.value.length > 0 && (
        <section class="card count-list">
          <header class="count-head">
            <h2>{many(asideItems.value.length, "código separado", "códigos separados")}</h2>
            <p>Ainda não contam. Em “Separados” cada um é ligado a um produto.</p>
          </header>
          <ItemRows label="Códigos separados neste aparelho" items={asideItems.value} />
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
      ? "Os nomes dos produtos ainda não estão neste aparelho. Pode contar: cada código é conferido quando a linha chegar ao sistema."
      : `Só os primeiros ${quantity(products.length)} produtos cabem neste aparelho. Os outros são conferidos quando a linha chega ao sistema.`;
  return <p class="field-hint">{text}</p>;
}

/** How old the figures of the other devices may be. */
const OTHERS_MS = 20_000;

function Head({ of }: { of: Count }) {
  const whole = useRead<z.infer<typeof CountDetailSchema>>(
    `/api/counts/${encodeURIComponent(of.id)}`,
  );
  const times = arrived.value;
  const { again } = whole;
  useEffect(() => {
    if (times > 0) again();
  }, [times, again]);
  useEffect(() => {
    // Lines of other devices are no event of the feed.
    const timer = setInterval(() => {
      if (document.visibilityState === "visible" && navigator.onLine) again();
    }, OTHERS_MS);
    return () => clearInterval(timer);
  }, [again]);
  const toSend = unsentHere.value;
  return (
    <header class="count-head">
      <h2>
        {many(productItems.value.length, "produto", "produtos")} · {unitsText(unitsHere.value)} ·{" "}
        <span data-unsent={toSend}>{quantity(toSend)} a enviar</span>
      </h2>
      {whole.value !== null && (
        <p>
          Com todos os aparelhos: {many(whole.value.products_counted, "produto", "produtos")} em{" "}
          {many(whole.value.lines, "linha", "linhas")}
        </p>
      )}
    </header>
  );
}

const unitsText = (e4: number): string =>
  `${written(e4)} ${e4 === 10_000 ? "unidade" : "unidades"}`;
