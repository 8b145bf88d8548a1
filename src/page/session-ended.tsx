import { useState } from "preact/hooks";
import { me } from "./base/me.ts";
import { remembered } from "./base/session.ts";
import { resumeSession, sessionEnded } from "./base/session-end.ts";
import { LoginForm } from "./login-form.tsx";
import { Dialog } from "./parts/dialog.tsx";

/** Over the page while the session is over: what is typed below it stays, and requests go on after the same person has entered. */
export function SessionEnded() {
  return sessionEnded.value ? <EnterAgain /> : null;
}

function EnterAgain() {
  const [before] = useState(() => me.peek());
  const email = remembered()?.user.email;
  const entered = () => {
    const now = me.peek();
    const same = before?.user.id === now?.user.id && before?.company.id === now?.company.id;
    // The waiting requests are the first person's: another one must not send them.
    if (same) resumeSession();
    else location.reload();
  };
  return (
    <Dialog title="Sua sessão terminou">
      <p>Entre de novo para continuar. O que você digitou continua aqui.</p>
      <LoginForm {...(email === undefined ? {} : { email })} onEntered={entered} />
      <p class="quiet small">
        <a href="/entrar" target="_self" onClick={otherPerson}>
          Entrar como outra pessoa
        </a>
      </p>
    </Dialog>
  );
}

/** Another person begins at the login: nothing of the first one's view stays. */
function otherPerson(event: Event): void {
  event.preventDefault();
  localStorage.removeItem("sge.me");
  location.assign("/entrar");
}
