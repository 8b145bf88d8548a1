import { useEffect, useRef, useState } from "preact/hooks";
import type { z } from "zod";
import type { WaitingItemSchema } from "../../http/routes/notes/waiting-items.ts";
import { useKeys } from "../base/keys.ts";
import { count, day, money, name, quantity, taxpayer } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Card, Figures } from "../parts/view.tsx";
import { MappingForm, type OurProduct } from "./mapping-form.tsx";

type Item = z.infer<typeof WaitingItemSchema>;
type Suggestion = Item["suggestions"][number];

const REASONS: Readonly<Record<Suggestion["reasons"][number]["code"], string>> = {
  gtin: "mesmo GTIN",
  gtin_trib: "GTIN da unidade tributável",
  same_code: "mesmo código",
  gtin_of_item: "mesmo GTIN de outro item",
  name: "nome parecido",
};

const productOf = (one: Suggestion): OurProduct => ({
  code: one.product_code,
  name: one.product_name,
  unit: one.product_unit,
  factor: one.factor_hint?.factor_text ?? null,
});

/** One item that waits: what the note says of it, what it may be, and the form that maps it. */
export function WaitingItem(props: { item: Item; onClose: () => void; onSaved: () => void }) {
  const { item } = props;
  const heading = useRef<HTMLHeadingElement>(null);
  const [chosen, setChosen] = useState<OurProduct | null>(null);
  const first = item.suggestions[0];
  const writes = may("manage");
  useEffect(() => heading.current?.focus({ preventScroll: true }), []);
  useKeys({
    ...(writes && chosen === null && first !== undefined
      ? { Enter: () => setChosen(productOf(first)) }
      : {}),
  });
  return (
    <Card class="mapping-item">
      <header class="mapping-head">
        <Button icon="x" kind="plain" bare small onClick={props.onClose}>
          Fechar
        </Button>
        <div>
          <h2 ref={heading} tabIndex={-1}>
            {name(item.name)}
          </h2>
          <p class="small quiet">
            {name(item.supplier_name)} · {taxpayer(item.supplier_cnpj)}
          </p>
          <p class="small quiet">
            Código {item.code}
            {item.barcode !== null && ` · GTIN ${item.barcode}`}
            {item.ncm !== null && ` · NCM ${item.ncm}`}
          </p>
        </div>
      </header>
      <Figures
        figures={[
          { label: "Esperando", value: count(item.notes, "nota", "notas") },
          { label: "Quantidade", value: `${quantity(item.quantity)} ${item.unit_as_written}` },
          { label: "Valor", value: money(item.total_value) },
          { label: "Desde", value: day(item.oldest_note_at) },
        ]}
      />
      <h3>Qual produto nosso é este?</h3>
      {item.suggestions.length === 0 ? (
        <p class="small quiet">Nenhum produto parecido foi encontrado no cadastro.</p>
      ) : (
        <ol class="mapping-suggestions" aria-label="Sugestões">
          {item.suggestions.map((one, i) => (
            <li key={one.product_code}>
              <Suggested
                suggestion={one}
                first={i === 0 && writes && chosen === null}
                chosen={chosen?.code === one.product_code}
                onChoose={writes ? () => setChosen(productOf(one)) : null}
              />
            </li>
          ))}
        </ol>
      )}
      {writes && (
        <MappingForm item={item} chosen={chosen} onChoose={setChosen} onSaved={props.onSaved} />
      )}
    </Card>
  );
}

/** How sure the strongest reason is, in a word. */
function surety(confidence: number): string {
  if (confidence >= 90) return "quase certo";
  return confidence >= 60 ? "provável" : "possível";
}

function Suggested(props: {
  suggestion: Suggestion;
  first: boolean;
  chosen: boolean;
  onChoose: (() => void) | null;
}) {
  const { suggestion: one, chosen, onChoose } = props;
  const [strongest] = one.reasons;
  const inside = (
    <>
      <span class="mapping-name">
        {one.product_name}{" "}
        <span class="small quiet">{`${one.product_code} · ${one.product_unit}`}</span>
      </span>
      <span class="mapping-why">
        {one.reasons.map(({ code }) => (
          <Badge
            key={code}
            tone={one.confidence >= 90 ? "good" : "plain"}
            icon="check"
            text={REASONS[code]}
          />
        ))}
        <span class="small quiet">{`${surety(one.confidence)} (${one.confidence} de 100)`}</span>
      </span>
      {strongest !== undefined && strongest.code !== "name" && (
        <span class="small quiet">{strongest.message}</span>
      )}
    </>
  );
  if (onChoose === null) return <div class="mapping-suggestion">{inside}</div>;
  return (
    <button
      type="button"
      class="mapping-suggestion"
      aria-pressed={chosen ? "true" : "false"}
      onClick={onChoose}
    >
      {inside}
      {props.first && <kbd class="desk">Enter</kbd>}
    </button>
  );
}
