import type { Address } from "../base/address.ts";
import type { ListReader } from "../base/list-reader.ts";
import { day, moment, money, name, taxpayer } from "../base/say.ts";
import { may } from "../base/session.ts";
import type { FetchingList } from "../base/tax-office.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Check } from "../parts/field.tsx";
import { type Column, Rows } from "../parts/rows.tsx";
import { Empty } from "../parts/states.tsx";
import type { Announced } from "./answers.ts";
import { awaits, awareness, SITUATIONS } from "./statement-words.ts";

interface AnnouncedListProps {
  readonly address: Address;
  readonly reader: ListReader<Announced>;
  readonly fetching: FetchingList | null;
  /** The person may state something, and it would be sent. */
  readonly states: boolean;
  readonly marked: ReadonlySet<string>;
  readonly onMark: (key: string) => void;
  readonly onAware: (note: Announced) => void;
  readonly busy: ReadonlySet<string>;
}

/** The notes that are announced: who, when, what for, and how much time is left for ciência. */
export function AnnouncedList(props: AnnouncedListProps) {
  const { address, reader } = props;
  const open = address.param("nota");
  return (
    <Rows<Announced>
      label="Notas anunciadas"
      reader={reader}
      columns={columnsOf(props, open !== "")}
      keyOf={({ access_key }) => access_key}
      hrefOf={({ access_key }) => address.with({ nota: access_key })}
      nameOf={titleOf}
      open={open}
      {...(props.states
        ? { onMark: (note: Announced) => awaits(note) && props.onMark(note.access_key) }
        : {})}
      empty={<NothingAnnounced fetching={props.fetching} />}
    />
  );
}

export const titleOf = ({ supplier_name, supplier_cnpj }: Announced): string =>
  supplier_name === "" ? taxpayer(supplier_cnpj) : name(supplier_name);

function columnsOf(props: AnnouncedListProps, open: boolean): readonly Column<Announced>[] {
  const acts = props.states && !open;
  return [
    ...(acts
      ? [
          {
            head: "Marcar",
            kind: "mark" as const,
            cell: (note: Announced) =>
              awaits(note) && (
                <Check
                  bare
                  label={`Marcar ${titleOf(note)}, ${day(note.issued_at)}`}
                  checked={props.marked.has(note.access_key)}
                  onChange={() => props.onMark(note.access_key)}
                />
              ),
          },
        ]
      : []),
    {
      head: "Fornecedor",
      kind: "wide",
      cell: ({ access_key, issued_at }) => (
        <span class="row-more">
          nº {Number(access_key.slice(25, 34))} · série {Number(access_key.slice(22, 25))}
          <span class="notes-row-day"> · {day(issued_at)}</span>
        </span>
      ),
    },
    ...(open
      ? []
      : [{ head: "Emissão", cell: ({ issued_at }: Announced) => day(issued_at), desk: true }]),
    { head: "Valor", kind: "figure", cell: ({ total_value }) => money(total_value) },
    {
      head: "Situação",
      cell: (note) => <Badge {...SITUATIONS[note.situation]} />,
    },
    ...(open ? [] : [{ head: "Ciência", cell: (note: Announced) => <Awareness note={note} /> }]),
    ...(acts
      ? [
          {
            head: "Ação",
            kind: "act" as const,
            cell: (note: Announced) =>
              awaits(note) && (
                <Button
                  small
                  busy={props.busy.has(note.access_key)}
                  title={`Dar ciência da nota de ${titleOf(note)}`}
                  onClick={() => props.onAware(note)}
                >
                  Dar ciência
                </Button>
              ),
          },
        ]
      : []),
  ];
}

/** What was stated about the note, or how long ciência is possible. */
export function Awareness({ note }: { note: Announced }) {
  const said = awareness(note);
  if (said === null) return <span class="quiet small">–</span>;
  return <Badge {...said} />;
}

/** Nothing is announced: what this is, and how it begins. */
function NothingAnnounced({ fetching }: { fetching: FetchingList | null }) {
  const active = fetching?.data.filter((one) => one.active) ?? [];
  if (fetching === null || active.length > 0) {
    const next = active.map(({ next_at }) => next_at).find((at) => at !== null) ?? null;
    return (
      <Empty icon="check" title="Nenhuma nota anunciada.">
        <p>
          A nota que a SEFAZ tem contra a empresa, e que ainda não está aqui, aparece nesta lista.
        </p>
        {next !== null && <p>A próxima consulta é em {moment(next)}.</p>}
      </Empty>
    );
  }
  return (
    <Empty icon="download" title="As notas podem chegar sozinhas.">
      <p>
        Toda nota emitida contra o CNPJ da empresa fica 90 dias na SEFAZ. Com o certificado A1 o
        sistema a busca: ela aparece aqui, e depois da ciência vem o XML completo.
      </p>
      {may("administer") ? (
        <p>
          Comece pelo <a href="/admin?ver=certificado">certificado</a> e depois ligue a{" "}
          <a href="/admin?ver=sefaz">busca na SEFAZ</a>.
        </p>
      ) : (
        <p>Um administrador liga isso em Administração, SEFAZ.</p>
      )}
    </Empty>
  );
}
