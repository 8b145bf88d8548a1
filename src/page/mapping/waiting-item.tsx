import { useEffect, useRef, useState } from "preact/hooks";
import type { z } from "zod";
import type { WaitingItemSchema } from "../../http/routes/notes/waiting-items.ts";
import { useKeys } from "../base/keys.ts";
import { count, day, money, name, quantity, taxpayer } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { MappingForm, type OurProduct } from "../parts/mapping-form.tsx";
import { productOf, Suggestions } from "../parts/suggested.tsx";
import { Card } from "../parts/view.tsx";

type Item = z.infer<typeof WaitingItemSchema>;

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
          <p class="small">
            <b>{`${quantity(item.quantity)} ${item.unit_as_written}`}</b> ·{" "}
            {money(item.total_value)} · {count(item.notes, "nota espera", "notas esperam")} desde{" "}
            {day(item.oldest_note_at)}
          </p>
        </div>
      </header>
      <h3>{writes ? "Qual produto do cadastro é este?" : "Produtos parecidos"}</h3>
      {item.suggestions.length === 0 ? (
        <p class="small quiet">Nenhum produto parecido foi encontrado no cadastro.</p>
      ) : (
        <Suggestions
          suggestions={item.suggestions}
          chosen={chosen}
          onChoose={writes ? setChosen : null}
          entered={writes && chosen === null}
        />
      )}
      {!writes && (
        <p class="small quiet mapping-who">
          Quem liga o item a um produto do cadastro é um gerente.
        </p>
      )}
      {writes && (
        <MappingForm item={item} chosen={chosen} onChoose={setChosen} onSaved={props.onSaved} />
      )}
    </Card>
  );
}
