import { bunPasswords } from "../../src/platform/bun/passwords.ts";
import { passwordsContract } from "../contracts/passwords.ts";

passwordsContract("bun", bunPasswords);
