/** How the bytes of a file may be compressed. */
export type PageEncoding = "br" | "gzip";

/** A file of the page that people use, as its build wrote it. */
export interface PageFile {
  readonly bytes: Uint8Array<ArrayBuffer>;
  /** The media type, with its charset. */
  readonly type: string;
  /** Quoted, and the same for the same content in each encoding. */
  readonly etag: string;
  /** How the bytes are compressed; null: they are not, or the runtime does it by itself. */
  readonly encoding: PageEncoding | null;
}

/** The files of the page. */
export interface PageFiles {
  /**
   * The file at a path: `/` is the document, all others are what the build named them. `accepts`: what the client reads, the best
   * first. null: there is none, so also for every path where the page was not built.
   */
  file(path: string, accepts: readonly PageEncoding[]): Promise<PageFile | null>;
}
