import type { TestApp } from "../app.ts";
import { browserOf, OWNER } from "./browser.ts";

/** Asks the routes of a browser's session, signed in as an invited person would be. */
export async function walkSession(service: TestApp, walked: Set<string>): Promise<void> {
  const hash = await service.ports.passwords.hash(OWNER.password);
  await service.ports.writer.commit({
    statements: [{ sql: "update users set password_hash = ?1 where id = 12", args: [hash] }],
    read: () => undefined,
  });
  const browser = browserOf(service);
  for (const method of ["POST", "GET", "DELETE"]) walked.add(`${method} /api/session`);
  await browser.enter({ email: "pessoa12@example.com", password: OWNER.password });
  await browser.ask("GET", "/api/session");
  await browser.ask("DELETE", "/api/session");
}
