import type { OpenAPIHono } from "@hono/zod-openapi";
import { trusted } from "../lib/cast.ts";
import { VERSION } from "../version.ts";
import { complete, type Examples } from "./complete-contract.ts";
import type { Env } from "./env.ts";

/** Where the files of the page have the examples of the contract, which are not in the bundle of the Worker. */
const EXAMPLES = "/docs/examples.json";

/** Serves `/openapi.json`, made once, at the first request for it: it is half of the work of the start (0.1 s). */
export function serveOpenApi(app: OpenAPIHono<Env>): OpenAPIHono<Env> {
  let made: string | undefined;
  app.get("/openapi.json", async (c) => {
    if (made === undefined) {
      const file = await c.var.ports.page.file(EXAMPLES, []);
      const text = file === null ? "{}" : new TextDecoder().decode(file.bytes);
      const document = documentOf(app, trusted<Examples>(JSON.parse(text)));
      // Without them it is made again: they may come with the files of the page.
      if (file === null) return c.body(document, 200, { "content-type": "application/json" });
      made = document;
    }
    return c.body(made, 200, { "content-type": "application/json" });
  });
  return app;
}

function documentOf(app: OpenAPIHono<Env>, examples: Examples): string {
  app.openAPIRegistry.registerComponent("securitySchemes", "bearer", {
    type: "http",
    scheme: "bearer",
    bearerFormat: "JWT",
    description:
      "O token de POST /api/login (24 h), ou uma chave de API (sge_…). Cada operação diz o perfil mínimo em x-least-role, e a permissão em x-permission.",
  });
  const made = withIdempotencyKey(
    app.getOpenAPI31Document({
      openapi: "3.1.0",
      info: {
        title: "S.G.E.",
        version: VERSION,
        description:
          "Recebe NF-e e mantém o estoque exato. Os erros seguem a RFC 9457; quem programa lê code. Números decimais são exatos: leia-os como decimais, e envie-os como número de até 15 dígitos ou como texto.",
        contact: { name: "S.G.E." },
        license: { name: "MIT", url: "https://spdx.org/licenses/MIT.html" },
      },
      servers: [{ url: "/", description: "Este servidor" }],
    }),
  );
  complete(made, examples);
  return JSON.stringify(made);
}

type Document = ReturnType<OpenAPIHono<Env>["getOpenAPI31Document"]>;

const IDEMPOTENCY_KEY = {
  name: "idempotency-key",
  in: "header" as const,
  required: false,
  description:
    "Nomeia a requisição: repetida com a mesma chave em 24 horas, ela é executada uma vez, e a resposta guardada volta com Idempotency-Replayed: true",
  schema: { type: "string" as const, minLength: 1, maxLength: 200, pattern: "^[\\x21-\\x7e]+$" },
};

/** Every POST that needs a token takes the header (http/idempotency), but for the one that has its own. */
function withIdempotencyKey(document: Document): Document {
  const components = { ...document.components };
  components.parameters = { ...components.parameters, IdempotencyKey: IDEMPOTENCY_KEY };
  for (const { post } of Object.values(document.paths ?? {})) {
    if (post === undefined || post.security?.length === 0) continue;
    const given = post.parameters ?? [];
    if (given.some((one) => "name" in one && one.name === IDEMPOTENCY_KEY.name)) continue;
    post.parameters = [...given, { $ref: "#/components/parameters/IdempotencyKey" }];
  }
  return { ...document, components };
}
