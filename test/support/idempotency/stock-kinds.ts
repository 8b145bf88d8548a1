import { supplier } from "../notes/purchase.ts";
import { app, json, type Kind, type World } from "./world.ts";

const reason = { reason: "engano do estoque" };

async function counted(world: World, about: string, n: number) {
  const product_code = await world.product(`${about}${n}`);
  const scope = { name: `${about}${n}`, scope: "products", product_codes: [product_code] };
  const { count } = await world.ask("POST", "/api/counts", scope);
  return { product_code, path: `/api/counts/${count.id}` };
}

/** A count with lines: one of its product, one of an unknown barcode. */
async function withLines(world: World, about: string, n: number) {
  const { product_code, path } = await counted(world, about, n);
  const { service, token } = world;
  const lines = [
    { product_code, quantity: 7, device: "coletor" },
    { barcode: "789", quantity: 1, device: "coletor" },
  ];
  const answer = await app.request(
    `${path}/lines`,
    {
      method: "POST",
      headers: {
        authorization: `Bearer ${token}`,
        "content-type": "application/json",
        "idempotency-key": `first-${about}${n}`,
      },
      body: JSON.stringify({ lines }),
    },
    { ports: service.ports },
  );
  if (answer.status !== 200) throw new Error(await answer.text());
  return { product_code, path };
}

/** Every POST of products, movements and counts, and of what background work is asked for. */
export const STOCK_KINDS: readonly Kind[] = [
  {
    route: "/api/products",
    answers: "lost",
    make: async (_, n) => json("/api/products", { code: `MADE${n}`, name: "NOVO", unit: "UN" }),
  },
  {
    route: "/api/categories",
    answers: "lost",
    make: async (_, n) => json("/api/categories", { name: `Categoria ${n}` }),
  },
  {
    route: "/api/movements",
    answers: "kept",
    make: async (world, n) =>
      json("/api/movements", {
        product_code: await world.product(`OUT${n}`),
        type: "SAIDA",
        quantity: 1,
      }),
  },
  {
    route: "/api/movements/batch",
    answers: "lost",
    async make(world, n) {
      const product_code = await world.product(`TWICE${n}`);
      const item = { product_code, type: "ENTRADA", quantity: 1 };
      return json("/api/movements/batch", { items: [item, { ...item, type: "SAIDA" }] });
    },
  },
  {
    route: "/api/movements/{id}/reverse",
    answers: "kept",
    async make(world, n) {
      const product_code = await world.product(`UNDONE${n}`);
      const made = { product_code, type: "ENTRADA", quantity: 3 };
      const { movement } = await world.ask("POST", "/api/movements", made);
      return json(`/api/movements/${movement.id}/reverse`, reason);
    },
  },
  {
    route: "/api/counts",
    answers: "kept",
    most: 3,
    make: async (world, n) =>
      json("/api/counts", {
        name: `C${n}`,
        scope: "products",
        product_codes: [await world.product(`OPENED${n}`)],
      }),
  },
  {
    route: "/api/counts/{id}/close",
    answers: "kept",
    most: 3,
    make: async (world, n) =>
      json(`${(await withLines(world, "CLOSED", n)).path}/close`, { missing: "keep", ...reason }),
  },
  {
    route: "/api/counts/{id}/cancel",
    answers: "kept",
    most: 3,
    make: async (world, n) => json(`${(await counted(world, "ENDED", n)).path}/cancel`, reason),
  },
  {
    route: "/api/counts/{id}/lines",
    answers: "kept",
    most: 3,
    async make(world, n) {
      const { path, product_code } = await counted(world, "LINED", n);
      return json(`${path}/lines`, { lines: [{ product_code, quantity: 2, device: "coletor" }] });
    },
  },
  {
    route: "/api/counts/{id}/unknown/{line}/assign",
    answers: "lost",
    most: 3,
    async make(world, n) {
      const { path, product_code } = await withLines(world, "ASSIGNED", n);
      return json(`${path}/unknown/2/assign`, { product_code });
    },
  },
  {
    route: "/api/supplier-items/import",
    answers: "lost",
    async make(world, n) {
      const code = await world.product(`MAPPED${n}`);
      const columns = "CNPJ/CPF do Fornecedor;Código do Fornecedor;Unidade;Produto (Código);Fator";
      return {
        path: "/api/supplier-items/import",
        body: `${columns}\n${supplier.cnpj};X${n};UN;${code};6\n`,
        type: "text/csv",
      };
    },
  },
  {
    route: "/api/exports",
    answers: "kept",
    most: 5,
    make: async () => json("/api/exports", { type: "stock" }),
  },
  {
    route: "/api/jobs/{id}/replay",
    answers: "lost",
    most: 5,
    async make(world) {
      const { id, job_id } = await world.ask("POST", "/api/exports", { type: "stock" });
      await world.service.ports.writer.commit({
        statements: [
          {
            sql: "update jobs set state = 'failed', finished_at = 1, failure = '{}' where company = ?1 and id = ?2",
            args: [world.company, String(job_id ?? id)],
          },
        ],
        read: () => undefined,
      });
      return json(`/api/jobs/${job_id ?? id}/replay`);
    },
  },
];
