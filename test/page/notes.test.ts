import { testSentences } from "./bun-world.ts";
import { heldNotesSentences } from "./sentences/held-notes.ts";
import { notesSentences } from "./sentences/notes.ts";
import { taxOfficeAdminSentences, taxOfficeSentences } from "./sentences/tax-office.ts";

testSentences(notesSentences);
testSentences(heldNotesSentences);
testSentences(taxOfficeSentences);
testSentences(taxOfficeAdminSentences);
