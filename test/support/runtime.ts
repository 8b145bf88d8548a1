import { scripts } from "../../package.json";

/** What `bun run start` tells the runtime: how its heap is collected, which stages its compiler has. */
export const RUNTIME: Readonly<Record<string, string>> = Object.fromEntries(
  scripts.start
    .matchAll(/\b(BUN_JSC_\w+)=(\S+)/g)
    .map(([, name = "", value = ""]) => [name, value]),
);
