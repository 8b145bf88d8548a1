import { useOld } from "../base/live.ts";
import { useRead } from "../base/read.ts";
import { taxpayer } from "../base/say.ts";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import type { SupplierItem } from "./answers.ts";

/** How suppliers call this product, and how much of it their unit is. */
export function Suppliers({ code, unit }: { code: string; unit: string }) {
  const query = new URLSearchParams({ product_code: code, limit: "50" });
  const read = useRead<{ data: readonly SupplierItem[]; pagination: { total: number } }>(
    `/api/supplier-items?${query}`,
  );
  useOld(["supplier_item.", "nfe.processed"], read.again);
  if (read.value === null && read.fault === null) return <Skeleton lines={3} />;
  const items = read.value?.data ?? [];
  const more = (read.value?.pagination.total ?? 0) - items.length;
  return (
    <>
      <ErrorBar fault={read.fault} again={read.again} />
      {items.length === 0 && read.value !== null && (
        <Empty icon="link-2" title="Nenhum item de fornecedor está ligado a este produto.">
          <p>
            A ligação é feita no <a href="/de-para">De-para</a>, ou ao aprovar uma nota.
          </p>
        </Empty>
      )}
      {items.length > 0 && (
        <table class="table stock-table" aria-label="Itens de fornecedores">
          <thead>
            <tr>
              <th scope="col">Fornecedor</th>
              <th scope="col">Código dele</th>
              <th scope="col">Conversão</th>
            </tr>
          </thead>
          <tbody>
            {items.map((item) => (
              <tr key={`${item.supplier_cnpj} ${item.code} ${item.unit}`}>
                <td>{taxpayer(item.supplier_cnpj)}</td>
                <td>{item.code}</td>
                <td>
                  1 {item.unit_as_written} = {item.factor_text.replace(".", ",")} {unit}
                </td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {more > 0 && <p class="quiet small">E mais {more}, no De-para.</p>}
    </>
  );
}
