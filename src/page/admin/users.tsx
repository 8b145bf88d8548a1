import { useState } from "preact/hooks";
import type { z } from "zod";
import type { InviteSchema, UserSchema } from "../../http/routes/accounts/users.ts";
import { ask } from "../base/ask.ts";
import { notify } from "../base/notices.ts";
import { useRead } from "../base/read.ts";
import * as say from "../base/say.ts";
import { me, ROLE_NAMES } from "../base/session.ts";
import { Badge } from "../parts/badge.tsx";
import { Button } from "../parts/button.tsx";
import { Confirm } from "../parts/dialog.tsx";
import { Menu, type MenuItem } from "../parts/menu.tsx";
import { ErrorBar, Skeleton } from "../parts/states.tsx";
import { Card } from "../parts/view.tsx";
import { Once } from "./once.tsx";
import { ChangeUser, NewLink, NewUser } from "./user-forms.tsx";

export type User = z.infer<typeof UserSchema>;
export type Invite = z.infer<typeof InviteSchema>;
type Open =
  | { readonly kind: "new" }
  | { readonly kind: "change" | "deactivate" | "link"; readonly user: User }
  | { readonly kind: "invited"; readonly email: string; readonly invite: Invite };

/** Usuários: who may enter, and with which role. */
export default function Users() {
  const users = useRead<readonly User[]>("/api/users");
  const [open, setOpen] = useState<Open | null>(null);
  const close = () => setOpen(null);
  const done = () => {
    users.again();
    close();
  };
  const administrators = (users.value ?? []).filter(
    ({ role, active, accepted }) => role === "ADMIN" && active && accepted,
  );
  const isLast = (user: User) => administrators.length === 1 && administrators[0]?.id === user.id;
  return (
    <>
      <Card
        title="Usuários"
        beside={
          <Button icon="plus" kind="main" onClick={() => setOpen({ kind: "new" })}>
            Convidar
          </Button>
        }
      >
        <ErrorBar fault={users.fault} again={users.again} />
        {users.value === null && users.fault === null && <Skeleton lines={4} />}
        <ul class="admin-list">
          {(users.value ?? []).map((user) => (
            <li key={user.id}>
              <div class="admin-main">
                <b>{user.name ?? user.email}</b>
                <span class="quiet small">
                  {user.name !== null && `${user.email} · `}
                  {ROLE_NAMES[user.role]}
                  {!user.accepted &&
                    user.invited_until !== null &&
                    ` · convite até ${say.moment(user.invited_until)}`}
                  {user.id === me.value?.user.id && " · você"}
                  {isLast(user) && " · único administrador"}
                </span>
              </div>
              <State user={user} />
              <Menu
                label={`Mais ações de ${user.email}`}
                bare
                items={itemsOf(user, isLast(user), setOpen, users.again)}
              />
            </li>
          ))}
        </ul>
      </Card>
      {open?.kind === "new" && (
        <NewUser
          onClose={close}
          onDone={(email, invite) => {
            users.again();
            setOpen(invite === null ? null : { kind: "invited", email, invite });
          }}
        />
      )}
      {open?.kind === "change" && (
        <ChangeUser user={open.user} isLast={isLast(open.user)} onClose={close} onDone={done} />
      )}
      {open?.kind === "deactivate" && (
        <Confirm
          title={
            open.user.accepted
              ? `Desativar ${open.user.email}?`
              : `Cancelar o convite de ${open.user.email}?`
          }
          action={open.user.accepted ? "Desativar" : "Cancelar o convite"}
          danger
          act={async () => {
            await ask(`/api/users/${open.user.id}`, { method: "DELETE" });
            users.again();
            notify(`${open.user.email} não entra mais nesta empresa.`);
          }}
          onClose={close}
        >
          <p>
            {open.user.accepted
              ? "As sessões abertas terminam agora, e as chaves que a pessoa criou deixam de valer. O que ela fez continua na auditoria."
              : "O link que foi enviado deixa de valer."}
          </p>
        </Confirm>
      )}
      {open?.kind === "link" && (
        <NewLink
          user={open.user}
          onClose={close}
          onDone={(invite) => {
            users.again();
            setOpen({ kind: "invited", email: open.user.email, invite });
          }}
        />
      )}
      {open?.kind === "invited" && (
        <Once
          title={`Link para ${open.email}`}
          text={`${location.origin}/convite#${encodeURIComponent(open.invite.token)}`}
          hint={`Envie este link à pessoa: com ele, ela escolhe a própria senha. Vale uma vez, até ${say.moment(open.invite.expires_at)}.`}
          onClose={close}
        />
      )}
    </>
  );
}

function State({ user }: { user: User }) {
  if (!user.accepted)
    return user.invited_until === null ? (
      <Badge tone="plain" icon="ban" text="Sem convite" />
    ) : Date.parse(user.invited_until) <= Date.now() ? (
      <Badge tone="hold" icon="clock" text="Convite vencido" />
    ) : (
      <Badge tone="wait" icon="mail" text="Convidado" />
    );
  if (!user.active) return <Badge tone="plain" icon="ban" text="Inativo" />;
  return user.invited_until !== null && Date.parse(user.invited_until) > Date.now() ? (
    <Badge tone="wait" icon="mail" text="Link em aberto" />
  ) : (
    <Badge tone="good" icon="check" text="Ativo" />
  );
}

function itemsOf(
  user: User,
  isLast: boolean,
  open: (what: Open) => void,
  again: () => void,
): MenuItem[] {
  const activate = () =>
    ask(`/api/users/${user.id}`, { method: "PUT", json: { active: true } }).then(
      () => {
        again();
        notify(`${user.email} pode entrar de novo.`);
      },
      (why) => notify(why instanceof Error ? why.message : String(why), { tone: "bad" }),
    );
  if (!user.active && user.accepted)
    return [{ text: "Ativar de novo", icon: "check", onClick: () => void activate() }];
  return [
    { text: "Alterar", icon: "pencil", onClick: () => open({ kind: "change", user }) },
    {
      text: user.accepted ? "Link para trocar a senha" : "Novo link do convite",
      icon: "mail",
      onClick: () => open({ kind: "link", user }),
    },
    ...(isLast || (!user.accepted && user.invited_until === null)
      ? []
      : [
          {
            text: user.accepted ? "Desativar" : "Cancelar o convite",
            icon: "ban" as const,
            danger: true,
            onClick: () => open({ kind: "deactivate", user }),
          },
        ]),
  ];
}
