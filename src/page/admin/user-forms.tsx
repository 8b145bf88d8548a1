import { useState } from "preact/hooks";
import type { Role } from "../../accounts/roles.ts";
import { useAct } from "../base/act.ts";
import { ask, newKey } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { Button } from "../parts/button.tsx";
import { Dialog } from "../parts/dialog.tsx";
import { Field, Segments, Select } from "../parts/field.tsx";
import { FormFoot } from "../parts/form-foot.tsx";
import { ErrorBar } from "../parts/states.tsx";
import { ROLE_OPTIONS } from "./roles.ts";
import type { Invite, User } from "./users.tsx";

const ROLE_HINTS: Record<Role, string> = {
  VISUALIZADOR: "Consulta notas, estoque e relatórios. Não altera nada.",
  OPERADOR: "Envia notas, aprova as que não têm pendência, lança movimentos e conta.",
  GERENTE: "Também libera pendências, corrige, descarta, estorna e mantém o de-para.",
  ADMIN: "Também configura a empresa, usuários, chaves e webhooks, e vê a auditoria.",
};

/** Invites a person, or makes the user with a first password. */
export function NewUser(props: {
  onClose: () => void;
  onDone: (email: string, invite: Invite | null) => void;
}) {
  const [name, setName] = useState("");
  const [email, setEmail] = useState("");
  const [role, setRole] = useState<Role>("OPERADOR");
  const [way, setWay] = useState<"invite" | "password">("invite");
  const [password, setPassword] = useState("");
  const [key] = useState(newKey);
  const act = useAct();
  const submit = () =>
    act.run(async () => {
      const first = way === "invite" ? { invite: true } : { password };
      const json = { name, email, role, ...first };
      const made = await ask<User & { invite: Invite | null }>("/api/users", {
        method: "POST",
        json,
        key,
      });
      if (made.invite === null) notify(`${made.email} já pode entrar.`);
      props.onDone(made.email, made.invite);
    });
  return (
    <Dialog title="Convidar uma pessoa" onClose={props.onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          submit();
        }}
      >
        <Field
          label="Nome"
          value={name}
          onInput={setName}
          maxLength={120}
          problem={act.problem("name")}
        />
        <Field
          label="E-mail"
          type="email"
          value={email}
          onInput={setEmail}
          maxLength={254}
          problem={act.problem("email")}
        />
        <Select label="Perfil" value={role} options={ROLE_OPTIONS} onChange={setRole} />
        <p class="field-hint admin-under">{ROLE_HINTS[role]}</p>
        <Segments
          label="Primeira senha"
          value={way}
          options={[
            { value: "invite", text: "A pessoa escolhe, por um link" },
            { value: "password", text: "Eu defino agora" },
          ]}
          onChange={setWay}
        />
        {way === "password" && (
          <Field
            label="Senha"
            type="password"
            autocomplete="new-password"
            value={password}
            onInput={setPassword}
            maxLength={1024}
            hint="De 10 a 200 caracteres. Peça à pessoa que a troque em Minha conta."
            problem={act.problem("password")}
          />
        )}
        <FormFoot
          fault={act.fault}
          action={way === "invite" ? "Criar o convite" : "Criar o usuário"}
          busy={act.busy}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}

/** Another name, e-mail or role. */
export function ChangeUser(props: {
  user: User;
  isLast: boolean;
  onClose: () => void;
  onDone: () => void;
}) {
  const { user } = props;
  const [name, setName] = useState(user.name ?? "");
  const [email, setEmail] = useState(user.email);
  const [role, setRole] = useState<Role>(user.role);
  const act = useAct();
  const json = {
    ...(name.trim() === (user.name ?? "") ? {} : { name }),
    ...(email.trim() === user.email ? {} : { email }),
    ...(role === user.role ? {} : { role }),
  };
  return (
    <Dialog title={`Alterar ${user.email}`} onClose={props.onClose}>
      <form
        noValidate
        onSubmit={(event) => {
          event.preventDefault();
          act.run(async () => {
            await ask(`/api/users/${user.id}`, { method: "PUT", json });
            notify("Usuário alterado.");
            props.onDone();
          });
        }}
      >
        <Field
          label="Nome"
          value={name}
          onInput={setName}
          maxLength={120}
          problem={act.problem("name")}
        />
        <Field
          label="E-mail"
          type="email"
          value={email}
          onInput={setEmail}
          maxLength={254}
          problem={act.problem("email")}
        />
        <Select label="Perfil" value={role} options={ROLE_OPTIONS} onChange={setRole} />
        <p class="field-hint admin-under">
          {props.isLast
            ? "É o único administrador: dê este perfil a outra pessoa antes de mudar o dele."
            : ROLE_HINTS[role]}
        </p>
        <FormFoot
          fault={act.fault}
          action="Salvar"
          busy={act.busy}
          disabled={Object.keys(json).length === 0}
          onClose={props.onClose}
        />
      </form>
    </Dialog>
  );
}

/** A new link, by which the person accepts or chooses another password. */
export function NewLink(props: {
  user: User;
  onClose: () => void;
  onDone: (invite: Invite) => void;
}) {
  const [key] = useState(newKey);
  const act = useAct();
  return (
    <Dialog title={`Novo link para ${props.user.email}`} onClose={props.onClose}>
      <p>
        {props.user.accepted
          ? "Com o link a pessoa escolhe outra senha. A senha de agora vale até lá."
          : "O link anterior do convite deixa de valer."}
      </p>
      <ErrorBar fault={act.fault} />
      <footer class="dialog-foot">
        <Button onClick={props.onClose}>Voltar</Button>
        <Button
          kind="main"
          busy={act.busy}
          onClick={() =>
            act.run(async () =>
              props.onDone(
                await ask<Invite>(`/api/users/${props.user.id}/invite`, { method: "POST", key }),
              ),
            )
          }
        >
          Criar o link
        </Button>
      </footer>
    </Dialog>
  );
}
