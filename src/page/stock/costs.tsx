import type { ListReader } from "../base/list-reader.ts";
import { useOld } from "../base/live.ts";
import { useRead } from "../base/read.ts";
import { day, quantity, unitCost } from "../base/say.ts";
import { Heads } from "../parts/heads.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { type CursorPage, type KardexLine, type Movement, STOCK_EVENTS } from "./answers.ts";
import { CostChart } from "./charts.tsx";
import { dayOf } from "./history.ts";
import { noteNumber } from "./kardex.tsx";

const MOST_ENTRIES = 50;

/** What a unit cost in each note that brought the product; notes that were taken back are left out. */
export function Costs({ code, reader }: { code: string; reader: ListReader<KardexLine> }) {
  const query = new URLSearchParams({
    product_code: code,
    type: "ENTRADA",
    origin: "NFE",
    limit: String(MOST_ENTRIES),
    cursor: "start",
  });
  const read = useRead<CursorPage<Movement>>(`/api/movements/list?${query}`);
  useOld(STOCK_EVENTS, read.again);
  if (read.value === null && read.fault === null) return <Skeleton lines={4} />;
  const lines = new Map(reader.rows.value.map((line) => [line.id, line]));
  const undone = new Set(reader.rows.value.map(({ undoes }) => undoes));
  const entries = (read.value?.data ?? [])
    .filter(({ id, unit_cost }) => unit_cost !== null && !undone.has(id))
    .map((movement) => ({
      movement,
      day: dayOf(lines.get(movement.id)?.happened_at ?? movement.created_at),
    }))
    .sort((one, other) =>
      one.day < other.day ? -1 : one.day > other.day ? 1 : one.movement.id - other.movement.id,
    );
  return (
    <>
      <ErrorBar fault={read.fault} again={read.again} />
      {entries.length === 0 && read.value !== null && (
        <Empty icon="file-text" title="Nenhuma nota trouxe este produto ainda." />
      )}
      <CostChart entries={entries} />
      {entries.length > 0 && (
        <table class="table stock-table" aria-label="Custo em cada nota">
          <Heads texts={["Dia", "Nota"]} figures={["Qtd.", "Custo un."]} />
          <tbody>
            {entries.toReversed().map(({ movement, day: on }) => (
              <tr key={movement.id}>
                <td>{day(on)}</td>
                <td>
                  {movement.reference === null ? (
                    "–"
                  ) : (
                    <a class="stock-note" href={`/notas?nota=${movement.reference}`}>
                      NF-e {noteNumber(movement.reference)}
                    </a>
                  )}
                </td>
                <td class="figure">{quantity(movement.quantity)}</td>
                <td class="figure">{unitCost(movement.unit_cost)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      )}
      {read.value?.pagination.next_cursor != null && (
        <p class="quiet small">As {MOST_ENTRIES} entradas mais novas.</p>
      )}
    </>
  );
}
