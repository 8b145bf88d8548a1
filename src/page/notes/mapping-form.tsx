import { useState } from "preact/hooks";
import type { Suggestion } from "../base/mapping.ts";
import { useRead } from "../base/read.ts";
import { name } from "../base/say.ts";
import { MappingForm as Form, type OurProduct } from "../parts/mapping-form.tsx";
import { Suggestions } from "../parts/suggested.tsx";
import type { NoteItem } from "./answers.ts";

const SHOWN = 3;

/** Links one item of a note to a product: what it may be, and the form that De-para has too. */
export function MappingForm(props: { supplier: string; item: NoteItem; done: () => void }) {
  const { code, unit, name: itemName, ncm, barcode } = props.item;
  const supplier_cnpj = props.supplier;
  const found = useRead<{ suggestions: readonly Suggestion[] }>(
    `/api/supplier-items/suggestions?${new URLSearchParams({ supplier_cnpj, code, unit })}`,
  );
  const [chosen, setChosen] = useState<OurProduct | null>(null);
  const suggestions = (found.value?.suggestions ?? []).slice(0, SHOWN);
  return (
    <div class="note-mapping">
      <h3>
        {name(itemName)} <span class="quiet">({code})</span>
      </h3>
      {suggestions.length > 0 && (
        <Suggestions suggestions={suggestions} chosen={chosen} onChoose={setChosen} />
      )}
      <Form
        item={{ supplier_cnpj, code, unit, unit_as_written: unit, name: itemName, ncm, barcode }}
        chosen={chosen}
        onChoose={setChosen}
        onSaved={props.done}
        inNote
      />
    </div>
  );
}
