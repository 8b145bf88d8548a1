import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import type { World } from "./browser.ts";
import { builtPage } from "./built-page.ts";

const Token = z.object({ token: z.string() });
const DOOR = join(import.meta.dir, "../../src/demo/door.ts");
const SERVES = /Abra no navegador\s+(http:\/\/\S+)[\s\S]*?e-mail (\S+)\s+senha (\S+)/;

/** Runs `body` with the demo as a person has it at a terminal: its address and login are read from what it prints. */
export async function withDemo(
  body: (world: World, said: () => string) => Promise<void>,
): Promise<void> {
  await builtPage();
  const folder = await mkdtemp(join(tmpdir(), "sge-demo-"));
  let said = "";
  const text = new TextDecoder();
  const served = Promise.withResolvers<World>();
  const child = Bun.spawn([process.execPath, DOOR, folder], {
    env: { ...process.env, NO_COLOR: "1", PORT: "0" },
    terminal: {
      cols: 120,
      rows: 40,
      data(_terminal, bytes) {
        said += text.decode(bytes, { stream: true });
        const [, url, email, password] = SERVES.exec(said) ?? [];
        if (url !== undefined && email !== undefined && password !== undefined)
          served.resolve(worldOf(url, { email, password }));
      },
    },
  });
  void child.exited.then(() => served.reject(new Error(`the demo has ended: ${said}`)));
  try {
    await body(await served.promise, () => said);
  } finally {
    served.promise.catch(() => undefined);
    child.kill("SIGINT");
    await child.exited;
    child.terminal?.close();
    await rm(folder, { recursive: true, force: true });
  }
}

function worldOf(url: string, admin: World["admin"]): World {
  const call: World["call"] = async (method, path, json) => {
    const login = await fetch(`${url}/api/login`, { method: "POST", body: JSON.stringify(admin) });
    const { token } = Token.parse(await login.json());
    const answer = await fetch(`${url}${path}`, {
      method,
      headers: { authorization: `Bearer ${token}`, "content-type": "application/json" },
      ...(json === undefined ? {} : { body: JSON.stringify(json) }),
    });
    return { status: answer.status, body: await answer.json() };
  };
  return {
    url,
    admin,
    call,
    async upload() {
      throw new Error("the demo has its own notes");
    },
  };
}
