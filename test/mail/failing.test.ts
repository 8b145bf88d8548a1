import { expect, test } from "bun:test";
import { Failed } from "../../src/lib/result.ts";
import { pollMailboxes } from "../../src/mail/poll.ts";
import { saveMailSettings } from "../../src/mail/settings.ts";
import { type TestApp, withApp } from "../support/app.ts";
import { beforeNextCommit } from "../support/faults/before-next-commit.ts";
import { BOX } from "../support/mail/imap-box.ts";
import { memoryMailbox } from "../support/mail/memory-mailbox.ts";
import { causeOf } from "../support/ports-with-admin.ts";

const MINUTE = 60_000;

/** A service with a mailbox that can be read or not. */
const withMailbox = (
  body: (
    service: TestApp,
    after: (minutes: number, fails: boolean) => Promise<void>,
    save: () => Promise<void>,
  ) => Promise<void>,
) => {
  const box = memoryMailbox();
  const { visit } = box.mailboxes;
  return withApp(
    async (service) => {
      const ports = { ...service.ports, mailboxes: box.mailboxes };
      const save = () => saveMailSettings(ports, BOX, causeOf(14));
      await save();
      await body(
        service,
        (minutes, fails) => {
          service.ports.clock.advance(minutes * MINUTE);
          box.mailboxes.visit = fails
            ? () => Promise.reject(new Failed({ code: "mailbox.unreachable" }))
            : visit;
          return pollMailboxes(ports);
        },
        save,
      );
    },
    { mailboxes: box.mailboxes },
  );
};

const reported = async ({ rows }: TestApp) =>
  (await rows("select payload from events where type = 'mailbox.failing' order by id")).map(
    ({ payload }) => JSON.parse(String(payload)),
  );
const counted = async ({ send }: TestApp) =>
  (await send("GET", "/api/dashboard/stats")).body.alerts.mailboxes_failing;

test("a mailbox that fails for more than an hour is reported once, until a visit succeeds", () =>
  withMailbox(async (service, after) => {
    await after(0, true);
    const since = new Date(service.ports.clock.now()).toISOString();
    await after(60, true);
    expect([await reported(service), await counted(service)]).toEqual([[], 0]);
    await after(1, true);
    await after(30, true);
    expect(await reported(service)).toEqual([{ code: "mailbox.unreachable", since }]);
    expect(await counted(service)).toBe(1);
    await after(5, false);
    expect(await counted(service)).toBe(0);
    await after(5, true);
    await after(90, true);
    expect(await reported(service)).toHaveLength(2);
  }));

test("failures with a good visit between them are not reported", () =>
  withMailbox(async (service, after) => {
    for (let n = 0; n < 5; n += 1) {
      await after(30, true);
      await after(30, false);
    }
    expect(await reported(service)).toEqual([]);
  }));

test("settings that are saved begin again", () =>
  withMailbox(async (service, after, save) => {
    await after(0, true);
    await after(61, true);
    expect(await counted(service)).toBe(1);
    await save();
    expect(await counted(service)).toBe(0);
    await after(5, true);
    await after(50, true);
    expect(await reported(service)).toHaveLength(1);
  }));

test("settings saved between a visit and its record are left as they are, and not reported", () =>
  withMailbox(async (service, after, save) => {
    await after(0, true);
    service.ports.clock.advance(90 * MINUTE);
    beforeNextCommit(service.ports, save);
    await after(0, true);
    expect(await reported(service)).toEqual([]);
    expect(await service.rows("select failing_since, failing_reported from mail_settings")).toEqual(
      [{ failing_since: null, failing_reported: 0 }],
    );
  }));

test("two processes whose visits fail tell of it once", () =>
  withMailbox(async (service, after) => {
    await after(0, true);
    service.ports.clock.advance(61 * MINUTE);
    await Promise.all([after(0, true), after(0, true)]);
    expect(await reported(service)).toHaveLength(1);
  }));
