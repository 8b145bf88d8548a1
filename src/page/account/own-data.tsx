import { useState } from "preact/hooks";
import { useAct } from "../base/act.ts";
import { ask } from "../base/ask.ts";
import { keysOn, setKeysOn } from "../base/keys.ts";
import { notify } from "../base/notices.ts";
import { Refused } from "../base/problem.ts";
import * as say from "../base/say.ts";
import { leave, me, ROLE_NAMES } from "../base/session.ts";
import { compact, type Theme, theme } from "../base/theme.ts";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Check, Field, Segments } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { Card } from "../parts/view.tsx";

const THEMES: readonly { value: Theme; text: string }[] = [
  { value: "auto", text: "Do aparelho" },
  { value: "light", text: "Claro" },
  { value: "dark", text: "Escuro" },
];

/** Meus dados: who I am here, my password, my sessions, and what I chose for this browser. */
export function OwnData() {
  const here = me.value;
  return (
    <>
      <Card title="Meus dados">
        <dl class="account-facts">
          <Fact name="Nome" value={here?.user.name ?? "–"} />
          <Fact name="E-mail" value={here?.user.email ?? "–"} />
          <Fact name="Perfil" value={here === null ? "–" : ROLE_NAMES[here.user.role]} />
          <Fact name="Empresa" value={say.name(here?.company.name)} />
        </dl>
      </Card>
      <Password />
      <Sessions />
      <Card title="Neste navegador">
        <Segments
          label="Tema"
          value={theme.value}
          options={THEMES}
          onChange={(chosen) => {
            theme.value = chosen;
          }}
        />
        <div class="account-checks">
          <div class="desk">
            <Check
              label="Atalhos de uma tecla (j, k, /…)"
              checked={keysOn.value}
              onChange={setKeysOn}
            />
          </div>
          <Check
            label="Linhas compactas"
            checked={compact.value}
            onChange={(on) => {
              compact.value = on;
            }}
          />
        </div>
      </Card>
    </>
  );
}

const Fact = ({ name, value }: { name: string; value: string }) => (
  <div>
    <dt>{name}</dt>
    <dd>{value}</dd>
  </div>
);

function Password() {
  const [current, setCurrent] = useState("");
  const [next, setNext] = useState("");
  const [again, setAgain] = useState("");
  const act = useAct();
  const [asked, setAsked] = useState(false);
  const differ = next !== again;
  const { fault } = act;
  const under = (wanted: string) =>
    fault instanceof Refused && fault.code === wanted ? fault.message : undefined;
  const change = async () => {
    const json = { current_password: current, new_password: next };
    await ask("/api/me/password", { method: "PUT", json });
    for (const clear of [setCurrent, setNext, setAgain]) clear("");
    setAsked(false);
    notify("Senha trocada. Os outros aparelhos terão de entrar de novo.");
  };
  return (
    <Card title="Trocar a senha">
      <form
        class="account-password"
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          setAsked(true);
          if (!differ) act.run(change);
        }}
      >
        <input type="hidden" autocomplete="username" value={me.value?.user.email ?? ""} />
        <Field
          label="Senha atual"
          type="password"
          autocomplete="current-password"
          maxLength={1024}
          value={current}
          onInput={setCurrent}
          problem={under("auth.wrong_password")}
        />
        <Field
          label="Senha nova"
          type="password"
          autocomplete="new-password"
          maxLength={1024}
          value={next}
          onInput={setNext}
          hint="De 10 a 200 caracteres."
          problem={under("auth.weak_password")}
        />
        <Field
          label="Repita a senha nova"
          type="password"
          autocomplete="new-password"
          maxLength={1024}
          value={again}
          onInput={setAgain}
          problem={asked && differ ? "As duas senhas novas não são iguais." : undefined}
        />
        <FormFoot
          fault={fault}
          action="Trocar a senha"
          busy={act.busy}
          disabled={current === "" || next === ""}
        />
      </form>
    </Card>
  );
}

function Sessions() {
  const [asking, setAsking] = useState(false);
  return (
    <Card title="Sessões">
      <p class="account-intro">
        Esta sessão termina em {say.moment(me.value?.expires_at)} se ninguém a usar. Perdeu um
        celular, ou entrou num computador que não é seu? Saia de todos.
      </p>
      <Button icon="log-out" onClick={() => setAsking(true)}>
        Sair de todos os aparelhos
      </Button>
      {asking && (
        <Confirm
          title="Sair de todos os aparelhos?"
          action="Sair de todos"
          danger
          act={async () => {
            await ask("/api/logout", { method: "POST" });
            await leave();
            location.assign("/entrar");
          }}
          onClose={() => setAsking(false)}
        >
          <p>Todas as suas sessões terminam agora, também esta.</p>
        </Confirm>
      )}
    </Card>
  );
}
