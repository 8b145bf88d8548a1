import { useEffect, useState } from "preact/hooks";
import type { z } from "zod";
import type { EmailConfigSchema } from "../../http/routes/accounts/email-config.ts";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { useOld } from "../base/live.ts";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import * as say from "../base/say.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Check, Field } from "../parts/field.tsx";
import { Copy, ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import { Lines } from "./lines.tsx";

type Config = z.infer<typeof EmailConfigSchema>;
const KEPT = "********";

/** What a person writes; the rest of the answer is read only. */
const draftOf = (config: Config) => ({
  imap_host: config.imap_host,
  imap_port: String(config.imap_port),
  imap_user: config.imap_user,
  imap_password: config.imap_password,
  imap_folder: config.imap_folder,
  imap_allowed_senders: config.imap_allowed_senders.replaceAll(/,\s*/g, "\n"),
  imap_subject_filter: config.imap_subject_filter,
  use_tls: config.use_tls,
  active: config.active,
});
type Draft = ReturnType<typeof draftOf>;

const bodyOf = (draft: Draft) => ({
  ...draft,
  imap_port: Number(draft.imap_port),
  imap_allowed_senders: draft.imap_allowed_senders
    .trim()
    .split(/[\s,;]+/)
    .join(", "),
});

/** E-mail: the address that receives notes, and the mailbox that is read. */
export default function MailSection() {
  const read = useRead<Config>("/api/config/email");
  useOld(["mailbox.", "job."], read.again);
  if (read.value === null)
    return read.fault === null ? (
      <Skeleton lines={8} />
    ) : (
      <ErrorBar fault={read.fault} again={read.again} />
    );
  return (
    <>
      <Address config={read.value} again={read.again} />
      <Mailbox config={read.value} again={read.again} />
      <Recent recent={read.value.recent} />
    </>
  );
}

function Address({ config, again }: { config: Config; again: () => void }) {
  const [asking, setAsking] = useState(false);
  const act = useAct();
  const renew = async () => {
    await ask("/api/config/email/address", { method: "POST", key: newKey() });
    again();
  };
  return (
    <Card title="Endereço para encaminhar notas">
      {config.intake_address === null ? (
        <p class="quiet admin-intro">
          A empresa ainda não tem um endereço. Com ele, o fornecedor ou o seu e-mail encaminha o XML
          e a nota aparece aqui, conferida.
        </p>
      ) : (
        <>
          <div class="admin-once">
            <input class="code" readOnly value={config.intake_address} aria-label="Endereço" />
            <Copy text={config.intake_address} what="o endereço" />
          </div>
          <p class="quiet small admin-intro">
            Dê este endereço aos fornecedores, ou crie no seu e-mail uma regra que encaminha as
            notas. Só os remetentes autorizados abaixo são aceitos.
          </p>
        </>
      )}
      <ErrorBar fault={act.fault} />
      <footer class="dialog-foot">
        <Button
          busy={act.busy}
          onClick={() => (config.intake_address === null ? act.run(renew) : setAsking(true))}
        >
          {config.intake_address === null ? "Criar o endereço" : "Trocar o endereço"}
        </Button>
      </footer>
      {asking && (
        <Confirm
          title="Trocar o endereço?"
          action="Trocar"
          danger
          act={renew}
          onClose={() => setAsking(false)}
        >
          <p>O endereço de agora deixa de receber notas. Avise quem o usa.</p>
        </Confirm>
      )}
    </Card>
  );
}

function Mailbox({ config, again }: { config: Config; again: () => void }) {
  const [draft, setDraft] = useState(() => draftOf(config));
  const [result, setResult] = useState("");
  const act = useAct();
  const trial = useAct();
  const saved = JSON.stringify(draftOf(config));
  useEffect(() => setDraft(draftOf(config)), [saved]);
  const problem = (field: keyof Draft) => act.problem(field) ?? trial.problem(field);
  const change = (members: Partial<Draft>) => {
    setDraft({ ...draft, ...members });
    setResult("");
  };
  const text = (
    field: "imap_host" | "imap_port" | "imap_user" | "imap_folder" | "imap_subject_filter",
  ) => ({
    value: draft[field],
    onInput: (value: string) => change({ [field]: value }),
    problem: problem(field),
  });
  const reads = config.reads_mailboxes;
  return (
    <Card title={reads ? "Remetentes e caixa de e-mail" : "Remetentes"}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          act.run(async () => {
            await ask("/api/config/email", { method: "PUT", json: bodyOf(draft) });
            again();
            notify("Configuração de e-mail salva.");
          });
        }}
      >
        <Lines
          label="Remetentes autorizados"
          value={draft.imap_allowed_senders}
          onInput={(value) => change({ imap_allowed_senders: value })}
          hint="Um endereço (nfe@fornecedor.com.br) ou domínio (fornecedor.com.br) por linha. Sem nenhum, ninguém é aceito."
          problem={problem("imap_allowed_senders")}
        />
        {!reads && (
          <p class="quiet small admin-intro">
            Este servidor não consulta caixas de e-mail (IMAP): as notas chegam pelo endereço acima.
          </p>
        )}
        {reads && (
          <>
            <Check
              label="Ler uma caixa de e-mail (IMAP) da empresa"
              checked={draft.active}
              onChange={(active) => change({ active })}
            />
            {draft.active && (
              <>
                <div class="admin-pair">
                  <Field label="Servidor" maxLength={253} {...text("imap_host")} />
                  <Field label="Porta" inputMode="numeric" maxLength={5} {...text("imap_port")} />
                  <Field label="Usuário" maxLength={254} {...text("imap_user")} />
                  <Field
                    label="Senha"
                    type="password"
                    autocomplete="new-password"
                    maxLength={1024}
                    value={draft.imap_password}
                    onInput={(imap_password) => change({ imap_password })}
                    hint={
                      draft.imap_password === KEPT
                        ? "Há uma senha salva; ela não é mostrada."
                        : undefined
                    }
                    problem={problem("imap_password")}
                  />
                  <Field label="Pasta" maxLength={255} {...text("imap_folder")} />
                  <Field
                    label="Só com este assunto (opcional)"
                    maxLength={200}
                    {...text("imap_subject_filter")}
                  />
                </div>
                <Check
                  label="Conexão segura (TLS)"
                  checked={draft.use_tls}
                  onChange={(use_tls) => change({ use_tls })}
                />
              </>
            )}
          </>
        )}
        <ErrorBar fault={act.fault ?? trial.fault} />
        <p role="status" class="good">
          {result}
        </p>
        <footer class="dialog-foot">
          {reads && draft.active && (
            <Button
              busy={trial.busy}
              onClick={() =>
                trial.run(async () => {
                  setResult("");
                  await ask("/api/config/email/test", { method: "POST", json: bodyOf(draft) });
                  setResult("A caixa respondeu e a pasta foi aberta. Nada foi alterado nela.");
                })
              }
            >
              Testar a conexão
            </Button>
          )}
          <Button
            type="submit"
            kind="main"
            busy={act.busy}
            disabled={saved === JSON.stringify(draft)}
          >
            Salvar
          </Button>
        </footer>
      </form>
    </Card>
  );
}

function Recent({ recent }: { recent: Config["recent"] }) {
  return (
    <Card title="Últimas mensagens">
      {recent.length === 0 && <p class="quiet">Nenhuma mensagem chegou ainda.</p>}
      <ul class="admin-list">
        {recent.map((mail) => (
          <li key={`${mail.received_at} ${mail.sender} ${mail.job_id ?? mail.code}`}>
            <div class="admin-main">
              <b>{mail.sender}</b>
              <span class="quiet small">
                {say.moment(mail.received_at)} ·{" "}
                {mail.way === "imap" ? "caixa de e-mail" : "endereço"}
                {mail.message !== null && ` · ${say.masked(mail.message)}`}
              </span>
            </div>
            {mail.code === null ? (
              <Badge tone="good" icon="check" text="Recebida" />
            ) : (
              <Badge tone="bad" icon="circle-x" text="Recusada" />
            )}
          </li>
        ))}
      </ul>
    </Card>
  );
}
