import { describe, expect, test } from "bun:test";
import { Glob } from "bun";
import { AUDIT_ACTIONS, isAuditAction } from "../../src/journal/audit-actions.ts";
import { TECHNICAL } from "../../src/page/admin/audit-fields.ts";
import { AUDIT_WORDS, detailWords } from "../../src/page/admin/audit-words.ts";

test("every action of the audit has the words of its detail", () => {
  expect(Object.keys(AUDIT_WORDS).toSorted()).toEqual(Object.keys(AUDIT_ACTIONS).toSorted());
});

/** An action and the members of the detail that stands beside it. */
const WRITTEN = /action: "([\w.]+)",[^;]{0,120}?detail: \{([^{}]*(?:\{[^{}]*\})?[^{}]*)\}/g;

/** The names of the members of an object as it is written in a source, without those that are spread. */
const membersOf = (written: string): string[] =>
  written
    .replaceAll(/\.\.\.\([^)]*\)|\([^()]*\)/g, "")
    .split(",")
    .flatMap((one) => /^\s*(\w+)\s*(?::|$)/.exec(one)?.[1] ?? []);

test("every member of a detail that the code writes is said in words, or is a technical one", async () => {
  const unsaid: string[] = [];
  let seen = 0;
  for (const path of new Glob(
    "src/{accounts,alerts,confirmations,export,homes,ingest,journal,mail,sefaz,stock,webhooks}/**/*.ts",
  ).scanSync())
    for (const [, action = "", written = ""] of (await Bun.file(path).text()).matchAll(WRITTEN))
      for (const member of membersOf(written)) {
        seen += 1;
        expect(isAuditAction(action)).toBe(true);
        if (!(member in (AUDIT_WORDS[action] ?? {})) && !TECHNICAL.includes(member))
          unsaid.push(`${path}: ${action} ${member}`);
      }
  expect(unsaid).toEqual([]);
  expect(seen).toBeGreaterThan(60);
});

describe("the detail of an audit line reads", () => {
  const read: readonly [action: string, detail: object, words: string][] = [
    [
      "key.create",
      { role: "VISUALIZADOR", expires_at: null },
      "Perfil: Visualizador; sem vencimento",
    ],
    [
      "user.update",
      { role: { from: "OPERADOR", to: "GERENTE" }, changed: [] },
      "Perfil: Operador → Gerente",
    ],
    [
      "user.update",
      { active: false, changed: ["name", "password"] },
      "Ativo: não; Mudou: nome, senha",
    ],
    [
      "product.change",
      {
        before: { location: "A-1", min_stock_e4: null },
        after: { location: "B-7", min_stock_e4: 25_000 },
      },
      "Estoque mínimo: vazio → 2,5; Local: A-1 → B-7",
    ],
    [
      "product.create",
      { after: { name: "Café", unit: "KG", ncm: null, active: 1 } },
      "Nome: Café; Unidade: KG; Ativo: sim",
    ],
    [
      "category.delete",
      { before: { name: "Grãos", parent_id: 3 } },
      "Nome: Grãos; Dentro de: categoria 3",
    ],
    [
      "nfe.register",
      { sha256: "a", items: 1_200, holds: ["mapping", "not_ours"] },
      "Itens: 1.200; Pendências: Item sem de-para, Não é da empresa",
    ],
    [
      "nfe.rejudge",
      { before: ["mapping"], holds: [] },
      "Pendências antes: Item sem de-para; Pendências agora: nenhuma",
    ],
    [
      "nfe.cost_added",
      { amount_e2: 12_050, movements: 2, cost: "x" },
      "Valor: R$ 120,50; Movimentos: 2",
    ],
    [
      "nfe.event",
      { type: "110111", sequence: 1, c_stat: "135", sha256: "a", why: "signature" },
      "Evento: Cancelamento; Sequência: 1; Sem efeito: a assinatura não confere",
    ],
    [
      "movement.batch",
      {
        items: [
          { product_code: "P1", quantity_e4: 100_000 },
          { product_code: "P2", quantity_e4: -5_000 },
        ],
      },
      "Produtos: P1 +10, P2 -0,5",
    ],
    [
      "company.update",
      { name: "changed", autoApprove: true, costRisePercent: 30, cnpjs: ["11222333000181"] },
      "Nome: mudou; CNPJs: 11.222.333/0001-81; Aprovar sozinho a nota sem pendência: sim; Avisar quando o custo subir: 30 %",
    ],
    [
      "webhook.create",
      { host: "loja.example", events: [] },
      "Destino: loja.example; Eventos: todos",
    ],
    [
      "nfe.refuse",
      { code: "nfe.of_a_newer_version", sha256: "a", differs: false },
      "Por quê: nfe.of_a_newer_version",
    ],
    ["of.a_newer_version", { what: 1 }, ""],
  ];
  for (const [action, detail, words] of read)
    test(`as ${words === "" ? "nothing, of an action that is not known" : words}`, () => {
      // Intl writes narrow and other blanks.
      const said = detailWords(action, JSON.stringify(detail)).join("; ");
      expect(said.replaceAll(/\s/g, " ")).toBe(words);
    });

  test("as nothing where it is missing, or no JSON", () => {
    expect([detailWords("key.create", null), detailWords("key.create", "{")]).toEqual([[], []]);
  });
});
