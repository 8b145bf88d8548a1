import { describe } from "node:test";
import { conversation } from "./conversation/chapters.mjs";
import { twoWorlds } from "./two-worlds.mjs";

describe("docs/api.md holds in workerd as on Bun", () => conversation(twoWorlds));
