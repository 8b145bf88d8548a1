import { useListReader } from "../base/list-reader.ts";
import { useOld } from "../base/live.ts";
import { count, day, money } from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Heads } from "../parts/heads.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { type Lot, productPath, STOCK_EVENTS } from "./answers.ts";
import { withUnit } from "./figures.ts";

const SOON_DAYS = 30;

/** When a lot expires, in a word where it is soon or over. */
export function Expiry({ lot }: { lot: Lot }) {
  if (lot.expires_on === null) return <span class="quiet">Sem validade</span>;
  const days = lot.days_left ?? 0;
  if (lot.expired)
    return <Badge tone="bad" icon="circle-x" text={`Venceu há ${count(-days, "dia", "dias")}`} />;
  if (days > SOON_DAYS) return null;
  const text = days === 0 ? "Vence hoje" : `Vence em ${count(days, "dia", "dias")}`;
  return <Badge tone="hold" icon="clock" text={text} />;
}

/** The lots of a product that have something, in the order in which exits take them. */
export function Lots({ code }: { code: string }) {
  const reader = useListReader<Lot>(`${productPath(code)}/lots`);
  useOld(STOCK_EVENTS, () => void reader.readAgain());
  const lots = reader.rows.value;
  const state = reader.state.value;
  if (state === "first" && lots.length === 0) return <Skeleton lines={3} />;
  return (
    <>
      <ErrorBar fault={reader.fault.value} again={() => void reader.readAgain()} />
      {lots.length === 0 && state !== "failed" && (
        <Empty icon="layers" title="Nenhum lote com saldo.">
          <p>Os lotes vêm das notas que os informam, ou do lançamento de uma entrada.</p>
        </Empty>
      )}
      {lots.length > 0 && (
        <>
          <p class="quiet small">
            As saídas tiram primeiro do lote que vence antes; o que já venceu sai por último. Valor
            pelo custo médio.
          </p>
          <table class="table stock-table" aria-label="Lotes">
            <Heads texts={["Lote", "Validade"]} figures={["Saldo", "Valor"]} />
            <tbody>
              {lots.map((lot) => (
                <tr key={`${lot.lot} ${lot.expires_on}`}>
                  <td>{lot.lot}</td>
                  <td>
                    {lot.expires_on !== null && day(lot.expires_on)} <Expiry lot={lot} />
                  </td>
                  <td class="figure">{withUnit(lot.quantity, lot.unit)}</td>
                  <td class="figure">{money(lot.value)}</td>
                </tr>
              ))}
            </tbody>
          </table>
        </>
      )}
      {state === "more" && (
        <div class="stock-more">
          <Button busy={reader.busy.value} onClick={() => void reader.readMore()}>
            Mostrar mais lotes
          </Button>
        </div>
      )}
    </>
  );
}
