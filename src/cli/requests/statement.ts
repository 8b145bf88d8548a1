import { bodyOf } from "../service/exact-json.ts";
import { refusalOfOne, type Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { printAnswer } from "../terminal/answer.ts";
import { moment } from "../terminal/decimals.ts";
import { type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint, table } from "../terminal/screen.ts";
import { noteKeys } from "./names.ts";

/** The statements by the words of the command: tpEvento, and their names for people. */
const WORDS = {
  ciencia: ["210210", "Ciência da operação"],
  confirmacao: ["210200", "Confirmação da operação"],
  desconhecimento: ["210220", "Desconhecimento da operação"],
  "nao-realizada": ["210240", "Operação não realizada"],
} as const;
const NAMES = new Map<string, string>(Object.values(WORDS));

const STATES = {
  asked: "espera o envio",
  sending: "enviada, sem resposta",
  done: "registrada",
  refused: "recusada",
} as const;

/** `sge statement`: asks for statements about notes by their keys, or lists those of the company. Returns 0, or 1 when one was refused. */
export async function runStatement(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [word = "", ...named] = given._;
  const reason = textOf(given.reason);
  if (word === "list" && named.length === 0)
    return withConnection(terminal, given, "read", (service) => list(terminal, given, service));
  if (!isWord(word) || named.length === 0)
    throw new UsageError(
      "statement",
      `Use sge statement list, ou ${Object.keys(WORDS).join(", ")} e chaves de acesso`,
    );
  const [type] = WORDS[word];
  const keys = await noteKeys("statement", named, (most) => terminal.input(most));
  return withConnection(terminal, given, "read", async ({ api }) => {
    const results: Outcome[] = [];
    for (const access_key of keys) {
      const json = { type, ...(reason === undefined ? {} : { reason }) };
      const asked = () =>
        bodyOf(api.api.nfes[":access_key"].statement.$post({ param: { access_key }, json }));
      results.push(await outcomeOf(access_key, asked));
    }
    printAnswer(terminal.out, given, {
      document: { results: results.map(({ document }) => document) },
      lines(out) {
        for (const { isRefused, says } of results)
          out.line(paint(out, isRefused ? "red" : "green", says));
      },
    });
    return results.some(({ isRefused }) => isRefused) ? 1 : 0;
  });
}

const isWord = (word: string): word is keyof typeof WORDS => Object.hasOwn(WORDS, word);

interface Outcome {
  readonly isRefused: boolean;
  readonly document: unknown;
  readonly says: string;
}

type Statement = Awaited<ReturnType<typeof listed>>[number];

async function outcomeOf(key: string, asked: () => Promise<Statement>): Promise<Outcome> {
  try {
    const statement = await asked();
    const says = `${key}  ${nameOf(statement)}: ${STATES[statement.state]}`;
    return { isRefused: false, document: { outcome: "asked", ...statement }, says };
  } catch (error) {
    const { code, message, more } = refusalOfOne(error);
    return {
      isRefused: true,
      document: { outcome: "refused", access_key: key, code, message, ...more },
      says: `${key}  recusada: ${message}`,
    };
  }
}

const nameOf = ({ type }: Pick<Statement, "type">): string => NAMES.get(type) ?? type;

/** The newest of the company. */
const listed = async ({ api }: Service) =>
  (await bodyOf(api.api.statements.$get({ query: { limit: "100" } }))).data;

async function list(terminal: Terminal, given: ParsedArgs, service: Service): Promise<number> {
  const data = await listed(service);
  printAnswer(terminal.out, given, {
    document: { data },
    lines(out) {
      if (data.length === 0) return out.line("Nenhuma manifestação.");
      const columns = [
        { title: "Pedida em" },
        { title: "Chave de acesso" },
        { title: "Manifestação" },
        { title: "Situação" },
        { title: "SEFAZ", most: 60 },
      ];
      const rows = data.map((one) => [
        moment(one.asked_at),
        one.access_key,
        nameOf(one),
        STATES[one.state],
        [one.code, one.text].filter((text) => text !== null).join(" "),
      ]);
      for (const line of table(out, columns, rows)) out.line(line);
    },
  });
  return 0;
}
