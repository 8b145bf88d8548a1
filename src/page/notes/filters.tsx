import { useEffect, useState } from "preact/hooks";
import type { Address } from "../base/address.ts";
import { Button } from "../parts/button.tsx";
import { Field, Select } from "../parts/field.tsx";
import { SHOWN, type Shown } from "./tabs.ts";

const TYPING_MS = 250;
const DIRECTIONS = [
  { value: "", text: "Todos" },
  { value: "entry", text: "Entrada" },
  { value: "exit", text: "Saída" },
  { value: "none", text: "Não move o estoque" },
] as const;
const NAMES = ["fornecedor", "sentido", "de", "ate"];

/** Filters beside the search: supplier, direction, days of issue, and the rarer situations. */
export function Filters({ address, shown }: { address: Address; shown: Shown }) {
  const active = NAMES.filter((name) => address.param(name) !== "").length;
  const [supplier, setSupplier] = useState(address.param("fornecedor"));
  useEffect(() => {
    if (supplier.trim() === address.param("fornecedor")) return;
    const timer = setTimeout(() => address.set({ fornecedor: supplier.trim() }, true), TYPING_MS);
    return () => clearTimeout(timer);
  }, [supplier]);
  const direction = DIRECTIONS.find(({ value }) => value === address.param("sentido"));
  return (
    <details class="notes-filters" open={active > 0}>
      <summary>{active > 0 ? `Filtros (${active})` : "Filtros"}</summary>
      <div class="notes-filters-fields">
        <Field label="Fornecedor" value={supplier} onInput={setSupplier} maxLength={120} />
        <Select
          label="Sentido"
          value={direction?.value ?? ""}
          options={DIRECTIONS}
          onChange={(sentido) => address.set({ sentido })}
        />
        <Field
          label="Emitidas de"
          type="date"
          value={address.param("de")}
          onInput={(de) => address.set({ de }, true)}
        />
        <Field
          label="até"
          type="date"
          value={address.param("ate")}
          onInput={(ate) => address.set({ ate }, true)}
        />
        <Select
          label="Situação"
          value={shown.ver}
          options={SHOWN.map(({ ver, text }) => ({ value: ver, text }))}
          onChange={(ver) => address.set({ ver, nota: "" })}
        />
        {active > 0 && (
          <Button
            icon="x"
            kind="plain"
            onClick={() => {
              setSupplier("");
              address.set({ fornecedor: "", sentido: "", de: "", ate: "" });
            }}
          >
            Limpar os filtros
          </Button>
        )}
      </div>
    </details>
  );
}
