import { useState } from "preact/hooks";
import { useOld } from "../base/live.ts";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import { moment, taxpayer, whole } from "../base/say.ts";
import {
  answerText,
  blockText,
  FETCHING,
  type Fetching,
  type FetchingList,
  useFetchNow,
} from "../base/tax-office.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Empty, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card, Figures } from "../parts/view.tsx";
import { AwarenessRule } from "./awareness-rule.tsx";
import type { Company } from "./company.tsx";
import { Parked } from "./parked.tsx";
import { SwitchOn, switched } from "./switch-on.tsx";

/** SEFAZ: which CNPJs the notes are fetched for, how far it is, and what the company states by itself. */
export default function Sefaz() {
  const fetching = useRead<FetchingList>(FETCHING);
  const company = useRead<Company>("/api/company");
  useOld(["sefaz.", "certificate.", "nfe.announced", "company."], fetching.again);
  const [adding, setAdding] = useState<string | null>(null);
  const rows = fetching.value?.data ?? [];
  const own = company.value?.cnpjs ?? [];
  const free = own.filter((cnpj) => !rows.some((one) => one.cnpj === cnpj));
  const parked = rows.reduce((many, one) => many + one.parked, 0);
  return (
    <>
      <Card
        title="Busca de notas na SEFAZ"
        beside={
          own.length > 0 && (
            <Button icon="plus" kind="main" onClick={() => setAdding(free[0] ?? "")}>
              Ligar um CNPJ
            </Button>
          )
        }
      >
        <p class="quiet admin-intro">
          Toda nota emitida contra um CNPJ fica 90 dias na SEFAZ. Ligada, a busca pergunta uma vez
          por hora e traz o que houver; os limites da SEFAZ são respeitados.
        </p>
        <ErrorBar fault={fetching.fault} again={fetching.again} />
        <ErrorBar fault={company.fault} again={company.again} />
        {fetching.value === null && fetching.fault === null && <Skeleton lines={3} />}
        {fetching.value !== null && rows.length === 0 && (
          <Empty icon="download" title="Nenhum CNPJ ligado.">
            {company.value !== null && own.length === 0 ? (
              <p>
                Primeiro cadastre os CNPJs da empresa em <a href="/admin">Empresa</a>.
              </p>
            ) : (
              <p>
                Cadastre o certificado A1 em <a href="/admin?ver=certificado">Certificado</a>, ou
                use o agente (sge sefaz run) em uma máquina da empresa, e ligue o CNPJ aqui.
              </p>
            )}
          </Empty>
        )}
        <ul class="admin-fetching">
          {rows.map((one) => (
            <State
              key={`${one.cnpj} ${one.environment}`}
              state={one}
              again={fetching.again}
              onOn={() => setAdding(one.cnpj)}
            />
          ))}
        </ul>
      </Card>
      <AwarenessRule />
      {parked > 0 && <Parked key={parked} again={fetching.again} />}
      {adding !== null && company.value !== null && (
        <SwitchOn
          cnpj={adding}
          known={rows}
          environment={company.value.environment}
          onClose={() => setAdding(null)}
          done={fetching.again}
        />
      )}
    </>
  );
}

function State(props: { state: Fetching; again: () => void; onOn: () => void }) {
  const { state, again } = props;
  const { busy, now } = useFetchNow(state, again);
  const [off, setOff] = useState(false);
  const block = blockText(state);
  const troubles = [
    state.failing_since === null ? null : `A busca falha desde ${moment(state.failing_since)}.`,
    block,
    state.paused
      ? "Há processamentos demais em andamento. A busca continua quando terminarem."
      : null,
  ].filter((one) => one !== null);
  return (
    <li>
      <div class="admin-fetching-head">
        <h3>{taxpayer(state.cnpj)}</h3>
        <span class="quiet small">
          {state.uf} · {state.environment === "production" ? "produção" : "homologação"}
        </span>
        <Standing state={state} />
      </div>
      {state.active && (
        <>
          {troubles.length > 0 && <p class="admin-others small">{troubles.join(" ")}</p>}
          {!state.certificate && (
            <p class={`small ${awaitsAgent(state) ? "admin-others" : "quiet"}`}>
              <span>
                Sem certificado válido neste servidor, a busca só anda com o agente (sge sefaz run)
                ligado em uma máquina da empresa. Cadastre o certificado em{" "}
                <a href="/admin?ver=certificado">Certificado</a>, ou deixe o agente ligado.
              </span>
            </p>
          )}
        </>
      )}
      <p class="small admin-fetching-answer">
        {state.last_answer === null
          ? "A SEFAZ ainda não foi consultada."
          : `Última resposta, ${moment(state.last_answer.at)}: ${answerText(state.last_answer.code, state.last_answer.text)}`}
      </p>
      <Figures
        figures={[
          { label: "Próxima consulta", value: moment(state.next_at) },
          {
            label: "Documentos lidos (NSU)",
            value: `${whole(state.ult_nsu)} de ${whole(state.max_nsu)}`,
          },
          { label: "Notas pedidas, esperando", value: whole(state.waiting) },
          { label: "Pedidos que ainda cabem nesta hora", value: `${whole(state.asks_left)} de 20` },
        ]}
      />
      <div class="admin-acts">
        {state.active ? (
          <>
            <Button
              small
              icon="refresh-cw"
              busy={busy}
              disabled={block !== null}
              {...(block === null ? {} : { title: `Só depois de ${moment(state.blocked_until)}` })}
              onClick={now}
            >
              Buscar agora
            </Button>
            <Button small icon="ban" onClick={() => setOff(true)}>
              Desligar
            </Button>
          </>
        ) : (
          <Button small icon="check" onClick={props.onOn}>
            Ligar
          </Button>
        )}
      </div>
      {off && (
        <Confirm
          title={`Desligar a busca de ${taxpayer(state.cnpj)}?`}
          action="Desligar"
          onClose={() => setOff(false)}
          act={async () => {
            await switched(state, false);
            again();
            notify("Busca desligada.");
          }}
        >
          <p>
            As notas deste CNPJ deixam de chegar sozinhas. O que já foi lido fica, e ao ligar de
            novo a busca continua dali; na SEFAZ cada nota fica 90 dias.
          </p>
        </Confirm>
      )}
    </li>
  );
}

/** Calls are made each hour: without a certificate here, and with none for so long, no agent makes them. */
const AGENT_AWAY_MS = 2 * 3_600_000;
const awaitsAgent = ({ certificate, last_answer }: Fetching): boolean =>
  !certificate && (last_answer === null || Date.now() - Date.parse(last_answer.at) > AGENT_AWAY_MS);

function Standing({ state }: { state: Fetching }) {
  if (!state.active) return <Badge tone="plain" icon="ban" text="Desligada" />;
  if (state.failing_since !== null)
    return <Badge tone="bad" icon="triangle-alert" text="Falhando" />;
  if (state.blocked_until !== null) return <Badge tone="hold" icon="clock" text="Bloqueada" />;
  if (state.paused) return <Badge tone="hold" icon="clock" text="Em pausa" />;
  if (awaitsAgent(state)) return <Badge tone="hold" icon="clock" text="Esperando o agente" />;
  if (state.last_answer === null) return <Badge tone="wait" icon="clock" text="Começando" />;
  return state.ult_nsu < state.max_nsu ? (
    <Badge tone="wait" icon="download" text="Buscando" />
  ) : (
    <Badge tone="good" icon="check" text="Em dia" />
  );
}
