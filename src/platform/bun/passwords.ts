import type { PasswordHasher } from "../../ports/passwords.ts";
import { nodeScrypt } from "../node-scrypt.ts";
import { passwordHasher } from "../password-hash.ts";

/** Ports.PasswordHasher on Bun; `cost` is log2 N of new hashes. */
export const bunPasswords = (cost: number): PasswordHasher => passwordHasher(nodeScrypt, cost);
