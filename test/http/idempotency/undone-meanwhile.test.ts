import { expect, test } from "bun:test";
import { syntheticNote } from "../../../src/synthetic/synthetic-note.ts";
import { withApp } from "../../support/app.ts";
import { sendOnce } from "../../support/idempotency/cut-sending.ts";
import {
  json,
  PASSWORD,
  type Sent,
  TAKES_ALL,
  twoCompanies,
  type World,
} from "../../support/idempotency/world.ts";

const reason = { reason: "engano" };
const note = syntheticNote({ seed: 1 });
const of = (what: string) => `/api/nfes/${note.accessKey}/${what}`;
const form = `--b\r\nContent-Disposition: form-data; name="files"; filename="a.xml"\r\n\r\n${note.xml}\r\n--b--\r\n`;

/** What was there, the POST whose answer is lost, and what others do before it is sent again. */
const CASES: readonly {
  readonly does: string;
  readonly before?: (world: World) => Promise<unknown>;
  readonly sent: Sent;
  readonly undo: readonly [path: string, body: object];
}[] = [
  {
    does: "an upload with approval",
    sent: { path: "/api/nfe/upload?approve=true", body: note.xml, type: "text/xml" },
    undo: [of("reverse"), reason],
  },
  {
    does: "a batch with approval",
    sent: {
      path: "/api/nfe/batch?approve=true",
      type: "multipart/form-data; boundary=b",
      body: form,
    },
    undo: [of("reverse"), reason],
  },
  {
    does: "an approval",
    before: ({ upload }) => upload(note.xml, "?approve=false"),
    sent: json(of("process")),
    undo: [of("reverse"), reason],
  },
  {
    does: "an approval of several notes",
    before: ({ upload }) => upload(note.xml, "?approve=false"),
    sent: json("/api/nfes/process", { access_keys: [note.accessKey] }),
    undo: [of("reverse"), reason],
  },
  {
    does: "a reversal",
    before: ({ upload }) => upload(note.xml),
    sent: json(of("reverse"), reason),
    undo: [of("process"), {}],
  },
  {
    does: "a discard",
    before: ({ upload }) => upload(note.xml, "?approve=false"),
    sent: json(of("discard"), reason),
    undo: [of("restore"), {}],
  },
  {
    does: "a restoring",
    before: async ({ upload, ask }) => {
      await upload(note.xml, "?approve=false");
      await ask("POST", of("discard"), reason);
    },
    sent: json(of("restore")),
    undo: [of("discard"), reason],
  },
];

for (const { does, before, sent, undo } of CASES)
  test(`${does} whose answer was lost, and that others have undone meanwhile, is not done again by its key`, () =>
    withApp(async (service) => {
      const [world] = await twoCompanies(service);
      await before?.(world);
      const keyed = { world, sent, key: "once" };
      expect(await sendOnce(keyed, "dies after")).toBeNull();
      await world.ask("POST", ...undo);
      const state = () =>
        service.rows(
          `select n.status, n.registration, (select count(*) from movements where company = 1) as movements
            from notes n where n.company = 1 and n.access_key = ?1`,
          [note.accessKey],
        );
      const undone = await state();
      service.ports.clock.advance(600_000);
      const again = await sendOnce(keyed);
      expect([again?.status, await state()]).toEqual([again?.status, undone]);
      expect(again?.status === 409 ? again.body.code : "kept").toMatch(
        /^(kept|idempotency\.answer_lost)$/,
      );
    }, TAKES_ALL));

test("a logout whose answer was lost, sent again by its key after the next login, ends no session of it", () =>
  withApp(async (service) => {
    const [world] = await twoCompanies(service);
    const email = "pessoa@loja.example";
    const first = await world.person(email);
    const logout = (token: string) => ({
      world,
      sent: { path: "/api/logout", token },
      key: "once",
    });
    expect(await sendOnce(logout(first), "dies after")).toBeNull();
    const login = json("/api/login", { email, password: PASSWORD });
    const entered = await sendOnce({ world, sent: { ...login, token: null }, key: "login" });
    service.ports.clock.advance(600_000);
    expect((await sendOnce(logout(entered?.body.token)))?.status).toBe(204);
    const [done] = await service.rows(
      `select (select count(*) from audit where action = 'logout') as lines, token_version
        from users where email = ?1`,
      [email],
    );
    expect(done).toEqual({ lines: 1, token_version: 2 });
  }, TAKES_ALL));
