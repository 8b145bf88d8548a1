/** scrypt, bounded: at most 4 at a time and 32 waiting, then PlatformFailure `overloaded`. */
export interface PasswordHasher {
  /** A portable `$scrypt$ln=…,r=…,p=…$salt$hash` (ln: log2 N; salt and hash in base64 without padding). */
  hash(password: string): Promise<string>;
  /** Constant time for the parameters found in `hash`. */
  verify(password: string, hash: string): Promise<boolean>;
}
