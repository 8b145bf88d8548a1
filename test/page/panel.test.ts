import { testSentences } from "./bun-world.ts";
import { panelSentences } from "./sentences/panel.ts";

testSentences(panelSentences);
