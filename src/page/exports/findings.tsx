import { useState } from "preact/hooks";
import type { z } from "zod";
import type { CompletenessSchema } from "../../http/routes/notes/reports.ts";
import { notifyFault } from "../base/notices.ts";
import { save } from "../base/save.ts";
import { count, day, money, name, whole } from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";

type Report = z.infer<typeof CompletenessSchema>;
type Found = Report["checks"][number];
type Row = Found["data"][number];

/** The checks in the order in which a month is closed. Those that are not here are parts of `not_in_stock`. */
const SHOWN: readonly Found["check"][] = [
  "not_here",
  "summary_only",
  "statement_due",
  "not_in_stock",
  "no_protocol",
  "cancelled_after_entry",
  "own_number_gap",
  "waiting_event",
  "nsu_parked",
  "nsu_gap",
  "supplier_number_gap",
  "not_here_void",
];

/** What is only to be looked at. */
const HINTS: readonly Found["check"][] = ["supplier_number_gap", "not_here_void", "nsu_gap"];

/** What is missing or stopped in a month; every check is named, also those that found nothing. */
export function Findings({ report, month }: { report: Report; month: string }) {
  const [busy, setBusy] = useState(false);
  const checks = SHOWN.flatMap((name) => report.checks.filter(({ check }) => check === name));
  const all = checks.reduce((sum, one) => sum + one.count, 0);
  return (
    <>
      <p class="exports-sum" role="status">
        {all === 0 ? "Nada falta neste mês." : `${count(all, "ponto", "pontos")} a conferir.`}
        {all > 0 && (
          <Button
            small
            icon="download"
            busy={busy}
            onClick={() => {
              setBusy(true);
              save(`/api/export/completeness?month=${month}`)
                .catch(notifyFault)
                .finally(() => setBusy(false));
            }}
          >
            Baixar a lista (CSV)
          </Button>
        )}
      </p>
      <ul class="exports-checks">
        {checks.map((one) => (
          <Check key={one.check} found={one} />
        ))}
      </ul>
      {report.unknown_series > 0 && (
        <p class="small quiet">
          {`Em ${count(report.unknown_series, "série", "séries")} de fornecedores não dá para saber se falta algum número: eles vendem a outros.`}
        </p>
      )}
    </>
  );
}

function Check({ found }: { found: Found }) {
  const { title, what_to_do: todo } = found;
  const hint = HINTS.includes(found.check);
  const rest = found.count - found.data.length;
  if (found.count === 0)
    return (
      <li class="exports-check">
        <h3>{title}</h3>
        <Badge tone="good" icon="check" text="Nenhum" />
      </li>
    );
  return (
    <li class="exports-check">
      <h3>{title}</h3>
      <Badge
        tone={hint ? "wait" : "hold"}
        icon={hint ? "info" : "triangle-alert"}
        text={whole(found.count)}
      />
      <p class="small quiet">{todo}</p>
      <ul>
        {found.data.map((row) => (
          <li
            key={`${row.access_key}-${row.supplier_cnpj}-${row.series}-${row.number}-${row.event_type}-${row.nsu}`}
          >
            {row.status !== null && row.access_key !== null ? (
              <a href={`/notas?ver=todas&nota=${row.access_key}`}>{textOf(row)}</a>
            ) : (
              textOf(row)
            )}
            {found.check !== "not_here_void" && row.why.length > 0 && (
              <span class="row-more">{row.why.join(" ")}</span>
            )}
          </li>
        ))}
        {rest > 0 && <li class="quiet">{`e mais ${whole(rest)}, na lista (CSV)`}</li>}
      </ul>
    </li>
  );
}

/** A note, numbers or NSUs that are missing, or an event, as a person names them. */
function textOf(row: Row): string {
  const isNote = row.supplier_name !== null;
  return [
    row.supplier_name === null ? null : name(row.supplier_name),
    rangeOf("nº", row.number, row.last_number),
    row.series === null ? null : `série ${row.series}`,
    row.issued_at === null ? null : day(row.issued_at),
    row.total_value === null ? null : money(row.total_value),
    row.due_at === null ? null : `até ${day(row.due_at)}`,
    row.event_type === null ? null : `evento ${row.event_type}`,
    row.status === null && row.access_key !== null ? row.access_key : null,
    isNote ? null : rangeOf("NSU", row.nsu, row.last_nsu),
    isNote || row.recipient_cnpj === null ? null : `CNPJ ${row.recipient_cnpj}`,
  ]
    .filter((text) => text !== null)
    .join(" · ");
}

function rangeOf(of: string, first: number | null, last: number | null): string | null {
  if (first === null) return null;
  return last === null || last === first ? `${of} ${first}` : `${of} ${first} a ${last}`;
}
