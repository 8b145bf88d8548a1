const LONGEST = 200;

/** Control characters, and characters that are invisible or change the direction of a text. */
const INVISIBLE = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** Files that are often sent with the XML. Office documents are ZIPs too, so names are checked before the content. */
const NON_DOCUMENT =
  /\.(pdf|png|jpe?g|gif|webp|bmp|tiff?|html?|css|js|docx?|xlsx?|pptx?|od[tsp]|csv|rtf|ini|db|p7[sm])$/i;

/** Files that operating systems add to archives. */
const SYSTEM_FILE = /(^|[\\/])(__MACOSX([\\/]|$)|\.[^\\/]*$)/i;

/**
 * A file name that is safe to show, never used as a path: no drive, no `.` or `..`, no control characters, at most its last
 * 200 characters. Null when nothing is left.
 */
export function shownName(name: string): string | null {
  const clean = name
    .toWellFormed()
    .replace(INVISIBLE, "")
    .replaceAll("\\", "/")
    .replace(/^[A-Za-z]:/, "")
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "..")
    .join("/");
  if (clean === "") return null;
  const characters = [...clean];
  return characters.length <= LONGEST ? clean : `…${characters.slice(1 - LONGEST).join("")}`;
}

/** Whether the file's name shows that it is not an XML document. */
export const isNonDocumentName = (name: string): boolean =>
  NON_DOCUMENT.test(name) || SYSTEM_FILE.test(name);

export const isNamedXml = (name: string): boolean => /\.xml$/i.test(name);
/** The name of the one attachment into which Outlook packs all others. */
export const isNamedWinmail = (name: string): boolean => /(?:^|\/)winmail\.dat$/i.test(name);
export const isNamedZip = (name: string): boolean => /\.zip$/i.test(name);
