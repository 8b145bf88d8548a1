import { testSentences } from "./bun-world.ts";
import { mappingSentences } from "./sentences/mapping.ts";

testSentences(mappingSentences);
