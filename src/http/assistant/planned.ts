import type { Permission } from "../../accounts/roles.ts";
import { trusted } from "../../lib/cast.ts";
import { sha256 } from "../../lib/hash.ts";
import type { Ports } from "../../ports/ports.ts";
import type { Env, InnerRequest } from "../env.ts";
import { Refused } from "../refused.ts";
import type { Args, Plan } from "./tool.ts";
import { WRITE_TOOLS } from "./write-tools.ts";

/** Ports that cannot write: what a tool reads or plans with them changes nothing, whatever the route would do. */
const withoutWriting = (ports: Ports): Ports => ({
  ...ports,
  writer: {
    commit: () => Promise.reject(new Error("a tool of the assistant has tried to write")),
  },
});

/** Asks a route in the name of the caller, without any write. Throws `Refused`. */
export const planner =
  (vars: Env["Variables"]): Plan =>
  async <T>(request: InnerRequest): Promise<T> => {
    const { status, body } = await vars.dispatch(request, {
      ...vars,
      ports: withoutWriting(vars.ports),
    });
    if (status >= 400) throw new Refused(status, trusted<Record<string, unknown>>(body ?? {}));
    // Each tool names the answer of the route that it asks.
    return trusted<T>(body);
  };

/** What a write would do now, and the request that does it. */
export interface Planned {
  readonly plan: unknown;
  /** SHA-256 of the tool, its arguments and the plan. */
  readonly hash: string;
  readonly summary: string;
  readonly permission: Permission;
  readonly request: InnerRequest;
}

/** Plans a write of a tool; null: there is no such tool. Throws `Refused` where the route would refuse it. */
export async function planned(
  vars: Env["Variables"],
  name: string,
  args: Args,
): Promise<Planned | null> {
  const tool = WRITE_TOOLS.find((one) => one.name === name);
  if (tool === undefined) return null;
  const { plan, summary } = await tool.plan(planner(vars), args);
  const hash = await sha256(JSON.stringify([name, args, plan]));
  return { plan, hash, summary, permission: tool.permission(args), request: tool.request(args) };
}
