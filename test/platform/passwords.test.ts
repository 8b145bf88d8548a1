import { bunPasswords } from "../../src/platform/bun/passwords.ts";
import { passwordsContract } from "../contracts/passwords.ts";
import { testContract } from "../support/contract-tests.ts";

testContract("bun", passwordsContract, bunPasswords);
