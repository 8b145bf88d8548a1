import { bodyOf } from "../service/exact-json.ts";
import type { Service } from "../service/service-client.ts";
import { type Terminal, withConnection } from "../service/with-connection.ts";
import { printAnswer, printSecret } from "../terminal/answer.ts";
import { moment } from "../terminal/decimals.ts";
import { type ParsedArgs, textOf, UsageError } from "../terminal/parsed-args.ts";
import { paint, table } from "../terminal/screen.ts";
import { keyRoleOf } from "./options.ts";

/** Keys on one page of the API. */
const PAGE = 100;

/** `sge keys`: the API keys of a company. Returns 0, or 1 where it has no such key. */
export async function runKeys(terminal: Terminal, given: ParsedArgs): Promise<number> {
  const [what, named, ...more] = given._;
  const usage = (says: string) => new UsageError("keys", says);
  if (what === "list" && named === undefined)
    return withConnection(terminal, given, "read", (service) => list(terminal, given, service));
  if (what !== "add" && what !== "revoke") throw usage("Use sge keys list, add ou revoke");
  if (named === undefined || more.length > 0)
    throw usage(what === "add" ? "Informe o nome da chave, entre aspas" : "Informe uma chave");
  if (what === "revoke")
    return withConnection(terminal, given, "read", (service) =>
      revoke(terminal, given, service, named),
    );
  const role = keyRoleOf("keys", given);
  if (role === undefined) throw usage("Informe em --role o perfil");
  const expires = textOf(given.expires);
  if (expires !== undefined && !/^\d{4}-\d{2}-\d{2}$/.test(expires))
    throw usage("--expires deve ser AAAA-MM-DD");
  const json = {
    name: named,
    role,
    ...(expires === undefined ? {} : { expires_at: `${expires}T23:59:59Z` }),
  };
  return withConnection(terminal, given, "read", async ({ api }) => {
    const made = await bodyOf(api.api.keys.$post({ json }));
    const says = `Chave ${made.prefix} de perfil ${made.role}, mostrada só agora:`;
    printSecret(terminal, given, { document: made, says, secret: made.key });
    return 0;
  });
}

type Key = Awaited<ReturnType<typeof keysOf>>[number];

async function keysOf({ api }: Service) {
  const page = async (number: number) =>
    bodyOf(api.api.keys.$get({ query: { page: String(number), limit: String(PAGE) } }));
  const first = await page(1);
  const keys = [...first.data];
  for (let number = 2; number <= first.pagination.total_pages; number += 1)
    keys.push(...(await page(number)).data);
  return keys;
}

async function list({ out }: Terminal, given: ParsedArgs, service: Service): Promise<number> {
  const data = await keysOf(service);
  printAnswer(out, given, {
    document: { data },
    lines(screen) {
      const columns = [
        { title: "Chave" },
        { title: "Nome", most: 40 },
        { title: "Perfil" },
        { title: "Vale até" },
        { title: "Último uso" },
      ];
      const rows = data.map((key) => [
        key.prefix,
        key.name,
        key.role,
        key.expires_at === null ? "sem fim" : moment(key.expires_at),
        key.last_used_at === null ? "nunca" : moment(key.last_used_at),
      ]);
      for (const line of table(screen, columns, rows)) screen.line(line);
    },
  });
  return 0;
}

async function revoke(
  { out, err }: Terminal,
  given: ParsedArgs,
  service: Service,
  named: string,
): Promise<number> {
  const is = ({ id, prefix }: Key) => id === named || prefix === named;
  const key = (await keysOf(service)).find(is);
  if (key === undefined) {
    err.line(`A empresa não tem a chave ${named}; nada foi alterado`);
    return 1;
  }
  await bodyOf(service.api.api.keys[":id"].$delete({ param: { id: key.id } }));
  printAnswer(out, given, {
    document: { id: key.id, prefix: key.prefix, revoked: true },
    lines: (screen) => screen.line(paint(screen, "green", `${key.prefix} não vale mais`)),
  });
  return 0;
}
