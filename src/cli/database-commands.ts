import { existsSync } from "node:fs";
import { join } from "node:path";
import { type Config, parseConfig } from "../config.ts";
import { grouped, howMany } from "../lib/amount.ts";
import { removeOldPrevious } from "../platform/bun/database/previous-databases.ts";
import { adopt } from "./adopt.ts";
import { backup } from "./backup.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "./parsed-args.ts";
import { restore } from "./restore.ts";
import { paint, type Screen } from "./screen.ts";
import type { Damage } from "./verify.ts";

/** What the commands that look after the database need of the world. */
interface CommandContext {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly out: Screen;
}

/** They sign nothing: the secret that only a server needs is not asked for. */
const configOf = ({ env }: CommandContext): Config =>
  parseConfig({ ...env, APP_ENV: "development" });

export async function runBackup(room: CommandContext, given: ParsedArgs): Promise<number> {
  const [folder, ...more] = given._;
  if (folder === undefined || more.length > 0)
    throw new UsageError("backup", "Informe em que pasta guardar a cópia");
  const keep = Number(textOf(given.keep) ?? "0");
  if (!Number.isInteger(keep) || keep < 0)
    throw new UsageError("backup", "--keep deve ser um número inteiro");
  const made = await backup(configOf(room), folder, keep, new Date());
  room.out.line(`${made.path}: ${grouped(made.bytes)} bytes, conferidos`);
  for (const path of made.removed) room.out.line(paint(room.out, "dim", `removida: ${path}`));
  for (const name of made.without)
    room.out.line(
      paint(
        room.out,
        "yellow",
        `Atenção: ${name} não está na cópia. Guarde-o em outro lugar: sem ele, as senhas das caixas de e-mail terão de ser digitadas de novo`,
      ),
    );
  return 0;
}

export async function runRestore(room: CommandContext, given: ParsedArgs): Promise<number> {
  const [from, ...more] = given._;
  if (from === undefined || more.length > 0)
    throw new UsageError("restore", "Informe que cópia restaurar");
  const config = configOf(room);
  const { database, before, files } = await restore(
    config,
    from,
    flagOf(given.force) ?? false,
    new Date(),
  );
  room.out.line(`${database}: restaurado de ${from}`);
  if (before !== null) room.out.line(`O banco que estava lá agora é ${before}`);
  for (const path of await removeOldPrevious(database)) room.out.line(`removido: ${path}`);
  if (files > 0) room.out.line(howMany(files, "arquivo de exportação", "arquivos de exportações"));
  room.out.line(
    "Quem estava conectado precisa entrar de novo; chaves de API revogadas depois da cópia voltam a valer.",
  );
  if (isWithoutSecret(config))
    room.out.line(
      paint(
        room.out,
        "yellow",
        `Atenção: não há ${join(config.DATA_DIR, "jwt-secret")}, e nenhuma cópia o leva. Se o tiver, ponha-o lá antes de iniciar; senão, digite de novo as senhas das caixas de e-mail`,
      ),
    );
  return 0;
}

/** The passwords of mailboxes were sealed with a secret that this machine does not have. */
const isWithoutSecret = ({ JWT_SECRET, MAIL_SECRET, DATA_DIR }: Config): boolean =>
  JWT_SECRET === undefined &&
  MAIL_SECRET === undefined &&
  !existsSync(join(DATA_DIR, "jwt-secret"));

export async function runAdopt(room: CommandContext, given: ParsedArgs): Promise<number> {
  if (given._.length > 0)
    throw new UsageError("adopt", "adopt não recebe argumentos: o banco é o de DATABASE_URL");
  const { differs, done } = await adopt(configOf(room), flagOf(given.force) ?? false, new Date());
  if (differs === null) {
    room.out.line("O banco de dados é o desta instalação: não há o que confirmar");
    return 0;
  }
  room.out.line(differs);
  room.out.line(
    done
      ? "Confirmado: o estado atual passa a valer. Quem estava conectado precisa entrar de novo."
      : "Nada foi alterado. Com --force, o estado atual passa a valer, e o que falta está perdido.",
  );
  return done ? 0 : 1;
}

/** Lines of flaws that are shown; the others are counted. */
const SHOWN = 100;

const PART: Readonly<Record<Damage["part"], string>> = {
  database: "banco",
  installation: "instalação",
  original: "original",
  balance: "saldo",
  sums: "somas",
  note: "nota",
  export: "exportação",
};

export async function runVerify(room: CommandContext, given: ParsedArgs): Promise<number> {
  if (given._.length > 0)
    throw new UsageError("verify", "verify não recebe argumentos: confere tudo");
  const { verify } = await import("./verify.ts");
  const { out } = room;
  let flaws = 0;
  const checked = await verify(configOf(room), ({ part, which, says }) => {
    flaws += 1;
    if (flaws <= SHOWN) out.line(paint(out, "red", `${PART[part]} ${which}: ${says}`));
  });
  if (flaws > SHOWN) out.line(`… e mais ${grouped(flaws - SHOWN)}`);
  const { originals, products, notes, exports } = checked;
  const seen = [
    howMany(originals, "original", "originais"),
    howMany(products, "produto", "produtos"),
    howMany(notes, "nota", "notas"),
    howMany(exports, "exportação", "exportações"),
  ].join(", ");
  out.line(`Conferidos: ${seen}`);
  out.line(
    flaws === 0
      ? paint(out, "green", "Tudo certo")
      : paint(out, "red", howMany(flaws, "problema", "problemas")),
  );
  return flaws === 0 ? 0 : 1;
}
