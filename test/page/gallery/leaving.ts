import { Refused, Unreachable } from "../../../src/page/base/problem.ts";
import { atLeaving, leave } from "../../../src/page/base/session.ts";
import { staysAtLeaving } from "../../../src/page/count/lines.ts";
import { sheetOf } from "../../../src/page/tray/sheet.ts";

/** What test/page/leaving.test.ts asks of the page: types of a browser are known here, and not in a test. */
export const page = { Refused, Unreachable, atLeaving, leave, staysAtLeaving, sheetOf };
