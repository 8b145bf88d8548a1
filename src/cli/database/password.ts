import { checkPassword, generatePassword } from "../../accounts/login/passwords.ts";
import { type PasswordSet, setPassword, userState } from "../../accounts/login/set-password.ts";
import type { Config } from "../../config.ts";
import { failureSentence } from "../../messages/pt-BR/failures/failures.ts";
import { removeFirstPassword } from "../../platform/bun/files/first-password.ts";
import { asksJson } from "../terminal/answer.ts";
import type { Console } from "../terminal/console.ts";
import { flagOf, type ParsedArgs, UsageError } from "../terminal/parsed-args.ts";
import { type CommandContext, configOf } from "./command-context.ts";
import { withDatabase } from "./with-database.ts";

type Asking = CommandContext & Pick<Console, "secret" | "asksPerson">;

/**
 * `sge password E-MAIL [--generate]`: sets a user's password in the database of this machine's configuration, also while
 * the service runs, and ends the user's sessions. Returns 0, or 1 when there is no such active user.
 */
export async function runPassword(context: Asking, given: ParsedArgs): Promise<number> {
  const [email, ...more] = given._;
  if (email === undefined || more.length > 0)
    throw new UsageError("password", "Informe o e-mail de quem recebe a senha");
  const config = configOf(context);
  const generated = flagOf(given.generate) === true ? generatePassword() : null;
  const done = await inDatabase(config, email, generated ?? (() => typed(context)));
  if (done.outcome === "unknown") {
    context.err.line(`Não há usuário com o e-mail ${email}; nada foi alterado`);
    return 1;
  }
  if (done.outcome === "inactive") {
    context.err.line(`O usuário ${email} está inativo; nada foi alterado`);
    return 1;
  }
  await removeFirstPassword(config.DATA_DIR);
  if (asksJson(given)) {
    context.out.line(JSON.stringify({ email, password: generated, keys: done.keys }));
    return 0;
  }
  if (generated !== null) context.out.line(generated);
  context.err.line("Senha trocada; as sessões abertas foram encerradas");
  if (done.keys > 0)
    context.err.line(
      `Chaves de API desta pessoa que continuam valendo: ${done.keys}; revogue as que não devem valer`,
    );
  return 0;
}

/** Looks for the user before it asks for the password. */
async function inDatabase(
  config: Config,
  email: string,
  password: string | (() => Promise<string>),
): Promise<PasswordSet> {
  return withDatabase(config, async (ports) => {
    const state = await userState(ports, email);
    if (state === "unknown") return { outcome: state };
    if (state === "inactive") return { outcome: state };
    const chosen = typeof password === "string" ? password : await password();
    const checked = checkPassword(chosen, email);
    if (!checked.ok) throw new Error(failureSentence(checked.error));
    return setPassword(ports, { email, password: chosen });
  });
}

/** Asks for the password; at a terminal twice, because a typing error is not visible. */
async function typed({ secret, asksPerson }: Asking): Promise<string> {
  const password = await secret("Nova senha: ");
  if (asksPerson && (await secret("Outra vez: ")) !== password)
    throw new Error("As duas senhas não são iguais; nada foi alterado");
  return password;
}
