import { useEffect, useState } from "preact/hooks";
import { ask, newKey } from "../base/ask.ts";
import type { ListReader } from "../base/list-reader.ts";
import { notify } from "../base/notices.ts";
import { day as dayText, moment, money, name, quantity, signed, unitCost } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import type { KardexLine, Product, ReversalPlan } from "./answers.ts";
import { withUnit } from "./figures.ts";
import { dayOf } from "./history.ts";

const NOTE_KEY = /^\d{6}\w{12}\d{26}$|^\d{44}$/;

/** What an access key says of its note's number: positions 26 to 34. */
export const noteNumber = (accessKey: string): string => String(Number(accessKey.slice(25, 34)));

const ORIGINS: Readonly<Record<string, string>> = {
  MANUAL: "Manual",
  CONTAGEM: "Contagem",
  EVENTO: "Evento da nota",
  CUSTO: "Custo posterior",
};

/** Where a movement came from: its note as a link, or in words. */
export function Origin({ line }: { line: KardexLine }) {
  const back = line.undoes === null ? "" : "Estorno · ";
  if (line.reference !== null && NOTE_KEY.test(line.reference))
    return (
      <>
        {back}
        <a href={`/notas?nota=${line.reference}`}>NF-e {noteNumber(line.reference)}</a>
        {line.origin === "EVENTO" && " (evento)"}
        {line.type === "VALOR" && " (custo posterior)"}
      </>
    );
  const words = ORIGINS[line.origin] ?? line.origin;
  return (
    <>
      {back}
      {line.reference === null ? words : `${words} · ${line.reference}`}
    </>
  );
}

/** Whether the days go down as the lines do. A note that came later than its goods stands above newer days. */
const inOrder = (lines: readonly KardexLine[]): boolean =>
  lines.every(({ happened_at: at }, i) => {
    const above = lines[i - 1];
    return above === undefined || dayOf(at) <= dayOf(above.happened_at);
  });

/** The movements of a product, the newest first, each with the balance after it. */
export function Kardex({
  reader,
  product,
  onOld,
}: {
  reader: ListReader<KardexLine>;
  product: Product;
  onOld: () => void;
}) {
  const [undoing, setUndoing] = useState<KardexLine | null>(null);
  const lines = reader.rows.value;
  const state = reader.state.value;
  if (state === "first" && lines.length === 0) return <Skeleton lines={5} />;
  const ordered = inOrder(lines);
  const undone = new Set(lines.flatMap(({ undoes }) => (undoes === null ? [] : [undoes])));
  return (
    <>
      <ErrorBar fault={reader.fault.value} again={() => void reader.readAgain()} />
      {lines.length === 0 && state !== "failed" && (
        <Empty icon="history" title="Este produto ainda não teve movimento.">
          <p>Ele entra no estoque com a aprovação de uma nota ou com um lançamento manual.</p>
        </Empty>
      )}
      {!ordered && (
        <p class="small quiet">
          Na ordem em que foram lançados, que não é a dos dias. O gráfico segue os dias.
        </p>
      )}
      {lines.length > 0 && (
        <table class="table stock-table" aria-label="Movimentos">
          <thead>
            <tr>
              <th scope="col">Dia</th>
              <th scope="col">Origem</th>
              <th scope="col" class="figure">
                Qtd.
              </th>
              <th scope="col" class="figure">
                Saldo
              </th>
              <th scope="col" class="figure stock-roomy">
                Custo médio
              </th>
            </tr>
          </thead>
          <tbody>
            {lines.map((line) => (
              <Line
                key={line.id}
                line={line}
                undone={undone.has(line.id)}
                ordered={ordered}
                onUndo={() => setUndoing(line)}
              />
            ))}
          </tbody>
        </table>
      )}
      {(state === "more" || (state === "failed" && lines.length > 0)) && (
        <div class="stock-more">
          <Button busy={reader.busy.value} onClick={() => void reader.readMore()}>
            Mostrar mais antigos
          </Button>
        </div>
      )}
      {state === "full" && (
        <p class="quiet small">
          Só os 1.000 mais novos. O CSV dos movimentos, em “Mais”, tem todos.
        </p>
      )}
      {undoing !== null && (
        <Undo line={undoing} product={product} onClose={() => setUndoing(null)} onDone={onOld} />
      )}
    </>
  );
}

function Line(props: {
  line: KardexLine;
  undone: boolean;
  /** The days go down as the lines do: when each was written says nothing more. */
  ordered: boolean;
  onUndo: () => void;
}) {
  const { line, undone } = props;
  const byHand = line.origin !== "NFE" && ORIGINS[line.origin] !== "Evento da nota";
  const undoable =
    byHand && line.origin !== "CONTAGEM" && line.type !== "VALOR" && line.undoes === null;
  const [day, written] = [dayOf(line.happened_at), dayOf(line.created_at)];
  const more = [
    props.ordered || written === day ? null : `lançado em ${dayText(written)}`,
    line.batch_number === null ? null : `Lote ${line.batch_number}`,
    line.notes,
    line.user_name,
  ]
    .filter((one) => one !== null)
    .join(" · ");
  return (
    <tr class={undone ? "stock-undone" : ""}>
      <td>
        <time dateTime={line.happened_at} title={`Lançado em ${moment(line.created_at)}`}>
          {dayText(day)}
        </time>
      </td>
      <td>
        <Origin line={line} />
        {undone && <span class="row-more">Estornado</span>}
        {more !== "" && <span class="row-more">{more}</span>}
        {undoable && !undone && may("manage") && (
          <Button icon="undo-2" kind="plain" small class="stock-undo" onClick={props.onUndo}>
            Estornar
          </Button>
        )}
      </td>
      <td class={`figure ${line.quantity > 0 ? "good" : ""}`}>
        {line.type === "VALOR" ? money(line.value) : signed(line.quantity)}
      </td>
      <td class={`figure ${line.balance < 0 ? "bad" : ""}`}>{quantity(line.balance)}</td>
      <td class="figure stock-roomy">
        {line.average_cost === null ? "–" : unitCost(line.average_cost)}
      </td>
    </tr>
  );
}

/** Takes a movement by hand back, with the balance that it leads to. */
function Undo(props: {
  line: KardexLine;
  product: Product;
  onClose: () => void;
  onDone: () => void;
}) {
  const { line, product } = props;
  const [plan, setPlan] = useState<ReversalPlan | null>(null);
  const [fault, setFault] = useState<unknown>(null);
  const [key] = useState(newKey);
  const path = `/api/movements/${line.id}/reverse`;
  useEffect(() => {
    const stop = new AbortController();
    ask<ReversalPlan>(`${path}?dry_run=true`, {
      method: "POST",
      json: { reason: "conferir antes de estornar" },
      signal: stop.signal,
    }).then(setPlan, (why) => stop.signal.aborted || setFault(why));
    return () => stop.abort();
  }, [path]);
  const [planned] = plan?.movements ?? [];
  return (
    <Confirm
      title="Estornar o lançamento"
      action="Estornar"
      danger
      reason="Motivo do estorno"
      act={async (reason) => {
        await ask(path, { method: "POST", json: { reason }, key });
        notify("Lançamento estornado.");
        props.onDone();
      }}
      onClose={props.onClose}
    >
      <p class="stock-dialog-name">{name(product.name)}</p>
      <p>
        {line.quantity > 0 ? "A entrada" : "A saída"} de{" "}
        {withUnit(Math.abs(line.quantity), product.unit)} em {dayText(dayOf(line.happened_at))} é
        desfeita por um movimento contrário; os dois continuam na ficha.
      </p>
      <ErrorBar fault={fault} />
      <p class="stock-after" role="status">
        {planned !== undefined && (
          <>
            Saldo: {quantity(planned.balance_before)} →{" "}
            <b>{withUnit(planned.balance_after, product.unit)}</b>
          </>
        )}
      </p>
    </Confirm>
  );
}
