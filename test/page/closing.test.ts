import { testSentences } from "./bun-world.ts";
import { closingSentences } from "./sentences/closing.ts";

testSentences(closingSentences);
