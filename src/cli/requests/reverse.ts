import { bodyOf } from "../service/exact-json.ts";
import { refusalOfOne, type Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { printAnswer } from "../terminal/answer.ts";
import { decimal } from "../terminal/decimals.ts";
import { flagOf, type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint, type Screen, table } from "../terminal/screen.ts";
import { noteKeys } from "./names.ts";
import { reasonOf } from "./options.ts";

/** `sge reverse`: notes by their keys, or one manual movement. Returns 0, or 1 when one was refused. */
export async function runReverse(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const movement = textOf(given.movement);
  if ((movement === undefined) === (given._.length === 0))
    throw new UsageError("reverse", "Informe chaves de acesso, ou --movement, e só um dos dois");
  const reason = reasonOf("reverse", given);
  if (movement !== undefined && !/^[1-9]\d{0,14}$/.test(movement))
    throw new UsageError("reverse", `Não é o número de um movimento: ${movement}`);
  const keys = await noteKeys("reverse", given._, (most) => terminal.input(most));
  const dryRun = flagOf(given["dry-run"]) ?? false;
  const asked: Asked = { reason, query: dryRun ? { dry_run: "true" } : {} };
  return withConnection(terminal, given, "read", async (service) => {
    const done: Outcome[] = [];
    if (movement !== undefined)
      done.push(
        await outcomeOf(`movimento ${movement}`, () => reverseMovement(service, movement, asked)),
      );
    for (const key of keys) done.push(await outcomeOf(key, () => reverseNote(service, key, asked)));
    printAnswer(terminal.out, given, {
      document: { dry_run: dryRun, results: done.map(({ document }) => document) },
      lines(out) {
        if (dryRun) out.line(paint(out, "bold", "Simulação: nada foi gravado"));
        for (const { print } of done) print(out);
      },
    });
    return done.some(({ refused }) => refused) ? 1 : 0;
  });
}

interface Asked {
  readonly reason: string;
  readonly query: { dry_run?: "true" };
}

interface Outcome {
  readonly refused: boolean;
  readonly document: unknown;
  print(out: Screen): void;
}

const reverseNote = ({ api }: Service, access_key: string, { reason, query }: Asked) =>
  bodyOf(
    api.api.nfes[":access_key"].reverse.$post({ param: { access_key }, query, json: { reason } }),
  );

const reverseMovement = ({ api }: Service, id: string, { reason, query }: Asked) =>
  bodyOf(api.api.movements[":id"].reverse.$post({ param: { id }, query, json: { reason } }));

type Reversed = Awaited<ReturnType<typeof reverseNote> | ReturnType<typeof reverseMovement>>;

async function outcomeOf(what: string, reverse: () => Promise<Reversed>): Promise<Outcome> {
  try {
    const answer = await reverse();
    return {
      refused: false,
      document: { outcome: "dry_run" in answer ? "planned" : "reversed", of: what, ...answer },
      print: (out) =>
        "dry_run" in answer ? printPlan(out, what, answer) : printDone(out, what, answer.message),
    };
  } catch (error) {
    const { code, message, more } = refusalOfOne(error);
    return {
      refused: true,
      document: { outcome: "refused", of: what, code, message, ...more },
      print: (out) => out.line(paint(out, "red", `${what}  recusado: ${message}`)),
    };
  }
}

const printDone = (out: Screen, what: string, message: string): void =>
  out.line(paint(out, "green", `${what}  ${message}`));

function printPlan(
  out: Screen,
  what: string,
  { movements, already_reversed }: Extract<Reversed, { dry_run: true }>,
): void {
  out.line(`${what}${already_reversed ? "  já está estornado" : ""}`);
  const right = { align: "right" } as const;
  const columns = [
    { title: "Movimento", ...right },
    { title: "Produto", most: 40 },
    { title: "Tipo" },
    { title: "Quantidade", ...right },
    { title: "Saldo antes", ...right },
    { title: "Saldo depois", ...right },
  ];
  const rows = movements.map((one) => [
    String(one.undoes),
    one.product_code,
    one.type,
    decimal(one.quantity),
    decimal(one.balance_before),
    decimal(one.balance_after),
  ]);
  for (const line of table(out, columns, rows)) out.line(`  ${line}`);
}
