import { useEffect, useRef, useState } from "preact/hooks";
import { Refused, sentenceOfFault } from "./base/problem.ts";
import { enter, readMe } from "./base/session.ts";
import { Button } from "./parts/button.tsx";
import { Field } from "./parts/field.tsx";
import { Icon } from "./parts/icon.tsx";

const NOT_KEPT =
  "Este endereço não é seguro (http), e o navegador não guarda a entrada. Abra o sistema por https:// ou neste computador.";

/** E-mail and password, with every refusal under them. Used by the login and by the dialog of a session that ended. */
export function LoginForm(props: { email?: string; onEntered: () => void }) {
  const [email, setEmail] = useState(props.email ?? "");
  const [password, setPassword] = useState("");
  const [shown, setShown] = useState(false);
  const [busy, setBusy] = useState(false);
  const [problem, setProblem] = useState<string | null>(null);
  const [until, setUntil] = useState(0);
  const seconds = useCountdown(until);
  const [emailField, passwordField] = [
    useRef<HTMLInputElement>(null),
    useRef<HTMLInputElement>(null),
  ];
  const locked = props.email !== undefined;
  useEffect(() => {
    (locked ? passwordField : emailField).current?.focus();
  }, [locked]);
  const refused = (fault: unknown) => {
    setBusy(false);
    if (fault instanceof Refused && fault.status === 429)
      setUntil(Date.now() + (fault.retryAfterS ?? 30) * 1000);
    else setProblem(sentenceOfFault(fault));
    passwordField.current?.focus();
    passwordField.current?.select();
  };
  const submit = async (event: Event) => {
    event.preventDefault();
    if (busy || seconds > 0) return;
    if (email.trim() === "" || password === "") {
      setProblem(email.trim() === "" ? "Escreva o seu e-mail" : "Escreva a sua senha");
      return (email.trim() === "" ? emailField : passwordField).current?.focus();
    }
    setBusy(true);
    setProblem(null);
    try {
      await enter(email.trim(), password);
    } catch (fault) {
      return refused(fault);
    }
    try {
      await readMe();
      props.onEntered();
    } catch (fault) {
      setBusy(false);
      const notKept = fault instanceof Refused && fault.status === 401;
      setProblem(notKept ? NOT_KEPT : sentenceOfFault(fault));
    }
  };
  const sentence = seconds > 0 ? `Muitas tentativas. Tente de novo em ${seconds} s.` : problem;
  return (
    <form class="login" onSubmit={(event) => void submit(event)} noValidate>
      <Field
        label="E-mail"
        type="email"
        name="email"
        autocomplete="username"
        maxLength={254}
        value={email}
        readOnly={locked}
        onInput={setEmail}
        inputRef={emailField}
      />
      <Field
        label="Senha"
        type={shown ? "text" : "password"}
        name="password"
        autocomplete="current-password"
        maxLength={1024}
        value={password}
        onInput={setPassword}
        inputRef={passwordField}
        beside={
          <Button
            icon={shown ? "eye-off" : "eye"}
            kind="plain"
            bare
            onClick={() => setShown(!shown)}
          >
            {shown ? "Esconder a senha" : "Mostrar a senha"}
          </Button>
        }
      />
      <div role="alert" class="login-problem">
        {sentence !== null && (
          <p>
            <Icon name="circle-x" />
            {sentence}
          </p>
        )}
      </div>
      <Button kind="main" type="submit" busy={busy} disabled={seconds > 0}>
        Entrar
      </Button>
    </form>
  );
}

/** Seconds until a moment (milliseconds), 0 after it. */
function useCountdown(until: number): number {
  const [now, setNow] = useState(Date.now());
  useEffect(() => {
    setNow(Date.now());
    if (until <= Date.now()) return;
    const timer = setInterval(() => {
      setNow(Date.now());
      if (Date.now() >= until) clearInterval(timer);
    }, 500);
    return () => clearInterval(timer);
  }, [until]);
  return Math.max(0, Math.ceil((until - now) / 1000));
}
