import { expect, test } from "bun:test";
import fc from "fast-check";
import { seal, unseal } from "../../src/lib/seal.ts";
import { FULL } from "../support/full.ts";

const SECRET = "a secret of the tests, 32 characters or more";

test("S10: a sealed password is opened by the same secret and binding, and does not contain the password", () =>
  fc.assert(
    fc.asyncProperty(
      fc.string({ minLength: 1, unit: "binary" }),
      fc.string(),
      async (password, place) => {
        fc.pre(password.isWellFormed());
        const sealed = await seal("mailbox", SECRET, password, place);
        expect(sealed).toMatch(/^v1\.[A-Za-z0-9+/]{16}\.[A-Za-z0-9+/=]+$/);
        expect(await unseal("mailbox", SECRET, sealed, place)).toBe(password);
        expect(await seal("mailbox", SECRET, password, place)).not.toBe(sealed);
      },
    ),
    { seed: 20261123, numRuns: FULL ? 50 : 10 },
  ));

test("S10: a sealed password is not opened by another secret or binding, nor after a change of its text", async () => {
  const sealed = await seal("mailbox", SECRET, "uma senha", "aqui");
  expect(await unseal("mailbox", `${SECRET}!`, sealed, "aqui")).toBeNull();
  expect(await unseal("mailbox", SECRET, sealed, "ali")).toBeNull();
  const [version, iv = "", text = ""] = sealed.split(".");
  const flipped = `${text.startsWith("A") ? "B" : "A"}${text.slice(1)}`;
  for (const other of [
    [version, iv, flipped].join("."),
    [version, text, iv].join("."),
    ["v2", iv, text].join("."),
    [version, iv].join("."),
    "v1.*.*",
    "uma senha",
    "",
  ])
    expect([other, await unseal("mailbox", SECRET, other, "aqui")]).toEqual([other, null]);
});

test("S10: a text that was sealed for a mailbox is not opened as the secret of a webhook", async () => {
  const sealed = await seal("mailbox", SECRET, "uma senha", "aqui");
  expect(await unseal("webhook", SECRET, sealed, "aqui")).toBeNull();
});
