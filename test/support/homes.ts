import { chainAllAudits } from "../../src/journal/chain-audit.ts";
import { verifyAudit } from "../../src/journal/verify-audit.ts";
import { FIRST_HOME, type Homes } from "../../src/ports/homes.ts";
import type { Ports } from "../../src/ports/ports.ts";
import { reconcile } from "../../src/stock/reconcile/reconcile.ts";
import { type TestApp, testApp } from "./app.ts";
import { type TestOverrides, type TestPorts, testPorts } from "./ports.ts";

/** The whole service over two databases: `first`, and `norte`. */
export interface TwoHomes extends TestApp {
  readonly homes: Homes;
  readonly norte: TestPorts;
  close(): Promise<void>;
}

/** Starts it; its companies live in the first database. */
export async function twoHomes(overrides: TestOverrides = {}): Promise<TwoHomes> {
  const norte = await testPorts(overrides);
  const named = new Map<string, Ports>();
  const homes: Homes = {
    get first() {
      return app.ports;
    },
    names: [FIRST_HOME, "norte"],
    named: (name) => named.get(name),
  };
  const app = await testApp({ ...overrides, homes });
  const { read, reader, writer, originals, queue, commitSignal } = norte;
  named.set(FIRST_HOME, app.ports);
  named.set("norte", { ...app.ports, read, reader, writer, originals, queue, commitSignal });
  return {
    ...app,
    // A spread would lose the getter.
    get app() {
      return app.app;
    },
    homes,
    norte,
    async close() {
      await Promise.all([app.close(), norte.close()]);
    },
  };
}

/** Problems of a company in a database: products whose balance is not the sum of their movements, and a broken audit chain. */
export async function flawsOf(ports: Ports, company: number): Promise<string[]> {
  await chainAllAudits(ports);
  const { discrepancies } = await reconcile(ports, company, "", 10_000);
  const { broken, waiting } = await verifyAudit(ports, company);
  return [
    ...discrepancies.map(({ product }) => product),
    ...(broken === null ? [] : [`audit line ${broken.seq} ${broken.kind}`]),
    ...(waiting === 0 ? [] : [`${waiting} lines wait`]),
  ];
}
