import { useEffect } from "preact/hooks";
import { LoginForm } from "./login-form.tsx";
import { Mark } from "./mark.tsx";

/** Where a person enters. */
export function Login({ onEntered }: { onEntered: () => void }) {
  useEffect(() => {
    document.title = "Entrar · S.G.E.";
  }, []);
  return (
    <main class="outside">
      <section class="card outside-card">
        <Mark />
        <h1>Entrar</h1>
        <p class="quiet">A nota entra, o estoque fica certo.</p>
        <LoginForm onEntered={onEntered} />
        <p class="quiet small">
          Esqueceu a senha? Peça um link novo a quem administra a sua empresa no sistema.
        </p>
      </section>
    </main>
  );
}
