import { existsSync } from "node:fs";
import { join } from "node:path";
import type { Config } from "../../config.ts";
import { grouped, howMany } from "../../lib/amount.ts";
import { removeOldPrevious } from "../../platform/bun/database/previous-databases.ts";
import { asksJson, printAnswer } from "../terminal/answer.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint } from "../terminal/screen.ts";
import { adopt } from "./adopt.ts";
import { backup } from "./backup.ts";
import { type CommandContext, configOf } from "./command-context.ts";
import { restore } from "./restore.ts";
import type { Damage } from "./verify.ts";

export async function runBackup(context: CommandContext, given: ParsedArgs): Promise<number> {
  const [folder, ...more] = given._;
  if (folder === undefined || more.length > 0)
    throw new UsageError("backup", "Informe em que pasta guardar a cópia");
  const keep = Number(textOf(given.keep) ?? "0");
  if (!Number.isInteger(keep) || keep < 0)
    throw new UsageError("backup", "--keep deve ser um número inteiro");
  const made = await backup(configOf(context), folder, keep, new Date());
  printAnswer(context.out, given, {
    document: made,
    lines(out) {
      out.line(`${made.path}: ${grouped(made.bytes)} bytes, conferidos`);
      for (const path of made.removed) out.line(paint(out, "dim", `removida: ${path}`));
      for (const name of made.without)
        out.line(
          paint(
            out,
            "yellow",
            `Atenção: ${name} não está na cópia. Guarde-o em outro lugar: sem ele, as senhas das caixas de e-mail terão de ser digitadas de novo`,
          ),
        );
    },
  });
  return 0;
}

export async function runRestore(context: CommandContext, given: ParsedArgs): Promise<number> {
  const [from, ...more] = given._;
  if (from === undefined || more.length > 0)
    throw new UsageError("restore", "Informe que cópia restaurar");
  const config = configOf(context);
  const { database, before, files } = await restore(
    config,
    from,
    flagOf(given.force) ?? false,
    new Date(),
  );
  const removed = await removeOldPrevious(database);
  const missing = isWithoutSecret(config);
  const secret = missing ? "missing" : "present";
  printAnswer(context.out, given, {
    document: { database, from, previous: before, removed, files, secret },
    lines(out) {
      out.line(`${database}: restaurado de ${from}`);
      if (before !== null) out.line(`O banco que estava lá agora é ${before}`);
      for (const path of removed) out.line(`removido: ${path}`);
      if (files > 0) out.line(howMany(files, "arquivo de exportação", "arquivos de exportações"));
      out.line(
        "Quem estava conectado precisa entrar de novo; chaves de API revogadas depois da cópia voltam a valer.",
      );
      if (missing)
        out.line(
          paint(
            out,
            "yellow",
            `Atenção: não há ${join(config.DATA_DIR, "jwt-secret")}, e nenhuma cópia o leva. Se o tiver, ponha-o lá antes de iniciar; senão, digite de novo as senhas das caixas de e-mail`,
          ),
        );
    },
  });
  return 0;
}

/** Whether this machine lacks the secret that encrypted the passwords of the mailboxes. */
const isWithoutSecret = ({ JWT_SECRET, MAIL_SECRET, DATA_DIR }: Config): boolean =>
  JWT_SECRET === undefined &&
  MAIL_SECRET === undefined &&
  !existsSync(join(DATA_DIR, "jwt-secret"));

export async function runAdopt(context: CommandContext, given: ParsedArgs): Promise<number> {
  if (given._.length > 0)
    throw new UsageError("adopt", "adopt não recebe argumentos: o banco é o de DATABASE_URL");
  const { differs, done } = await adopt(
    configOf(context),
    flagOf(given.force) ?? false,
    new Date(),
  );
  printAnswer(context.out, given, {
    document: { differs, adopted: done },
    lines(out) {
      if (differs === null)
        return out.line("O banco de dados é o desta instalação: não há o que confirmar");
      out.line(differs);
      out.line(
        done
          ? "Confirmado: o estado atual passa a valer. Quem estava conectado precisa entrar de novo."
          : "Nada foi alterado. Com --force, o estado atual passa a valer, e o que falta está perdido.",
      );
    },
  });
  return differs === null || done ? 0 : 1;
}

/** Most problems that are printed; the others are only counted. */
const MAX_PRINTED = 100;

const PART: Readonly<Record<Damage["part"], string>> = {
  database: "banco",
  installation: "instalação",
  original: "original",
  balance: "saldo",
  sums: "somas",
  note: "nota",
  export: "exportação",
  audit: "auditoria",
};

/** `--audit-head 1:420:9f86…`: company, place and hash; several with commas between. */
function notedHeads(given: ParsedArgs): { company: number; seq: number; hash: string }[] {
  const text = textOf(given["audit-head"]);
  if (text === undefined) return [];
  return text.split(",").map((one) => {
    const [, company, seq, hash] = /^(\d{1,15}):(\d{1,15}):([0-9a-f]{64})$/.exec(one.trim()) ?? [];
    if (hash === undefined)
      throw new UsageError("verify", "--audit-head deve ser EMPRESA:LINHA:HASH");
    return { company: Number(company), seq: Number(seq), hash };
  });
}

export async function runVerify(context: CommandContext, given: ParsedArgs): Promise<number> {
  if (given._.length > 0)
    throw new UsageError("verify", "verify não recebe argumentos: confere tudo");
  const { verify } = await import("./verify.ts");
  const { out } = context;
  let problems = 0;
  const shown: Damage[] = [];
  const found = (damage: Damage) => {
    problems += 1;
    if (asksJson(given)) {
      if (problems <= MAX_PRINTED) shown.push(damage);
      return;
    }
    const { part, which, says } = damage;
    if (problems <= MAX_PRINTED) out.line(paint(out, "red", `${PART[part]} ${which}: ${says}`));
  };
  const checked = await verify(configOf(context), found, undefined, notedHeads(given));
  if (asksJson(given)) {
    out.line(JSON.stringify({ ok: problems === 0, checked, problems, data: shown }));
    return problems === 0 ? 0 : 1;
  }
  if (problems > MAX_PRINTED) out.line(`… e mais ${grouped(problems - MAX_PRINTED)}`);
  const { originals, products, notes, exports, audit } = checked;
  const seen = [
    howMany(originals, "original", "originais"),
    howMany(products, "produto", "produtos"),
    howMany(notes, "nota", "notas"),
    howMany(exports, "exportação", "exportações"),
    howMany(audit, "linha de auditoria", "linhas de auditoria"),
  ].join(", ");
  out.line(`Conferidos: ${seen}`);
  out.line(
    problems === 0
      ? paint(out, "green", "Tudo certo")
      : paint(out, "red", howMany(problems, "problema", "problemas")),
  );
  return problems === 0 ? 0 : 1;
}
