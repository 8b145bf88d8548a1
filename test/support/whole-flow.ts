import { Failed } from "../../src/lib/result.ts";
import { cancellationEvent } from "../../src/synthetic/events.ts";
import { MALFORMED } from "../../src/synthetic/malformed.ts";
import { syntheticNote } from "../../src/synthetic/synthetic-note.ts";
import { zipOf } from "../../src/synthetic/zip.ts";
import type { Answer, Send, TestApp } from "./app.ts";
import type { TestOverrides } from "./ports.ts";
import { runJobs } from "./run-jobs.ts";
import { somePfx } from "./sefaz/some-pfx.ts";

/** Values that must not appear in a log, span or metric. */
export const SECRETS = {
  password: "uma senha só minha 42",
  newPassword: "outra senha só minha 43",
  wrongPassword: "uma senha errada 44",
  supplier: "FORNECEDOR CONFIDENCIAL LTDA",
  person: "MARIA DAS DORES CONFIDENCIAL",
  cpf: "52998224725",
  product: "PARAFUSO CONFIDENCIAL",
  code: "CONF-7781",
  reason: "motivo confidencial",
  note: "anotação confidencial",
  metricsToken: "metrics-token-confidencial",
  mailPassword: "a senha confidencial da caixa",
  mailUser: "caixa.confidencial",
  mailHost: "imap.confidencial.example",
  pfxPassword: "a senha confidencial do certificado",
} as const;

/** Options of a service whose first administrator has a password, and whose mailboxes refuse the login. */
export const withAdministrator: TestOverrides = {
  config: {
    ADMIN_EMAIL: "chefe.confidencial@example.com",
    ADMIN_PASSWORD: SECRETS.password,
    METRICS_TOKEN: SECRETS.metricsToken,
    MAIL_DOMAIN: "notas.example",
  },
  mailboxes: { visit: () => Promise.reject(new Failed({ code: "mailbox.login" })) },
};

/** A note that contains every kind of secret. */
const confidentialNote = (seed: number, person = false) =>
  syntheticNote({
    seed,
    emit: person
      ? { cpf: SECRETS.cpf, name: SECRETS.person }
      : { cnpj: "11444777000161", name: SECRETS.supplier },
    items: [
      { cProd: SECRETS.code, xProd: SECRETS.product, uCom: "UN", qCom: "10", vUnCom: "7.7781" },
    ],
  });

/** The answer to one step of the flow. */
export interface Step {
  readonly name: string;
  readonly answer: Answer;
}

/**
 * Calls each route that writes, in the order of a shop's work, and provokes many refusals. Returns the steps, and every secret
 * that was sent or created.
 */
export async function wholeFlow(
  service: TestApp,
): Promise<{ steps: Step[]; secrets: readonly string[] }> {
  const { send, raw, upload } = service;
  const steps: Step[] = [];
  const secrets: string[] = [...Object.values(SECRETS), "<infNFe", "chefe.confidencial"];
  const step = async (name: string, answer: Promise<Answer>): Promise<Answer> => {
    steps.push({ name, answer: await answer });
    return answer;
  };
  const call = (name: string, method: string, path: string, options: Send = {}) =>
    step(name, send(method, path, options));
  const login = (name: string, password: string) =>
    call(name, "POST", "/api/login", {
      as: "anonymous",
      json: { email: "chefe.confidencial@example.com", password },
    });

  await login("login.failed", SECRETS.wrongPassword);
  const { token } = (await login("login", SECRETS.password)).body;
  secrets.push(token, service.tokenOf("ADMIN"), service.tokenOf("OPERADOR"));
  const bearer = (secret: string): Send => ({
    as: "anonymous",
    headers: { authorization: `Bearer ${secret}` },
  });
  const { token: renewed } = (
    await call("password.change", "PUT", "/api/me/password", {
      ...bearer(token),
      json: { current_password: SECRETS.password, new_password: SECRETS.newPassword },
    })
  ).body;
  const key = (
    await call("key.create", "POST", "/api/keys", { json: { name: "ERP", role: "OPERADOR" } })
  ).body;
  secrets.push(renewed, key.key);
  const person = { email: "ana.confidencial@example.com", role: "OPERADOR" };
  const { id, invite } = (await call("user.create", "POST", "/api/users", { json: person })).body;
  const renewedLink = (await call("user.invite", "POST", `/api/users/${id}/invite`)).body;
  secrets.push(invite.token, renewedLink.token, "ana.confidencial");
  await call("user.accept", "POST", "/api/password/set", {
    as: "anonymous",
    json: { token: renewedLink.token, password: SECRETS.newPassword },
  });
  await call("user.update", "PUT", `/api/users/${id}`, {
    json: { name: SECRETS.person, password: SECRETS.newPassword, role: "GERENTE" },
  });
  await call("session.company", "POST", "/api/session/company", {
    ...bearer(renewed),
    json: { company: 1 },
  });
  await call("user.deactivate", "DELETE", `/api/users/${id}`);

  const [first, second, third] = [1, 2, 3].map((n) => confidentialNote(n, n === 2));
  if (!first || !second || !third) throw new Error("three notes");
  secrets.push(first.accessKey, second.accessKey, third.accessKey);
  await step("nfe.register", upload(first.xml));
  await step("nfe.refuse duplicate", upload(first.xml));
  await step("nfe.refuse", upload(first.xml.slice(0, -20)));
  await step("nfe.refuse malformed", upload(MALFORMED[0]?.bytes ?? "<"));
  await call("nfe.process", "POST", `/api/nfes/${first.accessKey}/process`, bearer(key.key));
  await step("nfe.register_and_process", upload(second.xml, "?approve=true"));
  await step("nfe.register third", upload(third.xml));
  const noted = `/api/nfes/${third.accessKey}`;
  await call("nfe.discard", "POST", `${noted}/discard`, { json: { reason: SECRETS.reason } });
  await call("nfe.restore", "POST", `${noted}/restore`);
  await step("nfe.event", upload(cancellationEvent(third.accessKey)));
  const zip = await zipOf([
    { name: "a.xml", bytes: new TextEncoder().encode(confidentialNote(4).xml) },
    { name: "b.xml", bytes: new TextEncoder().encode("<nada>") },
  ]);
  await call("nfe.batch", "POST", "/api/nfe/batch", {
    body: zip,
    headers: { "content-type": "application/zip" },
  });

  const queued = await zipOf([
    { name: "c.xml", bytes: new TextEncoder().encode(confidentialNote(5).xml) },
    { name: `${SECRETS.person}.xml`, bytes: new TextEncoder().encode("<nada>") },
  ]);
  const { job_id: batch } = (
    await call("nfe.enqueue", "POST", "/api/nfe/batch?async=true", {
      as: "anonymous",
      body: queued,
      headers: { "content-type": "application/zip", authorization: `Bearer ${key.key}` },
    })
  ).body;
  const order = { type: "movements", filters: { product_code: SECRETS.code } };
  const ordered = await call("export.order", "POST", "/api/exports", { json: order });
  const unwanted = await call("export.order again", "POST", "/api/exports", { json: order });
  await call("export.cancel", "DELETE", unwanted.headers.get("location") ?? "");
  await runJobs(service.ports);
  await call("read the batch", "GET", `/api/jobs/${batch}`);
  await call("read the export", "GET", ordered.headers.get("location") ?? "");
  await call("read the file", "GET", `${ordered.headers.get("location")}/file`);

  await call("company.update", "PATCH", "/api/company", {
    json: { name: SECRETS.supplier, allow_negative: false, require_signature: true },
  });
  const mailbox = {
    imap_host: SECRETS.mailHost,
    imap_user: SECRETS.mailUser,
    imap_password: SECRETS.mailPassword,
  };
  await call("mail.configure", "PUT", "/api/config/email", { json: { ...mailbox, active: true } });
  await call("try the mailbox", "POST", "/api/config/email/test", { json: mailbox });
  await call("mail.address", "POST", "/api/config/email/address");
  await call("read the mailbox", "GET", "/api/config/email");
  const alerts = { recipients: [`${SECRETS.mailUser}@loja.example`], events: ["stock.low"] };
  await call("alerts.configure", "PUT", "/api/config/alerts", { json: alerts });
  await call("read the alerts", "GET", "/api/config/alerts");
  const movement = (type: string, quantity: number) => ({
    json: { product_code: SECRETS.code, type, quantity, notes: SECRETS.note },
  });
  await call("movement.create", "POST", "/api/movements", movement("SAIDA", 1));
  await call("movement refused", "POST", "/api/movements", movement("SAIDA", 9_999));
  await call("supplier_item.put", "PUT", "/api/supplier-items", {
    json: {
      supplier_cnpj: SECRETS.cpf,
      code: SECRETS.code,
      unit: "CX",
      product_code: SECRETS.code,
      factor: 12,
    },
  });

  for (const path of [
    `/api/nfes?search=${encodeURIComponent(SECRETS.supplier)}`,
    noted,
    `${noted}/xml`,
    `/api/stock?search=${encodeURIComponent(SECRETS.product)}`,
    "/api/products",
    "/api/movements/list",
    "/api/supplier-items",
    "/api/dashboard/stats",
    "/api/export/movements",
    "/api/export/stock",
    "/api/events",
    "/api/keys",
  ])
    await call(`read ${path}`, "GET", path);
  await call("metrics", "GET", "/metrics", bearer(SECRETS.metricsToken));

  const stream = await raw("GET", `/api/notifications/stream?token=${service.tokenOf("GERENTE")}`, {
    as: "anonymous",
  });
  await stream.body?.cancel();
  secrets.push(service.tokenOf("GERENTE"));
  for (const [name, method, path, options] of [
    ["no such token", "GET", "/api/nfes", bearer(`${token}x`)],
    ["token in the path", "GET", `/api/${key.key}`, {}],
    ["token in the query", "GET", `/api/nfes?token=${token}`, { as: "anonymous" }],
    ["no JSON", "POST", "/api/login", { body: `{"password":"${SECRETS.password}"` }],
    ["wrong field", "PATCH", "/api/company", { json: { [SECRETS.cpf]: SECRETS.person } }],
    ["wrong query", "GET", `/api/nfes?status=${SECRETS.cpf}`, {}],
  ] as const)
    await call(name, method, path, options);

  const hook = (
    await call("webhook.create", "POST", "/api/webhooks", {
      json: { url: "https://erp.loja.com.br/", events: ["*"] },
    })
  ).body;
  const renewedHook = (
    await call("webhook.rotate_secret", "POST", `/api/webhooks/${hook.id}/rotate-secret`)
  ).body;
  secrets.push(hook.secret.slice(6), renewedHook.secret.slice(6));
  await call("webhook.replay", "POST", `/api/webhooks/${hook.id}/replay?after=e0`);
  await call("webhook.change", "PATCH", `/api/webhooks/${hook.id}`, { json: { active: false } });
  await call("webhook.delete", "DELETE", `/api/webhooks/${hook.id}`);
  const passphrase = SECRETS.pfxPassword;
  const pfx = somePfx({ passphrase }).toBase64();
  secrets.push(pfx.slice(800, 840));
  const certificate = { pfx, passphrase: SECRETS.wrongPassword };
  await call("wrong passphrase", "POST", "/api/certificates", { json: certificate });
  const kept = await call("certificate.add", "POST", "/api/certificates", {
    json: { pfx, passphrase },
  });
  await call("certificate.remove", "DELETE", `/api/certificates/${kept.body.id}`);
  await call("key.revoke", "DELETE", `/api/keys/${key.id}`);
  await call("logout", "POST", "/api/logout", bearer(renewed));
  return { steps, secrets };
}
