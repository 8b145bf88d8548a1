import type forge from "node-forge";
import { trusted } from "../../../lib/cast.ts";

type Forge = typeof forge;
type Derive = (password: string, salt: unknown, ...more: unknown[]) => unknown;

/**
 * How often all passwords of one file may be hashed: by the runtime, or by the package's own code, which is slower. Files of
 * keytool before Java 16 ask for 300,000; these take 0.7 s.
 */
const MOST_NATIVE = 2_000_000;
const MOST_OWN = 400_000;

/** A PFX asks for more rounds than MOST_NATIVE or MOST_OWN. */
export class TooSlow extends Error {}

interface Loaded {
  readonly forge: Forge;
  /** Runs what opens one file, synchronously. Throws TooSlow. */
  withinBudget<T>(read: () => T): T;
}

let loaded: Promise<Loaded> | undefined;

/** The package, read when the first certificate is opened. */
export function loadForge(): Promise<Loaded> {
  loaded ??= import("node-forge").then(({ default: forge }) => bounded(forge));
  return loaded;
}

/**
 * The package does whatever number of rounds a file asks for, which would stop the process: the functions that it calls for
 * them count first. For PBES2 it takes a password as bytes: of a text these are UTF-8, as openssl has them.
 */
function bounded(forge: Forge): Loaded {
  let spent: { native: number; own: number } | null = null;
  const inner = trusted<{
    pkcs5: { pbkdf2: Derive };
    pkcs12: { generateKey: Derive };
    pki: { pbe: { generatePkcs12Key: Derive } };
  }>(forge);
  const { pbkdf2 } = inner.pkcs5;
  const { generateKey } = inner.pkcs12;
  inner.pkcs5.pbkdf2 = (password, salt, rounds, ...more) => {
    if (spent === null) return pbkdf2(password, salt, rounds, ...more);
    spent.native += Number(rounds);
    if (!(spent.native <= MOST_NATIVE)) throw new TooSlow();
    return pbkdf2(forge.util.encodeUtf8(password), salt, rounds, ...more);
  };
  const counted: Derive = (password, salt, id, rounds, ...more) => {
    if (spent !== null) {
      spent.own += Number(rounds);
      if (!(spent.own <= MOST_OWN)) throw new TooSlow();
    }
    return generateKey(password, salt, id, rounds, ...more);
  };
  inner.pkcs12.generateKey = counted;
  inner.pki.pbe.generatePkcs12Key = counted;
  return {
    forge,
    withinBudget(read) {
      spent = { native: 0, own: 0 };
      try {
        return read();
      } finally {
        spent = null;
      }
    },
  };
}
