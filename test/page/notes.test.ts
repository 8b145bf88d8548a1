import { testSentences } from "./bun-world.ts";
import { heldNotesSentences } from "./sentences/held-notes.ts";
import { notesSentences } from "./sentences/notes.ts";
import {
  paperSentences,
  taxOfficeAdminSentences,
  taxOfficeSentences,
  videoOfPaper,
} from "./sentences/tax-office.ts";

testSentences(notesSentences);
testSentences(heldNotesSentences);
testSentences(taxOfficeSentences);
testSentences(taxOfficeAdminSentences);
testSentences(paperSentences, { video: videoOfPaper });
