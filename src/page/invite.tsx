import { useEffect, useState } from "preact/hooks";
import { useAct } from "./base/act.ts";
import { ask } from "./base/ask.ts";
import { sentenceOfFault } from "./base/problem.ts";
import { name } from "./base/say.ts";
import { Mark } from "./mark.tsx";
import { Button } from "./parts/button.tsx";
import { Field } from "./parts/field.tsx";
import { Icon } from "./parts/icon.tsx";

/** The answer of POST /api/password/set. */
interface Accepted {
  readonly email: string;
  readonly company: { readonly id: number; readonly name: string };
}

/** The token after `#`; empty where the link was damaged on its way. */
function tokenOf(hash: string): string {
  try {
    return decodeURIComponent(hash.slice(1));
  } catch {
    return "";
  }
}

/**
 * Where the link of an invitation leads: `/convite#TOKEN`. What stands after `#` is not sent to a server, so that no log has it.
 * Who is known in another company gives the password in use; who is new chooses one.
 */
export function Invite() {
  const [token] = useState(() => tokenOf(location.hash));
  const [password, setPassword] = useState("");
  const act = useAct();
  const [accepted, setAccepted] = useState<Accepted | null>(null);
  useEffect(() => {
    document.title = "Convite · S.G.E.";
  }, []);
  const submit = async () => {
    const json = { token, password };
    setAccepted(await ask<Accepted>("/api/password/set", { method: "POST", json, open: true }));
  };
  const problem =
    token === ""
      ? "Este link está incompleto. Copie-o inteiro do e-mail ou da mensagem."
      : act.fault === null
        ? null
        : sentenceOfFault(act.fault);
  if (accepted !== null)
    return (
      <main class="outside">
        <section class="card outside-card">
          <Mark />
          <h1>Tudo certo</h1>
          <p>
            {accepted.email} já pode entrar em {name(accepted.company.name)}.
          </p>
          <a class="button main" href="/entrar">
            Entrar
          </a>
        </section>
      </main>
    );
  return (
    <main class="outside">
      <section class="card outside-card">
        <Mark />
        <h1>Sua senha</h1>
        <p class="quiet">
          Escolha a senha com que vai entrar. Se você já usa o S.G.E. em outra empresa, escreva a
          senha que já tem.
        </p>
        <form
          class="login"
          noValidate
          onSubmit={(event) => {
            event.preventDefault();
            if (token !== "") act.run(submit);
          }}
        >
          <Field
            label="Senha"
            type="password"
            name="password"
            autocomplete="new-password"
            maxLength={1024}
            value={password}
            onInput={setPassword}
            hint="De 10 a 200 caracteres."
          />
          <div role="alert" class="login-problem">
            {problem !== null && (
              <p>
                <Icon name="circle-x" />
                {problem}
              </p>
            )}
          </div>
          <Button kind="main" type="submit" busy={act.busy} disabled={token === ""}>
            Salvar a senha
          </Button>
        </form>
      </section>
    </main>
  );
}
