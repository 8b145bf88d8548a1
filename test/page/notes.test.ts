import { testSentences } from "./bun-world.ts";
import { heldNotesSentences } from "./sentences/held-notes.ts";
import { notesSentences } from "./sentences/notes.ts";

testSentences(notesSentences);
testSentences(heldNotesSentences);
