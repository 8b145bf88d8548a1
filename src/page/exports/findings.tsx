import { useState } from "preact/hooks";
import type { z } from "zod";
import type { CompletenessSchema } from "../../http/routes/notes/reports.ts";
import { notifyFault } from "../base/notices.ts";
import { save } from "../base/save.ts";
import { count, day, name, whole } from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";

type Report = z.infer<typeof CompletenessSchema>;
type Found = Report["checks"][number];
type Row = Found["data"][number];

/** Of each check: its name, what to do about what it found, and what it says when it found nothing. */
const CHECKS: Readonly<Record<Found["check"], { title: string; todo: string; hint?: true }>> = {
  own_number_gap: {
    title: "Números que faltam nas notas da empresa",
    todo: "Envie as notas que faltam. Se o número foi inutilizado na SEFAZ, guarde o comprovante: o sistema não lê inutilizações.",
  },
  supplier_number_gap: {
    title: "Números que faltam nas notas de fornecedores",
    todo: "É só um indício: peça ao fornecedor, ou consulte na SEFAZ se há nota contra o CNPJ da empresa.",
    hint: true,
  },
  no_protocol: {
    title: "Notas sem protocolo de autorização",
    todo: "Peça o XML autorizado (nfeProc) e envie-o: a nota é completada.",
  },
  cancelled_after_entry: {
    title: "Canceladas depois de entrar no estoque",
    todo: "As quantidades já foram devolvidas. Tire a nota da escrituração do mês, e confira se há devoluções dela.",
  },
  held: {
    title: "Notas retidas há mais de 7 dias",
    todo: "Abra cada uma: libere, corrija ou descarte antes de fechar.",
  },
  discarded: {
    title: "Notas descartadas",
    todo: "Confira o motivo. O que foi descartado por engano pode ser restaurado.",
    hint: true,
  },
  waiting_event: {
    title: "Eventos sem a nota",
    todo: "Envie o XML da nota a que o evento se refere.",
  },
};

/** What is missing or stopped in a month; every check is named, also those that found nothing. */
export function Findings({ report, month }: { report: Report; month: string }) {
  const [busy, setBusy] = useState(false);
  const all = report.checks.reduce((sum, one) => sum + one.count, 0);
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
        {report.checks.map((one) => (
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
  const { title, todo, hint } = CHECKS[found.check];
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
        tone={hint === true ? "wait" : "hold"}
        icon={hint === true ? "info" : "triangle-alert"}
        text={whole(found.count)}
      />
      <p class="small quiet">{todo}</p>
      <ul>
        {found.data.map((row) => (
          <li
            key={`${row.access_key}-${row.supplier_cnpj}-${row.series}-${row.number}-${row.event_type}`}
          >
            {row.access_key !== null && found.check !== "waiting_event" ? (
              <a href={`/notas?ver=todas&nota=${row.access_key}`}>{textOf(row)}</a>
            ) : (
              textOf(row)
            )}
          </li>
        ))}
        {rest > 0 && <li class="quiet">{`e mais ${whole(rest)}, na lista (CSV)`}</li>}
      </ul>
    </li>
  );
}

/** A note, or the numbers that are missing, as a person names them. */
function textOf(row: Row): string {
  const { number, last_number: last } = row;
  const numbers =
    number === null
      ? null
      : last === null || last === number
        ? `nº ${number}`
        : `nº ${number} a ${last}`;
  return [
    row.supplier_name === null ? null : name(row.supplier_name),
    numbers,
    row.series === null ? null : `série ${row.series}`,
    row.issued_at === null ? null : day(row.issued_at),
    row.event_type === null ? null : `evento ${row.event_type}`,
    row.event_type !== null && row.access_key !== null ? row.access_key : null,
  ]
    .filter((text) => text !== null)
    .join(" · ");
}
