import { expect, test } from "bun:test";
import { Glob } from "bun";

/** An aggregate with an ORDER BY among its arguments, which SQLite takes since 3.44 and the libSQL server's parser does not. */
const ORDERED =
  /\b(?:json_group_array|json_group_object|group_concat|string_agg)\((?:[^()]|\((?:[^()]|\([^()]*\))*\))*\border\s+by\b/i;

test("no aggregate of our SQL has an ORDER BY of its own: the edge's database refuses such a statement", async () => {
  const found: string[] = [];
  for (const path of new Glob("{src,migrations}/**/*.{ts,sql}").scanSync())
    if (ORDERED.test(await Bun.file(path).text())) found.push(path);
  expect(found).toEqual([]);
  expect(ORDERED.test("json_group_array(id order by id desc)")).toBe(true);
  expect(ORDERED.test("group_concat(id || coalesce(' (' || a || ')', ''), ', ' ORDER BY id)")).toBe(
    true,
  );
  expect(ORDERED.test("(select json_group_array(id) from (select id from t order by id))")).toBe(
    false,
  );
});

/** A HAVING without a GROUP BY, which SQLite takes since 3.39 and the libSQL server's parser does not. */
const UNGROUPED = /\bfrom\b(?:(?!\bgroup\s+by\b|\bfrom\b|[`;])[\s\S])*\bhaving\b/i;

test("no HAVING of our SQL is without its GROUP BY: the edge's database refuses such a statement", async () => {
  const found: string[] = [];
  for (const path of new Glob("{src,migrations}/**/*.{ts,sql}").scanSync())
    if (UNGROUPED.test(await Bun.file(path).text())) found.push(path);
  expect(found).toEqual([]);
  expect(UNGROUPED.test("select 1 from t where a = 1 having count(*) > 0")).toBe(true);
  expect(UNGROUPED.test("select a from t group by a having count(*) > 0")).toBe(false);
});
