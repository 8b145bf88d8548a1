import { expect, test } from "bun:test";
import type { Profiler } from "../../../../src/ports/profiler.ts";
import { withApp } from "../../../support/app.ts";

const profiler: Profiler = { cpu: async (seconds) => `{"s":${seconds}}`, heap: async () => "{}" };
const on = { config: { PROFILING: true }, profiler };
const PATHS = ["/api/profile/cpu", "/api/profile/heap"];

test("a profile is a file of the requested seconds", () =>
  withApp(async ({ send }) => {
    const cpu = await send("POST", "/api/profile/cpu?seconds=3");
    expect([cpu.status, cpu.text]).toEqual([200, '{"s":3}']);
    expect(cpu.headers.get("content-disposition")).toBe('attachment; filename="sge.cpuprofile"');
    expect((await send("POST", "/api/profile/cpu")).text).toBe('{"s":10}');
    for (const seconds of ["0", "61", "x"])
      expect((await send("POST", `/api/profile/cpu?seconds=${seconds}`)).status).toBe(422);
    const heap = await send("POST", "/api/profile/heap");
    expect(heap.headers.get("content-disposition")).toBe('attachment; filename="sge.heapsnapshot"');
  }, on));

test("a profile is 404 without PROFILING", () =>
  withApp(
    async ({ send }) => {
      for (const path of PATHS) expect((await send("POST", path)).body.code).toBe("http.not_found");
    },
    { profiler },
  ));

test("a profile needs an administrator on the same machine, whatever a header says", () =>
  withApp(async ({ send, ports }) => {
    const status = async (path: string, headers = {}) =>
      (await send("POST", path, { headers })).status;
    for (const path of PATHS) {
      expect((await send("POST", path, { as: "GERENTE" })).status).toBe(403);
      for (const peer of ["192.0.2.7", "10.0.0.1", "::ffff:10.0.0.1", "127.0.0.1.example", null]) {
        ports.peer = () => peer;
        expect([peer, await status(path, { "x-forwarded-for": "127.0.0.1" })]).toEqual([peer, 403]);
      }
      for (const peer of ["127.0.0.1", "127.9.9.9", "::1", "::ffff:127.0.0.1"]) {
        ports.peer = () => peer;
        expect([peer, await status(path)]).toEqual([peer, 200]);
        // A proxy on this machine forwards requests of remote clients.
        for (const name of ["forwarded", "x-forwarded-for", "x-real-ip", "via"])
          expect([name, await status(path, { [name]: "x" })]).toEqual([name, 403]);
      }
    }
  }, on));

test("a profile is 501 where the runtime has no profiler", () =>
  withApp(
    async ({ send }) => {
      for (const path of PATHS) expect((await send("POST", path)).status).toBe(501);
    },
    { config: { PROFILING: true } },
  ));
