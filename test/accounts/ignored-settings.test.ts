import { expect, test } from "bun:test";
import { ignoredSettings } from "../../src/accounts/ignored-settings.ts";
import { addUser, portsWithAdmin } from "../support/ports-with-admin.ts";

const NAMES = ["COMPANY_NAME", "COMPANY_CNPJ", "COMPANY_ENVIRONMENT", "ADMIN_EMAIL"];
const ALL = new Set(NAMES);

test("settings of the first run that say what the database says are not told, each that says something else is", async () => {
  const ports = await portsWithAdmin();
  expect(await ignoredSettings(ports, ALL)).toEqual([]);
  const config = {
    ...ports.config,
    COMPANY_NAME: "Outra",
    COMPANY_CNPJ: ["11222333000181"],
    COMPANY_ENVIRONMENT: "homologation" as const,
    ADMIN_EMAIL: "outra@loja.example",
  };
  expect(await ignoredSettings({ ...ports, config }, ALL)).toEqual(NAMES);
  expect(await ignoredSettings({ ...ports, config }, new Set(["ADMIN_EMAIL"]))).toEqual([
    "ADMIN_EMAIL",
  ]);
  // Of two companies nobody can say which is meant.
  await addUser(ports, { email: "eva@outra.example", role: "ADMIN", company: 2 });
  expect(await ignoredSettings({ ...ports, config }, ALL)).toEqual([]);
  await ports.close();
});
