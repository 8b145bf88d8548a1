import { bunPasswords } from "../../src/platform/bun/passwords.ts";
import { passwordsContract } from "../contracts/passwords.ts";
import { holds } from "../support/holds.ts";

holds("bun", passwordsContract, bunPasswords);
