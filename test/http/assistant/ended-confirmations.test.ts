import { expect, test } from "bun:test";
import { withApp } from "../../support/app.ts";
import { beforeNextCommit } from "../../support/faults/before-next-commit.ts";
import { assistantOf } from "../../support/http/assistant.ts";
import { askMovement, path, stocked } from "../../support/http/confirmations.ts";

test("a request that is over, refused or of a revoked key can no longer be confirmed", () =>
  withApp(async (service) => {
    const { code } = await stocked(service);
    const assistant = await assistantOf(service);
    const ids: string[] = [];
    for (let n = 0; n < 3; n++) ids.push((await askMovement(assistant, code)).confirmation_id);
    const [refused = "", revoked = "", late = ""] = ids;
    expect((await service.send("DELETE", path(refused))).status).toBe(204);
    const states = async (id: string) => {
      const confirmed = await service.send("POST", path(id));
      return [confirmed.status, confirmed.body.state];
    };
    expect(await states(refused)).toEqual([409, "refused"]);
    const now = service.ports.clock.now();
    service.ports.clock.now = () => now + 900_000;
    expect(await states(late)).toEqual([409, "expired"]);
    service.ports.clock.now = () => now;
    const [key] = await service.rows("select asked_by_key from confirmations where id = ?1", [
      revoked,
    ]);
    const revoke = () => service.send("DELETE", `/api/keys/${key?.asked_by_key}`);
    beforeNextCommit(service.ports, revoke);
    expect(await states(revoked)).toEqual([409, "expired"]);
    expect(await states(revoked)).toEqual([409, "expired"]);
    expect((await service.send("GET", "/api/confirmations")).body.data).toEqual([]);
  }));

test("a request of a key that ends meanwhile can no longer be confirmed", () =>
  withApp(async (service) => {
    const { code } = await stocked(service);
    const assistant = await assistantOf(service);
    const { confirmation_id } = await askMovement(assistant, code);
    const before = await service.rows("select count(*) as n from movements");
    const end = () =>
      service.ports.database.writing.execute({
        sql: "update api_keys set expires_at = ?1",
        args: [service.ports.clock.now()],
      });
    beforeNextCommit(service.ports, end);
    const late = await service.send("POST", path(confirmation_id));
    expect([late.status, late.body.code, late.body.state]).toEqual([
      409,
      "confirmation.ended",
      "expired",
    ]);
    expect((await service.send("GET", path(confirmation_id))).body.state).toBe("expired");
    expect((await service.send("GET", "/api/confirmations")).body.data).toEqual([]);
    expect(await service.rows("select count(*) as n from movements")).toEqual(before);
  }));

test("a request whose time ends before its batch is expired, not confirmed", () =>
  withApp(async (service) => {
    const { code } = await stocked(service);
    const { confirmation_id } = await askMovement(await assistantOf(service), code);
    const now = service.ports.clock.now();
    const { rows } = service.ports.reader;
    service.ports.reader.rows = (statement, signal) => {
      // Its plan is being made: the look at its time is over.
      if (statement.sql.includes("balances")) service.ports.clock.now = () => now + 900_000;
      return rows.call(service.ports.reader, statement, signal);
    };
    const late = await service.send("POST", path(confirmation_id));
    expect([late.status, late.body.state]).toEqual([409, "expired"]);
    expect((await service.send("GET", `/api/stock/${code}`)).body.quantity).toBe(11);
  }));

test("a request ends when the person who made its key is no longer active, or is demoted below the write", async () => {
  for (const change of ["active = 0", "role = 'VISUALIZADOR'"])
    await withApp(async (service) => {
      const { code } = await stocked(service);
      const assistant = await assistantOf(service);
      const { confirmation_id: early } = await askMovement(assistant, code);
      const { confirmation_id: late } = await askMovement(assistant, code);
      const lose = () =>
        service.ports.database.writing.execute({
          sql: `update memberships set ${change} where company = 1
            and user_id = (select created_by from api_keys where company = 1)`,
          args: [],
        });
      // Right before the batch of the first; the second finds it so.
      beforeNextCommit(service.ports, lose);
      for (const id of [late, early]) {
        const { status, body } = await service.send("POST", path(id), { as: "GERENTE" });
        expect([status, body.code, body.state]).toEqual([409, "confirmation.ended", "expired"]);
      }
      const stock = await service.send("GET", `/api/stock/${code}`, { as: "GERENTE" });
      expect(stock.body.quantity).toBe(11);
      const shown = await service.send("GET", path(early), { as: "GERENTE" });
      expect([shown.body.state, shown.body.plan]).toEqual(["expired", null]);
      const waits = await service.send("GET", "/api/confirmations", { as: "GERENTE" });
      expect(waits.body.data).toEqual([]);
    });
});
