import type { TestApp } from "../app.ts";

const namesOf = async ({ rows }: TestApp, table: string) =>
  (await rows("select name from pragma_table_info(?1)", [table])).map(({ name }) => String(name));

/**
 * Writes `count` notes like a stored one, with its items, straight into the tables. The key of each is its number from 1, with
 * zeros in front. `changed`: columns with another value, as SQL in which `i` is that number.
 */
export async function copyNote(
  service: TestApp,
  accessKey: string,
  count: number,
  changed: Readonly<Record<string, string>> = {},
): Promise<void> {
  const key = "printf('%044d', i)";
  const given: Record<string, string> = { id: "null", access_key: key, ...changed };
  const notes = await namesOf(service, "notes");
  const items = await namesOf(service, "note_items");
  const numbers = `with recursive n(i) as (select 1 union all select i + 1 from n where i < ${count})`;
  const { writing } = service.ports.database;
  await writing.execute(
    `${numbers} insert into notes (${notes.join(", ")})
      select ${notes.map((name) => given[name] ?? name).join(", ")} from n cross join notes where access_key = '${accessKey}'`,
  );
  const copied = items.map((name) => (name === "note" ? "c.id" : `t.${name}`));
  await writing.execute(
    `${numbers} insert into note_items (${items.join(", ")})
      select ${copied.join(", ")} from n cross join notes c on c.company = 1 and c.access_key = ${key}
      cross join note_items t on t.company = 1 and t.note = (select id from notes where access_key = '${accessKey}')`,
  );
}
