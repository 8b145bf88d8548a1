import { testSentences } from "./bun-world.ts";
import { heldNotesSentences } from "./sentences/held-notes.ts";
import { inSightSentences } from "./sentences/in-sight.ts";
import { noteMappingSentences } from "./sentences/note-mapping.ts";
import { notesSentences } from "./sentences/notes.ts";
import { taxOfficeSentences } from "./sentences/tax-office.ts";
import {
  paperSentences,
  taxOfficeAdminSentences,
  videoOfPaper,
} from "./sentences/tax-office-set-up.ts";

testSentences(notesSentences);
testSentences(heldNotesSentences);
testSentences(noteMappingSentences);
testSentences(inSightSentences);
testSentences(taxOfficeSentences);
testSentences(taxOfficeAdminSentences);
testSentences(paperSentences, { video: videoOfPaper });
