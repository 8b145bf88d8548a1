import { expect, test } from "bun:test";
import { type TestApp, withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";

const create = ({ send }: TestApp, name: string, parent_id?: number) =>
  send("POST", "/api/categories", { json: { name, parent_id }, as: "GERENTE" });
const put = ({ send }: TestApp, id: number, json: object) =>
  send("PUT", `/api/categories/${id}`, { json, as: "GERENTE" });
const remove = ({ send }: TestApp, id: number) =>
  send("DELETE", `/api/categories/${id}`, { as: "GERENTE" });
const list = async ({ send }: TestApp) => (await send("GET", "/api/categories")).body;

test("categories are a bare array, in the order of a dictionary", () =>
  withApp(async (service) => {
    expect(await list(service)).toEqual([]);
    for (const name of ["Óleos", "abrasivos", "Zinco", "Ágata"]) await create(service, name);
    expect((await list(service)).map(({ name }: { name: string }) => name)).toEqual([
      "abrasivos",
      "Ágata",
      "Óleos",
      "Zinco",
    ]);
  }));

test("a name is of one category, without regard to case and accents", () =>
  withApp(async (service) => {
    expect(await create(service, "Óleos")).toMatchObject({
      status: 201,
      body: { id: expect.any(Number), name: "Óleos", parent_id: null },
    });
    const { body } = await create(service, "Graxas");
    for (const answer of [
      await create(service, "OLEOS"),
      await put(service, body.id, { name: "oleos" }),
    ])
      expect(answer).toMatchObject({
        status: 409,
        body: { code: "category.name_taken", error: expect.any(String) },
      });
    expect((await create(service, " ")).status).toBe(400);
    expect((await put(service, body.id, { name: "GRAXAS" })).status).toBe(200);
  }));

test("a new name alone keeps the parent, and null takes it away", () =>
  withApp(async (service) => {
    const { body: root } = await create(service, "Alimentos");
    const { body: child } = await create(service, "Doces", root.id);
    expect(await put(service, child.id, { name: "Doçaria" })).toMatchObject({
      status: 200,
      body: { id: child.id, name: "Doçaria", parent_id: root.id },
    });
    expect((await put(service, child.id, { ...child, parent_id: null })).body.parent_id).toBe(null);
    const audited = await service.rows(
      "select detail from audit where action = 'category.change' order by id",
    );
    expect(JSON.parse(String(audited[0]?.detail))).toEqual({
      before: { name: "Doces", parent_id: root.id },
      after: { name: "Doçaria", parent_id: root.id },
    });
    const events = (await service.send("GET", "/api/events?limit=100")).body.data;
    expect(events.map(({ type }: { type: string }) => type)).toEqual([
      "category.created",
      "category.created",
      "category.changed",
      "category.changed",
    ]);
  }));

test("a tree has five levels and no circle", () =>
  withApp(async (service) => {
    const ids: number[] = [];
    for (const name of ["1", "2", "3", "4", "5"])
      ids.push((await create(service, name, ids.at(-1))).body.id);
    const wrong = { status: 400, body: { code: "category.parent" } };
    const [first = 0, second = 0, third = 0] = ids;
    expect(await create(service, "6", ids.at(-1))).toMatchObject(wrong);
    expect(await create(service, "7", 999)).toMatchObject(wrong);
    for (const parent_id of ids)
      expect(await put(service, first, { name: "1", parent_id })).toMatchObject(wrong);
    const { body: other } = await create(service, "outra");
    expect(await put(service, first, { name: "1", parent_id: other.id })).toMatchObject(wrong);
    expect((await put(service, second, { name: "2", parent_id: other.id })).status).toBe(200);
    expect((await put(service, third, { name: "3", parent_id: first })).status).toBe(200);
  }));

test("a circle that two changes would make together is refused", () =>
  withApp(async (service) => {
    const { body: a } = await create(service, "A");
    const { body: b } = await create(service, "B");
    beforeNextCommit(service.ports, async () => {
      await put(service, b.id, { name: "B", parent_id: a.id });
    });
    expect((await put(service, a.id, { name: "A", parent_id: b.id })).status).toBe(400);
    expect(await list(service)).toEqual([a, { ...b, parent_id: a.id }]);
  }));

test("a category is removed when nothing hangs on it, also where a product comes in between", () =>
  withApp(async (service) => {
    const { body: root } = await create(service, "A");
    const { body: child } = await create(service, "B", root.id);
    expect(await remove(service, root.id)).toMatchObject({
      status: 409,
      body: { code: "category.in_use", products: 0, categories: 1 },
    });
    beforeNextCommit(service.ports, async () => {
      await service.send("POST", "/api/products", {
        json: { code: "P", name: "P", unit: "UN", category_id: child.id },
      });
    });
    expect(await remove(service, child.id)).toMatchObject({ status: 409, body: { products: 1 } });
    await service.send("PATCH", "/api/products/P", { json: { category_id: null } });
    expect((await remove(service, child.id)).status).toBe(204);
    expect((await remove(service, child.id)).status).toBe(404);
    expect((await create(service, "C")).body.id).toBeGreaterThan(child.id);
  }));

test("a category that is removed in between is no category of a product", () =>
  withApp(async (service) => {
    const { body: a } = await create(service, "A");
    await service.send("POST", "/api/products", { json: { code: "P", name: "P", unit: "UN" } });
    beforeNextCommit(service.ports, async () => {
      await remove(service, a.id);
    });
    const answer = await service.send("PATCH", "/api/products/P", { json: { category_id: a.id } });
    expect(answer).toMatchObject({ status: 400, body: { code: "product.category" } });
  }));

test("a filter by category takes the categories below it, in lists and in the file", () =>
  withApp(async (service) => {
    const { body: food } = await create(service, "Alimentos");
    const { body: sweet } = await create(service, "Doces", food.id);
    for (const [code, category_id] of [
      ["A", food.id],
      ["B", sweet.id],
      ["C", undefined],
    ])
      await service.send("POST", "/api/products", {
        json: { code, name: `PRODUTO ${code}`, unit: "UN", category_id },
      });
    const codes = async (path: string) =>
      (await service.send("GET", path)).body.data.map(({ code }: { code: string }) => code);
    for (const path of ["/api/products", "/api/stock"]) {
      expect(await codes(`${path}?category_id=${food.id}`)).toEqual(["A", "B"]);
      expect(await codes(`${path}?category_id=${sweet.id}`)).toEqual(["B"]);
    }
    const file = await service.send(
      "GET",
      `/api/export/stock?category_id=${food.id}&dialect=rfc4180`,
    );
    expect(
      file.text
        .trim()
        .split("\r\n")
        .slice(1)
        .map((line) => line.split(",")[6]),
    ).toEqual(["Alimentos", "Doces"]);
    await put(service, sweet.id, { name: "Doçaria" });
    expect((await service.send("GET", "/api/stock?search=B")).body.data[0].category_name).toBe(
      "Doçaria",
    );
  }));

test("a company has at most 1,000 categories, and sees its own only", () =>
  withApp(async (service) => {
    await service.ports.database.writing.execute(`
      insert into categories (company, name, folded, created_at, updated_at)
      with recursive n (n) as (select 1 union all select n + 1 from n where n < 1000) select 1, 'c' || n, 'c' || n, 0, 0 from n`);
    expect(await create(service, "mais uma")).toMatchObject({
      status: 409,
      body: { code: "category.too_many" },
    });
    const others = await service.send("GET", "/api/categories", { as: "otherCompany" });
    expect(others.body).toEqual([]);
    const answer = await service.send("PUT", "/api/categories/1", {
      json: { name: "x" },
      as: "otherCompany",
    });
    expect(answer.status).toBe(404);
  }));
