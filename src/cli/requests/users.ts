import type { Role } from "../../accounts/roles.ts";
import { bodyOf } from "../service/exact-json.ts";
import type { Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { asksJson, printAnswer, printSecret } from "../terminal/answer.ts";
import { moment } from "../terminal/decimals.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint, table } from "../terminal/screen.ts";
import { roleOf } from "./options.ts";

/** `sge users`: the users of a company. Returns 0, or 1 where the company has no such user. */
export async function runUsers(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [what = "", named, ...more] = given._;
  const usage = (says: string) => new UsageError("users", says);
  const act = ACTS[what];
  if (what !== "list" && act === undefined)
    throw usage("Use sge users list, add, change, invite ou remove");
  if (more.length > 0 || (what === "list") !== (named === undefined))
    throw usage(what === "list" ? "list não recebe argumentos" : "Informe o e-mail do usuário");
  const email = named?.trim().toLowerCase() ?? "";
  const change = {
    role: roleOf("users", given),
    name: textOf(given.name),
    active: flagOf(given.active),
  };
  if (what === "add" && change.role === undefined) throw usage("Informe em --role o perfil");
  if (what === "change" && Object.values(change).every((one) => one === undefined))
    throw usage("Informe o que muda: --role, --name, --active ou --no-active");
  return withConnection(terminal, given, "read", async (service) => {
    if (act === undefined) return list(terminal, given, service);
    return act({ terminal, given, service, email, change });
  });
}

interface Act {
  readonly terminal: Terminal;
  readonly given: ParsedArgs;
  readonly service: Service;
  readonly email: string;
  readonly change: {
    role?: Role | undefined;
    name?: string | undefined;
    active?: boolean | undefined;
  };
}

async function list({ out }: Terminal, given: ParsedArgs, { api }: Service): Promise<number> {
  const data = await bodyOf(api.api.users.$get());
  printAnswer(out, given, {
    document: { data },
    lines(screen) {
      const rows = data.map((user) => [
        String(user.id),
        user.email,
        user.name ?? "",
        user.role,
        user.active ? (user.accepted ? "ativo" : "convidado") : "inativo",
      ]);
      const columns = [
        { title: "Número", align: "right" as const },
        { title: "E-mail", most: 60 },
        { title: "Nome", most: 40 },
        { title: "Perfil" },
        { title: "Situação" },
      ];
      for (const line of table(screen, columns, rows)) screen.line(line);
    },
  });
  return 0;
}

type User = NonNullable<Awaited<ReturnType<typeof find>>>;

async function find({ api }: Service, email: string) {
  const users = await bodyOf(api.api.users.$get());
  return users.find((user) => user.email.toLowerCase() === email) ?? null;
}

/** An act on a user of the company who is there. */
const onUser =
  (go: (act: Act, user: User) => Promise<number>) =>
  async (act: Act): Promise<number> => {
    const user = await find(act.service, act.email);
    if (user !== null) return go(act, user);
    act.terminal.err.line(`A empresa não tem usuário com o e-mail ${act.email}; nada foi alterado`);
    return 1;
  };

async function add({ terminal, given, service, email, change }: Act): Promise<number> {
  const { name, role = "VISUALIZADOR" } = change;
  const json = { email, role, invite: true, ...(name === undefined ? {} : { name }) };
  const made = await bodyOf(service.api.api.users.$post({ json }));
  if (!asksJson(given)) terminal.err.line(`${email} foi convidado como ${made.role}`);
  showInvite(terminal, given, made, made.invite);
  return 0;
}

const invite = onUser(async ({ terminal, given, service, email }, user) => {
  const made = await bodyOf(
    service.api.api.users[":id"].invite.$post({ param: { id: String(user.id) } }),
  );
  showInvite(terminal, given, { email, invite: made }, made);
  return 0;
});

function showInvite(
  terminal: Terminal,
  given: ParsedArgs,
  document: unknown,
  made: { readonly token: string; readonly expires_at: string } | null,
): void {
  if (made === null) printAnswer(terminal.out, given, { document, lines: () => undefined });
  else
    printSecret(terminal, given, {
      document,
      says: `Código do convite, mostrado só agora; vale até ${moment(made.expires_at)}:`,
      secret: made.token,
    });
}

const change = onUser(
  async ({ terminal, given, service, change: { role, name, active } }, user) => {
    const json = {
      ...(role === undefined ? {} : { role }),
      ...(name === undefined ? {} : { name }),
      ...(active === undefined ? {} : { active }),
    };
    const changed = await bodyOf(
      service.api.api.users[":id"].$put({ param: { id: String(user.id) }, json }),
    );
    printAnswer(terminal.out, given, {
      document: changed,
      lines: (out) =>
        out.line(
          paint(
            out,
            "green",
            `${changed.email}: ${changed.role}, ${changed.active ? "ativo" : "inativo"}`,
          ),
        ),
    });
    return 0;
  },
);

const remove = onUser(async ({ terminal, given, service, email }, user) => {
  await bodyOf(service.api.api.users[":id"].$delete({ param: { id: String(user.id) } }));
  printAnswer(terminal.out, given, {
    document: { id: user.id, email, active: false },
    lines: (out) => out.line(paint(out, "green", `${email} está inativo`)),
  });
  return 0;
});

const ACTS: Readonly<Record<string, (act: Act) => Promise<number>>> = {
  add,
  change,
  invite,
  remove,
};
