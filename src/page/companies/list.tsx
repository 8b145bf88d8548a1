import type { ComponentChildren } from "preact";
import type { z } from "zod";
import type { OverviewSchema } from "../../http/routes/notes/overview.ts";
import { moment, name, taxpayer, wholeUpTo } from "../base/say.ts";
import { me, ROLE_NAMES } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";

export type Company = z.infer<typeof OverviewSchema>["companies"][number];

/** The API counts no further. */
const MOST = 1_000;

interface ListProps {
  readonly companies: readonly Company[];
  /** The company that is being entered. */
  readonly going: number | null;
  readonly onOpen: (company: number, to: string) => void;
}

/** Each company in a line: what waits leads to it, in that company. */
export function Companies({ companies, going, onOpen }: ListProps) {
  const here = me.value?.company.id;
  return (
    <div class="rows companies">
      <table aria-label="Empresas">
        <thead>
          <tr>
            <th scope="col">Empresa</th>
            <th scope="col" class="figure">
              A aprovar
            </th>
            <th scope="col" class="figure">
              Com pendência
            </th>
            <th scope="col">Última nota</th>
            <th scope="col">E-mail</th>
            <th scope="col" class="act">
              <span class="hidden">Abrir</span>
            </th>
          </tr>
        </thead>
        <tbody>
          {companies.map((one) => (
            <tr key={one.id} class={one.id === here ? "is-open" : ""}>
              <CompanyHead of={one}>
                {one.cnpjs.length > 1 && ` e mais ${one.cnpjs.length - 1}`}
              </CompanyHead>
              <td class="figure" data-head="A aprovar">
                <Waiting one={one} many={one.ready} kind="a aprovar" to="/notas" onOpen={onOpen} />
              </td>
              <td class="figure" data-head="Com pendência">
                <Waiting
                  one={one}
                  many={one.held}
                  kind="com pendência"
                  to="/notas?ver=pendencias"
                  tone="hold"
                  onOpen={onOpen}
                />
              </td>
              <td class="companies-last" data-head="Última nota">
                <LastNote one={one} />
              </td>
              <td class="companies-mail" data-head="E-mail">
                <Mailbox mailbox={one.mailbox} />
              </td>
              <td class="act">
                {one.id === here ? (
                  <Badge tone="good" icon="check" text="Aberta" />
                ) : (
                  <Button busy={going === one.id} onClick={() => onOpen(one.id, "/painel")}>
                    Abrir <span class="hidden">{name(one.name)}</span>
                  </Button>
                )}
              </td>
            </tr>
          ))}
        </tbody>
      </table>
    </div>
  );
}

/** The head of a company's line: its name, its first CNPJ, what `children` say of that, and the person's role there. */
export const CompanyHead = (props: { of: Company; children?: ComponentChildren }) => (
  <th scope="row">
    <span class="companies-name">{name(props.of.name)}</span>
    <span class="row-more">
      {props.of.cnpjs[0] === undefined ? "Sem CNPJ" : taxpayer(props.of.cnpjs[0])}
      {props.children} · {ROLE_NAMES[props.of.role]}
    </span>
  </th>
);

/** A count that leads to its list; 0 leads nowhere. */
function Waiting(props: {
  one: Company;
  many: number;
  kind: string;
  to: string;
  tone?: "hold";
  onOpen: ListProps["onOpen"];
}) {
  const { one, many, kind, to } = props;
  if (many === 0) return <span class="quiet">0</span>;
  const text = wholeUpTo(MOST, many);
  return (
    <button
      type="button"
      class={`companies-count ${props.tone ?? ""}`}
      aria-label={`${text} ${kind} em ${name(one.name)}`}
      onClick={() => props.onOpen(one.id, to)}
    >
      {text}
    </button>
  );
}

function LastNote({ one: { last_note: last } }: { one: Company }) {
  if (last === null) return <span class="quiet">Nenhuma ainda</span>;
  return (
    <>
      {name(last.supplier_name)}
      <span class="row-more">
        nº {last.number} · {moment(last.received_at)}
      </span>
    </>
  );
}

function Mailbox({ mailbox }: { mailbox: Company["mailbox"] }) {
  if (mailbox.state === "off") return <span class="quiet">Sem caixa</span>;
  if (mailbox.state === "working") return <Badge tone="good" icon="mail" text="Funciona" />;
  return (
    <>
      <Badge tone="bad" icon="triangle-alert" text="Com falha" />
      <span class="row-more">desde {moment(mailbox.failing_since)}</span>
    </>
  );
}
