import { useState } from "preact/hooks";
import type { z } from "zod";
import type { ListedSupplierItemSchema } from "../../http/routes/stock/supplier-items.ts";
import { useAddress } from "../base/address.ts";
import { useListReader } from "../base/list-reader.ts";
import { useOld } from "../base/live.ts";
import { deleteMapping, keyOf, putMapping, sidesOf } from "../base/mapping.ts";
import { notify, notifyFault } from "../base/notices.ts";
import { taxpayer } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Combobox } from "../parts/combobox.tsx";
import { Confirm, Dialog } from "../parts/dialog.tsx";
import { findProducts } from "../parts/find-products.ts";
import { MappingForm, type OurProduct } from "../parts/mapping-form.tsx";
import { type Column, Rows } from "../parts/rows.tsx";
import { Empty } from "../parts/states.tsx";

type Mapping = z.infer<typeof ListedSupplierItemSchema>;

/** The mappings that stand: what people have set, and what approvals have learnt. Each can be changed or removed. */
export function Standing() {
  const address = useAddress();
  const product = address.param("produto");
  const filter = product === "" ? "" : `?product_code=${encodeURIComponent(product)}`;
  const reader = useListReader<Mapping>(`/api/supplier-items${filter}`);
  const again = () => void reader.readAgain();
  useOld(["supplier_item.", "nfe.processed", "product."], again);
  const [changing, setChanging] = useState<Mapping | null>(null);
  const [removing, setRemoving] = useState<Mapping | null>(null);
  const acts: Column<Mapping> = {
    head: "Ações",
    kind: "act",
    cell: (one) => (
      <>
        <Button icon="pencil" kind="plain" bare onClick={() => setChanging(one)}>
          {`Mudar ${one.code}`}
        </Button>
        <Button icon="trash-2" kind="plain" bare onClick={() => setRemoving(one)}>
          {`Excluir ${one.code}`}
        </Button>
      </>
    ),
  };
  return (
    <>
      <div class="mapping-filter">
        <Combobox
          label="Produto do cadastro"
          placeholder="Todos os produtos"
          find={findProducts}
          value={product === "" ? "" : (reader.rows.value[0]?.product_name ?? product)}
          onChoose={({ value }) => address.set({ produto: value.code })}
        />
        {product !== "" && (
          <Button icon="x" onClick={() => address.set({ produto: "" })}>
            Todos
          </Button>
        )}
      </div>
      <Rows
        label="De-para"
        reader={reader}
        keyOf={keyOf}
        hrefOf={(one) => `/estoque?produto=${encodeURIComponent(one.product_code)}`}
        nameOf={(one) => one.product_name}
        empty={
          <Empty
            icon="link-2"
            title={
              product === ""
                ? "Ainda não há de-para gravado. Aprovar uma nota também grava os dos seus itens."
                : "Nenhum código de fornecedor é este produto do cadastro."
            }
          />
        }
        columns={[
          {
            head: "Produto do cadastro",
            kind: "wide",
            cell: (one) => <span class="row-more">{one.product_code}</span>,
          },
          {
            head: "Código do fornecedor",
            cell: (one) => (
              <>
                {one.code}
                <span class="row-more">{taxpayer(one.supplier_cnpj)}</span>
              </>
            ),
          },
          { head: "Fator", cell: (one) => <span class="mapping-words">{wordsOf(one)}</span> },
          ...(may("manage") ? [acts] : []),
        ]}
      />
      {changing !== null && (
        <Change mapping={changing} onClose={() => setChanging(null)} again={again} />
      )}
      {removing !== null && (
        <Confirm
          title={`Excluir o de-para de ${removing.code}?`}
          action="Excluir"
          danger
          act={async () => {
            await remove(removing);
            again();
          }}
          onClose={() => setRemoving(null)}
        >
          <p>
            {`O código ${removing.code} deixa de ser ${removing.product_name}. O que já está no estoque não muda. Quem espera por ele é reavaliado.`}
          </p>
        </Confirm>
      )}
    </>
  );
}

/** A mapping in words: `1 CX = 12 UN`; a fraction the other way round: `12 CX = 1 UN`. */
function wordsOf(one: Mapping): string {
  const { theirs, ours } = sidesOf(one.factor_text);
  return `${theirs} ${one.unit_as_written} = ${ours} ${one.product_unit}`;
}

const bodyOf = (one: Mapping) => ({
  supplier_cnpj: one.supplier_cnpj,
  code: one.code,
  unit: one.unit,
  unit_as_written: one.unit_as_written,
  product_code: one.product_code,
  factor: one.factor_text,
});

async function remove(one: Mapping): Promise<void> {
  await deleteMapping(one);
  notify(`O de-para de ${one.code} foi excluído.`, {
    undo: () => void putMapping(bodyOf(one)).then(() => notify("Desfeito."), notifyFault),
  });
}

function Change(props: { mapping: Mapping; onClose: () => void; again: () => void }) {
  const { mapping } = props;
  const [chosen, setChosen] = useState<OurProduct>({
    code: mapping.product_code,
    name: mapping.product_name,
    unit: mapping.product_unit,
    factor: mapping.factor_text,
  });
  return (
    <Dialog title={`De-para de ${mapping.code}`} onClose={props.onClose}>
      <p class="small quiet">{`Fornecedor ${taxpayer(mapping.supplier_cnpj)}. O que já está no estoque não muda.`}</p>
      <MappingForm
        item={mapping}
        chosen={chosen}
        onChoose={setChosen}
        onSaved={() => {
          props.again();
          props.onClose();
        }}
        onClose={props.onClose}
      />
    </Dialog>
  );
}
