import type { Address } from "../base/address.ts";
import { filesOnTheWay } from "../base/intake.ts";
import type { ListReader } from "../base/list-reader.ts";
import { day, money, name, quantity } from "../base/say.ts";
import { may } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Check } from "../parts/field.tsx";
import { type Column, Rows } from "../parts/rows.tsx";
import { Empty } from "../parts/states.tsx";
import type { Note } from "./answers.ts";
import { ANNOUNCED, isFiltered, type Shown, UNFILTERED, whatIsAsked } from "./tabs.ts";
import { direction, standing } from "./words.ts";

interface NoteListProps {
  readonly address: Address;
  readonly shown: Shown;
  readonly reader: ListReader<Note>;
  readonly marked: ReadonlySet<string>;
  readonly onMark: (key: string) => void;
  readonly onApprove: (note: Note) => void;
  /** Keys of notes whose approval is on its way. */
  readonly busy: ReadonlySet<string>;
  /** The company has no note at all. */
  readonly isNew: boolean;
}

const isReady = ({ status, holds }: Note): boolean => status === "PENDENTE" && holds.length === 0;

const titleOf = ({ supplier_name, number }: Note): string => `${name(supplier_name)}, nº ${number}`;

/** The rows of the list; while a note is open beside them, only what finds it again. */
function columnsOf(props: NoteListProps, open: boolean): readonly Column<Note>[] {
  const { shown, marked, busy } = props;
  const decides = may("operate");
  const toApprove = shown.ver === "" && decides;
  return [
    ...(toApprove && !open
      ? [
          {
            head: "Marcar",
            kind: "mark" as const,
            cell: (note: Note) => (
              <Check
                bare
                label={`Marcar ${titleOf(note)}`}
                checked={marked.has(note.access_key)}
                onChange={() => props.onMark(note.access_key)}
              />
            ),
          },
        ]
      : []),
    {
      head: "Fornecedor",
      kind: "wide",
      cell: ({ number, series, issued_at }) => (
        <span class="row-more">
          nº {number} · série {series}
          <span class="notes-row-day"> · {day(issued_at)}</span>
        </span>
      ),
    },
    ...(open
      ? []
      : [
          { head: "Emissão", cell: ({ issued_at }: Note) => day(issued_at), desk: true },
          {
            head: "Itens",
            kind: "figure" as const,
            cell: ({ total_items }: Note) => quantity(total_items),
            desk: true,
          },
        ]),
    { head: "Valor", kind: "figure", cell: ({ total_value }) => money(total_value) },
    {
      head: shown.ver === "" ? "Estoque" : "Situação",
      cell: (note) => <Badge {...(shown.ver === "" ? direction(note) : standing(note))} />,
    },
    ...(open || !decides || !["", "pendencias", "todas"].includes(shown.ver)
      ? []
      : [
          {
            head: "Ação",
            kind: "act" as const,
            cell: (note: Note) => {
              if (note.status !== "PENDENTE") return null;
              if (!isReady(note))
                return (
                  <a class="button line small" href={props.address.with({ nota: note.access_key })}>
                    Resolver<span class="hidden"> {titleOf(note)}</span>
                  </a>
                );
              return (
                <Button
                  small
                  busy={busy.has(note.access_key)}
                  title={`Aprovar ${titleOf(note)}`}
                  onClick={() => props.onApprove(note)}
                >
                  Aprovar
                </Button>
              );
            },
          },
        ]),
  ];
}

export function NoteList(props: NoteListProps) {
  const { address, shown, reader } = props;
  const open = address.param("nota");
  return (
    <Rows<Note>
      label={`Notas: ${shown.text}`}
      reader={reader}
      columns={columnsOf(props, open !== "")}
      keyOf={({ access_key }) => access_key}
      hrefOf={({ access_key }) => address.with({ nota: access_key })}
      nameOf={({ supplier_name }) => name(supplier_name)}
      open={open}
      {...(shown.ver === "" && may("operate")
        ? { onMark: ({ access_key }: Note) => props.onMark(access_key) }
        : {})}
      empty={<NothingHere address={address} shown={shown} isNew={props.isNew} />}
    />
  );
}

/** An access key that was searched for. */
const KEY = /^\d{6}[0-9A-Z]{12}\d{26}$/;

/** Nothing was found: why, and what to do next. */
function NothingHere(props: { address: Address; shown: Shown; isNew: boolean }) {
  const { address, shown } = props;
  const wanted = KEY.exec(address.param("busca").replaceAll(/\s/g, ""))?.[0] ?? null;
  if (isFiltered(address))
    return (
      <Empty icon="search" title={`Nenhuma nota com ${whatIsAsked(address)}.`}>
        <p>
          {address.param("busca") !== "" && "Confira o número ou a chave. "}
          {shown.ver !== "todas" && "A nota pode estar em outra situação."}
        </p>
        <p>
          {shown.ver !== "todas" && (
            <>
              <a href={address.with({ ver: "todas" })}>Procurar em todas</a> ·{" "}
            </>
          )}
          <a href={address.with(UNFILTERED)}>
            {address.param("busca") === "" ? "Limpar os filtros" : "Limpar a busca"}
          </a>
          {wanted !== null && may("operate") && (
            <>
              {" · "}
              <a href={`${address.path}?ver=${ANNOUNCED}&chave=${wanted}`}>Buscar na SEFAZ</a>
            </>
          )}
        </p>
      </Empty>
    );
  if (shown.ver === "" && filesOnTheWay.value)
    return (
      <Empty icon="clock" title="Nada a aprovar por enquanto.">
        <p>As notas enviadas aparecem aqui assim que forem conferidas.</p>
      </Empty>
    );
  if (shown.ver === "")
    return (
      <Empty
        icon={props.isNew ? "file-text" : "check"}
        title={props.isNew ? "Nenhuma nota ainda." : "Tudo aprovado."}
      >
        {may("operate") ? (
          <>
            <p class="desk">Solte aqui os XMLs, uma pasta ou o ZIP do mês.</p>
            <p class="phone">Toque em Enviar notas e escolha os XMLs ou o ZIP do mês.</p>
            <p>Cada nota é conferida na hora, e nada entra no estoque sem a sua aprovação.</p>
          </>
        ) : (
          <p>Nenhuma nota espera aprovação.</p>
        )}
      </Empty>
    );
  if (shown.ver === "pendencias")
    return <Empty icon="check" title="Nenhuma nota com pendência. Não há nada a resolver." />;
  return <Empty icon="file-text" title="Nenhuma nota aqui ainda." />;
}
