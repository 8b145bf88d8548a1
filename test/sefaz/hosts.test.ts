import { expect, test } from "bun:test";
import { parseConfig } from "../../src/config.ts";
import { addressOf, listedHosts } from "../../src/sefaz/hosts.ts";

/** cUF of the 27 states (IBGE). */
const STATES =
  "11 12 13 14 15 16 17 21 22 23 24 25 26 27 28 29 31 32 33 35 41 42 43 50 51 52 53".split(" ");

test("every service has an address in both environments, a query one for each of the 27 states", () => {
  for (const environment of ["1", "2"] as const) {
    for (const service of ["distribution", "statement"] as const)
      expect(addressOf(service, environment, undefined)?.url).toStartWith("https://");
    for (const state of STATES)
      expect(addressOf("query", environment, state)?.url).toStartWith("https://");
  }
  for (const state of ["00", "18", "34", "44", "54", "91", ""])
    expect(addressOf("query", "1", state)).toBeNull();
});

test("every listed host belongs to a government, and none of production is one of homologation", () => {
  for (const host of listedHosts()) expect(host).toEndWith(".gov.br");
  const urls = (environment: "1" | "2") =>
    STATES.map((state) => addressOf("query", environment, state)?.url);
  expect(urls("1").filter((url) => urls("2").includes(url))).toEqual([]);
});

test("the action is that of the service's WSDL", () => {
  expect(addressOf("statement", "1", undefined)?.action).toBe(
    "http://www.portalfiscal.inf.br/nfe/wsdl/NFeRecepcaoEvento4/nfeRecepcaoEventoNF",
  );
  expect(addressOf("distribution", "2", undefined)?.action).toBe(
    "http://www.portalfiscal.inf.br/nfe/wsdl/NFeDistribuicaoDFe/nfeDistDFeInteresse",
  );
});

test("an address of SEFAZ_URLS replaces the listed one, a state's own before that of all", () => {
  const overrides = parseConfig({
    SEFAZ_URLS:
      "distribution=https://a.example/d, query=https://b.example/q,query.35=https://c.example/q?x=1",
  }).SEFAZ_URLS;
  const at = (service: "distribution" | "statement" | "query", state?: string) =>
    addressOf(service, "1", state, overrides);
  expect(at("distribution")).toMatchObject({ url: "https://a.example/d", maxTls: null });
  expect(at("query", "35")?.url).toBe("https://c.example/q?x=1");
  expect(at("query", "41")?.url).toBe("https://b.example/q");
  expect(at("statement")).toMatchObject({ maxTls: "TLSv1.2" });
});

test("SEFAZ_URLS with an unknown service, plain http or no address is refused", () => {
  for (const wrong of [
    "x=https://a.example",
    "distribution=http://a.example",
    "query",
    "query.3=https://a.b",
    "distribution=https://",
  ])
    expect(() => parseConfig({ SEFAZ_URLS: wrong })).toThrow("at SEFAZ_URLS");
  expect(parseConfig({}).SEFAZ_URLS).toEqual([]);
});
