import { remembered } from "./base/session.ts";
import { resumeSession, sessionEnded } from "./base/session-end.ts";
import { LoginForm } from "./login-form.tsx";
import { Dialog } from "./parts/dialog.tsx";

/** Over the page while the session is over: what is typed below it stays, and requests go on after the same person has entered. */
export function SessionEnded() {
  if (!sessionEnded.value) return null;
  const email = remembered()?.user.email;
  return (
    <Dialog title="Sua sessão terminou">
      <p>Entre de novo para continuar. O que você digitou continua aqui.</p>
      <LoginForm {...(email === undefined ? {} : { email })} onEntered={resumeSession} />
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
