import type { z } from "zod";
import type { AuditLogSchema } from "../../http/routes/accounts/audit.ts";
import type { UserSchema } from "../../http/routes/accounts/users.ts";
import { useAddress } from "../base/address.ts";
import { usePages } from "../base/pages.ts";
import { useRead } from "../base/read.ts";
import * as say from "../base/say.ts";
import { Button } from "../parts/button.tsx";
import { Field, Select } from "../parts/field.tsx";
import { Icon } from "../parts/icon.tsx";
import { Copy, Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import { detailWords } from "./audit-words.ts";

type Log = z.infer<typeof AuditLogSchema>;
type Line = Log["data"][number];

const ACTIONS = [
  { value: "", text: "Tudo" },
  { value: "CREATE", text: "Criou" },
  { value: "UPDATE", text: "Alterou" },
  { value: "DELETE", text: "Excluiu" },
  { value: "REFUSE", text: "Foi recusado" },
  { value: "LOGIN", text: "Entrou" },
  { value: "EXPORT", text: "Exportou" },
  { value: "nfe.process", text: "Lançou nota no estoque" },
  { value: "nfe.reverse", text: "Estornou nota" },
  { value: "nfe.discard", text: "Descartou nota" },
  { value: "movement.create", text: "Lançou movimento" },
  { value: "company.update", text: "Alterou a empresa" },
  { value: "login.failed", text: "Errou a senha" },
] as const;

/** Auditoria: who did what, and when; each line is bound to the one before it. */
export default function Audit() {
  const { param, set } = useAddress();
  const filter = new URLSearchParams();
  const names = { de: "from", ate: "to", quem: "user_id", acao: "action", objeto: "entity_id" };
  for (const [own, name] of Object.entries(names))
    if (param(own) !== "") filter.set(name, param(own));
  const users = useRead<readonly z.infer<typeof UserSchema>[]>("/api/users");
  const log = usePages<Line, Log>(`/api/audit/logs?${filter.toString()}`);
  const change = (own: string) => (value: string) => set({ [own]: value }, true);
  const people = (users.value ?? []).map(({ id, name, email }) => ({
    value: String(id),
    text: name ?? email,
  }));
  return (
    <>
      <Card
        title="Auditoria"
        beside={
          <a class="button line" href={`/api/export/audit?${filter.toString()}`} download>
            <Icon name="download" />
            CSV
          </a>
        }
      >
        <div class="admin-filters">
          <Field label="De" type="date" value={param("de")} onInput={change("de")} />
          <Field label="Até" type="date" value={param("ate")} onInput={change("ate")} />
          <Select
            label="Quem"
            value={param("quem")}
            options={[{ value: "", text: "Todos" }, ...people]}
            onChange={change("quem")}
          />
          <Select
            label="O quê"
            value={param("acao")}
            options={[
              ...ACTIONS,
              ...(ACTIONS.some(({ value }) => value === param("acao"))
                ? []
                : [{ value: param("acao"), text: param("acao") }]),
            ]}
            onChange={change("acao")}
          />
          <Field
            label="Nota, produto ou outro objeto"
            value={param("objeto")}
            onInput={change("objeto")}
            maxLength={200}
          />
        </div>
        <ErrorBar fault={log.fault} again={log.again} />
        {log.busy && log.first === null && log.fault === null && <Skeleton lines={8} />}
        {!log.busy && log.rows.length === 0 && log.fault === null && (
          <Empty icon="history" title="Nada encontrado.">
            {log.hasMore
              ? "A busca ainda não chegou ao começo: mostre mais."
              : "Mude o período ou a pessoa."}
          </Empty>
        )}
        <ul class="admin-list" aria-label="Linhas da auditoria" aria-busy={log.busy}>
          {log.rows.map((line) => (
            <LineRow key={line.id} line={line} />
          ))}
        </ul>
        {log.hasMore && (
          <Button busy={log.busy} onClick={log.readMore}>
            Mostrar mais
          </Button>
        )}
      </Card>
      {log.first !== null && <Chain chain={log.first.chain} />}
    </>
  );
}

function LineRow({ line }: { line: Line }) {
  const who =
    line.user === null
      ? line.user_id === null
        ? "O sistema"
        : `Usuário ${line.user_id}`
      : (line.user.name ?? line.user.email);
  const words = detailWords(line.code, line.new_values);
  return (
    <li>
      <details class="admin-line">
        <summary>
          <span class="admin-main">
            <b>{say.masked(line.description)}</b>
            <span class="quiet small">
              {who}
              {line.key_id !== null && " por uma chave de API"} · {say.moment(line.created_at)}
            </span>
          </span>
        </summary>
        {words.length > 0 && <p class="admin-detail">{words.join("; ")}</p>}
        <details class="admin-technical">
          <summary>Detalhes técnicos</summary>
          <dl class="admin-facts">
            <Fact name="Ação" value={line.code} />
            <Fact name="Objeto" value={line.entity_id} />
            <Fact name="Endereço de rede" value={line.ip_address} />
            <Fact name="Pedido" value={line.request_id} />
            <Fact name="Número da linha" value={line.seq === null ? null : String(line.seq)} />
            <Fact name="Como foi gravado" value={line.new_values} />
          </dl>
        </details>
      </details>
    </li>
  );
}

const Fact = ({ name, value }: { name: string; value: string | null }) =>
  value === null || value === "" ? null : (
    <div>
      <dt>{name}</dt>
      <dd class="code">{value}</dd>
    </div>
  );

/** The head of the chain, to be noted elsewhere: who rewrites the log cannot change what was noted. */
function Chain({ chain }: { chain: Log["chain"] }) {
  return (
    <Card title="Prova de que a auditoria não foi alterada">
      {chain.seq === 0 ? (
        <p class="quiet">Ainda não há o que guardar: toda linha é selada em instantes.</p>
      ) : (
        <>
          <p>
            Linha {say.whole(chain.seq)}, de {say.moment(chain.chained_at)}:
          </p>
          <p class="admin-once">
            <code class="admin-hash">{chain.hash}</code>
            <Copy text={`${chain.seq} ${chain.hash}`} what="a prova" />
          </p>
          <p class="quiet small">
            Cada linha leva o resumo (SHA-256) da anterior. Guarde este valor fora do sistema: com
            ele, <code>sge verify --audit-head</code> mostra se alguém reescreveu o passado.
          </p>
        </>
      )}
    </Card>
  );
}
