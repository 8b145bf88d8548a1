import { expect, test } from "bun:test";
import { STAYING, shapesOf, TABLES, WITH_IDS } from "../../src/homes/tables.ts";
import { testPorts } from "../support/ports.ts";

test("every table with rows of companies moves with them or stays with the people", async () => {
  const ports = await testPorts();
  try {
    const rows = await ports.reader.rows({
      sql: `select t.name from sqlite_schema t where t.type = 'table' and (t.name = 'companies' or exists
        (select 1 from pragma_table_xinfo(t.name) c where c.name = 'company')) order by t.name`,
      args: [],
    });
    expect(rows.map(({ name }) => name)).toEqual([...TABLES, ...STAYING].toSorted());
    const numbered = await ports.reader.rows({
      sql: "select name from sqlite_schema where sql like '%AUTOINCREMENT%' and type = 'table' order by name",
      args: [],
    });
    const own = numbered
      .map(({ name }) => name)
      .filter((name) => TABLES.some((one) => one === name));
    expect(own).toEqual([...WITH_IDS].toSorted());
    const shapes = await shapesOf(ports);
    expect(shapes.filter(({ columns }) => !columns.includes("company"))).toEqual([]);
  } finally {
    await ports.close();
  }
});
