import { createRoute, defineOpenAPIRoute, z } from "@hono/zod-openapi";
import type { Context } from "hono";
import { HTTPException } from "hono/http-exception";
import type { Profiler } from "../../../ports/profiler.ts";
import { type Env, peerOf } from "../../env.ts";
import { requires } from "../../middleware/permissions.ts";
import { PROBLEMS, wholeNumber } from "../../schemas.ts";

/** Idle timeout beyond the sampling itself, while the file is written. */
const IDLE_TIMEOUT_S = 120;

const LOOPBACK = /^(127(\.\d+){3}|::1|::ffff:127(\.\d+){3})$/;
/** A proxy on this machine is also a peer on loopback, with a remote client behind it. */
const PROXIED = ["forwarded", "x-forwarded-for", "x-real-ip", "via"];

/**
 * The profiler, for an administrator on the same machine. 404 while PROFILING is off, as for an unknown path; 403 for a peer
 * that is not on loopback or comes through a proxy; 501 where the runtime has no profiler.
 */
function profilerOf(c: Context<Env>): Profiler {
  const { config, profiler } = c.var.ports;
  if (!config.PROFILING) throw new HTTPException(404);
  const local = LOOPBACK.test(peerOf(c) ?? "");
  if (!local || PROXIED.some((name) => c.req.header(name) !== undefined))
    throw new HTTPException(403);
  if (profiler === undefined) throw new HTTPException(501);
  return profiler;
}

const fileOf = (description: string) => ({
  200: { description, content: { "application/octet-stream": { schema: z.string() } } },
  default: PROBLEMS,
});

const cpuRoute = createRoute({
  method: "post",
  path: "/api/profile/cpu",
  operationId: "profileCpu",
  tags: ["operations"],
  summary: "Perfil de CPU (.cpuprofile, abre no Chrome); só com PROFILING, na própria máquina",
  ...requires("administer"),
  request: {
    query: z.object({ seconds: wholeNumber(1, 60).default(10).openapi({ default: 10 }) }),
  },
  responses: fileOf("O perfil"),
});

const postCpuProfile = defineOpenAPIRoute<typeof cpuRoute, Env>({
  route: cpuRoute,
  handler: async (c) => {
    const profiler = profilerOf(c);
    const { seconds } = c.req.valid("query");
    const { ports, request } = c.var;
    ports.extendIdleTimeout(request, seconds + IDLE_TIMEOUT_S);
    return fileNamed(c, "sge.cpuprofile", await profiler.cpu(seconds, c.var.signal));
  },
});

const heapRoute = createRoute({
  method: "post",
  path: "/api/profile/heap",
  operationId: "profileHeap",
  tags: ["operations"],
  summary:
    "Instantâneo da memória (.heapsnapshot, abre no Chrome); só com PROFILING, na própria máquina",
  ...requires("administer"),
  responses: fileOf("O instantâneo"),
});

const postHeapSnapshot = defineOpenAPIRoute<typeof heapRoute, Env>({
  route: heapRoute,
  handler: async (c) => {
    const profiler = profilerOf(c);
    c.var.ports.extendIdleTimeout(c.var.request, IDLE_TIMEOUT_S);
    return fileNamed(c, "sge.heapsnapshot", await profiler.heap());
  },
});

const fileNamed = (c: Context<Env>, name: string, text: string) =>
  c.body(text, 200, {
    "content-type": "application/octet-stream",
    "content-disposition": `attachment; filename="${name}"`,
    "cache-control": "no-store",
  });

export const profilingRoutes = [postCpuProfile, postHeapSnapshot] as const;
