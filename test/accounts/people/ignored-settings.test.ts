import { expect, test } from "bun:test";
import { ignoredSettings } from "../../../src/accounts/people/ignored-settings.ts";
import { addUser, portsWithAdmin } from "../../support/ports-with-admin.ts";

const NAMES = ["COMPANY_NAME", "COMPANY_CNPJ", "COMPANY_ENVIRONMENT", "ADMIN_EMAIL"];
const ALL = new Set(NAMES);

test("settings of the first run are reported as ignored where they differ from the database, and only there", async () => {
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
  // With two companies it is not known which one is meant.
  await addUser(ports, { email: "eva@outra.example", role: "ADMIN", company: 2 });
  expect(await ignoredSettings({ ...ports, config }, ALL)).toEqual([]);
  await ports.close();
});
