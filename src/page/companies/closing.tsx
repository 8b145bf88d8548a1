import { useState } from "preact/hooks";
import { useAddress } from "../base/address.ts";
import { closedMonth, today } from "../base/months.ts";
import { Refused, sentenceOfFault } from "../base/problem.ts";
import { count, month as monthText, name } from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Check as Tick } from "../parts/field.tsx";
import { MonthSelect } from "../parts/month-select.tsx";
import { type Company, CompanyHead } from "./list.tsx";
import {
  type Check,
  type Downloads,
  type Got,
  type Said,
  useDownloads,
  useMonth,
} from "./month.ts";

/** Of each check what it has found, of one and of more; all that waits is asked for, so that `held` has what is not in stock. */
const WORDS: Readonly<
  Record<Exclude<Check, "not_in_stock">, readonly [one: string, more: string]>
> = {
  not_here: ["nota na SEFAZ e não aqui", "notas na SEFAZ e não aqui"],
  summary_only: ["manifestada sem o XML", "manifestadas sem o XML"],
  statement_due: ["manifestação a vencer", "manifestações a vencer"],
  held: ["nota pendente", "notas pendentes"],
  no_protocol: ["sem protocolo", "sem protocolo"],
  own_number_gap: ["falta na numeração própria", "faltas na numeração própria"],
  waiting_event: ["evento sem a nota", "eventos sem a nota"],
  cancelled_after_entry: ["cancelada depois de entrar", "canceladas depois de entrar"],
  nsu_parked: ["documento da SEFAZ ilegível", "documentos da SEFAZ ilegíveis"],
  nsu_gap: ["intervalo de NSU sem documento", "intervalos de NSU sem documento"],
  supplier_number_gap: ["possível falta de fornecedor", "possíveis faltas de fornecedores"],
  discarded: ["descartada", "descartadas"],
  not_here_void: ["cancelada que não veio", "canceladas que não vieram"],
};

/** Stands for something to do before the month is closed; the other checks are only to be looked at. */
const TO_DO: readonly Check[] = [
  "not_here",
  "summary_only",
  "statement_due",
  "held",
  "no_protocol",
  "own_number_gap",
  "waiting_event",
  "nsu_parked",
];

interface ClosingProps {
  readonly companies: readonly Company[];
  readonly onOpen: (company: number, to: string) => void;
}

/** The closing of a month of many companies: what is missing in each, and the files of those that are chosen. */
export function Closing({ companies, onOpen }: ClosingProps) {
  const address = useAddress();
  const month = closedMonth(address.param("mes"));
  const begun = `${month}-01` <= today();
  const { said, again } = useMonth(month, begun ? companies.map(({ id }) => id) : []);
  const downloads = useDownloads(month);
  const [left, setLeft] = useState<ReadonlySet<number>>(new Set());
  const open = companies.filter(({ id }) => !isOut(said.get(id)));
  const chosen = open.filter(({ id }) => !left.has(id));
  const choose = (ids: readonly number[], take: boolean) => {
    const next = new Set(left);
    for (const id of ids) {
      if (take) next.delete(id);
      else next.add(id);
    }
    setLeft(next);
  };
  const read = companies.filter(({ id }) => said.has(id)).length;
  return (
    <section class="companies-closing" aria-label={`Fechamento de ${monthText(month)}`}>
      <div class="companies-closing-head">
        <MonthSelect value={month} onChange={(mes) => address.set({ mes }, true)} />
        <p role="status">
          {!begun && "Este mês ainda não começou."}
          {begun && read < companies.length && `${read} de ${companies.length} conferidas…`}
          {begun && read === companies.length && summary(companies.map(({ id }) => said.get(id)))}
        </p>
        {begun && (
          <Take
            downloads={downloads}
            many={chosen.length}
            onStart={() => downloads.start(chosen.map(({ id }) => id))}
          />
        )}
      </div>
      {begun && (
        <div class="rows companies">
          <table aria-label="Fechamento por empresa">
            <thead>
              <tr>
                <th scope="col" class="mark">
                  <Tick
                    bare
                    label="Todas as empresas"
                    checked={chosen.length === open.length}
                    onChange={(take) =>
                      choose(
                        open.map(({ id }) => id),
                        take,
                      )
                    }
                  />
                </th>
                <th scope="col">Empresa</th>
                <th scope="col">O que falta</th>
                <th scope="col">Arquivo</th>
                <th scope="col" class="act">
                  <span class="hidden">Abrir</span>
                </th>
              </tr>
            </thead>
            <tbody>
              {companies.map((one) => (
                <tr key={one.id}>
                  <td class="mark">
                    <Tick
                      bare
                      label={name(one.name)}
                      checked={chosen.includes(one)}
                      disabled={!open.includes(one)}
                      onChange={(take) => choose([one.id], take)}
                    />
                  </td>
                  <CompanyHead of={one} />
                  <td class="companies-last" data-head="O que falta">
                    <Missing said={said.get(one.id)} again={() => again(one.id)} />
                  </td>
                  <td class="companies-file" data-head="Arquivo">
                    <File
                      got={downloads.got.get(one.id)}
                      idle={downloads.running === null}
                      again={() => downloads.start([one.id])}
                    />
                  </td>
                  <td class="act">
                    <Button
                      small
                      onClick={() => onOpen(one.id, `/exportacoes?ver=fechamento&mes=${month}`)}
                    >
                      Abrir <span class="hidden">{name(one.name)}</span>
                    </Button>
                  </td>
                </tr>
              ))}
            </tbody>
          </table>
        </div>
      )}
    </section>
  );
}

/** Whether a month was read and nothing is to be done in it. */
const isReady = (said: Said | undefined): boolean =>
  said !== undefined &&
  "found" in said &&
  TO_DO.every((check) => (said.found.get(check) ?? 0) === 0);

const isFault = (said: Said | undefined): boolean => said !== undefined && "fault" in said;

/** The person is no longer in this company: asking again changes nothing. */
const isClosedTo = (fault: unknown): boolean =>
  fault instanceof Refused && fault.code === "company.not_found";
const isOut = (said: Said | undefined): boolean =>
  said !== undefined && "fault" in said && isClosedTo(said.fault);

/** How many companies are how far; what no company is, is not said. */
function summary(all: readonly (Said | undefined)[]): string {
  const ready = all.filter(isReady).length;
  const out = all.filter(isOut).length;
  const failed = all.filter(isFault).length - out;
  const parts: readonly (readonly [many: number, text: string])[] = [
    [ready, count(ready, "empresa sem nada a fazer", "empresas sem nada a fazer")],
    [all.length - ready - failed - out, `${all.length - ready - failed - out} a conferir`],
    [out, `${out} sem acesso`],
    [failed, `${failed} sem resposta`],
  ];
  const said = parts.flatMap(([many, text]) => (many === 0 ? [] : [text]));
  return said.length === 0 ? "" : `${said.join(", ")}.`;
}

function Take(props: { downloads: Downloads; many: number; onStart: () => void }) {
  const { running, stop } = props.downloads;
  if (running === null)
    return (
      <Button kind="main" icon="download" disabled={props.many === 0} onClick={props.onStart}>
        {`Baixar o mês de ${count(props.many, "empresa", "empresas")}`}
      </Button>
    );
  return (
    <div class="companies-progress">
      <label>
        {`Baixando ${running.through + 1} de ${running.all}`}
        <progress max={running.all} value={running.through} />
      </label>
      <Button icon="x" onClick={stop}>
        Cancelar
      </Button>
    </div>
  );
}

/** What the checks have found, what is to be done first. */
function Missing({ said, again }: { said: Said | undefined; again: () => void }) {
  if (said === undefined) return <span class="quiet">Conferindo…</span>;
  if ("fault" in said) return <Fault fault={said.fault} again={again} />;
  const found = Object.entries(WORDS).flatMap(([check, [one, more]]) => {
    const many = new Map<string, number>(said.found).get(check) ?? 0;
    return many === 0 ? [] : [count(many, one, more)];
  });
  const blind = BLIND[said.fetching];
  if (found.length === 0 && blind === null)
    return <Badge tone="good" icon="check" text="Nada falta" />;
  return (
    <>
      {found.length === 0 ? (
        <Badge tone="plain" icon="info" text="Nada falta do que está aqui" />
      ) : isReady(said) ? (
        <Badge tone="good" icon="check" text="Nada a fazer" />
      ) : (
        <Badge tone="hold" icon="triangle-alert" text="A conferir" />
      )}
      <span class="row-more">{[...found, blind].filter((one) => one !== null).join(" · ")}</span>
    </>
  );
}

/** That nothing was found says little where the tax office was not asked. */
const BLIND = {
  all: null,
  some: "busca na SEFAZ desligada para parte dos CNPJs",
  none: "busca na SEFAZ desligada",
} as const;

function File(props: { got: Got | undefined; idle: boolean; again: () => void }) {
  const { got, idle, again } = props;
  if (got === undefined) return <span class="quiet">–</span>;
  if (got === "working") return <Badge tone="wait" icon="download" text="Baixando" />;
  if (got === "done") return <Badge tone="good" icon="check" text="Baixado" />;
  return <Fault fault={got.fault} again={idle ? again : undefined} />;
}

function Fault({ fault, again }: { fault: unknown; again: (() => void) | undefined }) {
  if (isClosedTo(fault))
    return (
      <>
        <Badge tone="plain" icon="ban" text="Sem acesso" />
        <span class="row-more">{sentenceOfFault(fault)}</span>
      </>
    );
  return (
    <>
      <Badge tone="bad" icon="circle-x" text="Não deu certo" />
      <span class="row-more">{sentenceOfFault(fault)}</span>
      {again !== undefined && (
        <Button small kind="plain" onClick={again}>
          Tentar de novo
        </Button>
      )}
    </>
  );
}
