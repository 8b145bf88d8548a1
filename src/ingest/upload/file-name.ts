const LONGEST = 200;

/** Control characters, and those that turn the direction of a text or cannot be seen. */
const UNSEEN = /[\u0000-\u001f\u007f-\u009f\u200b-\u200f\u2028-\u202e\u2060-\u2069\ufeff]/g;

/** What mail programs and people put beside the XML. Office documents are ZIPs too, so the name must speak first. */
const BESIDE =
  /\.(pdf|png|jpe?g|gif|webp|bmp|tiff?|html?|css|js|docx?|xlsx?|pptx?|od[tsp]|csv|rtf|ini|db|p7[sm])$/i;

/** What operating systems put there. */
const LITTER = /(^|[\\/])(__MACOSX([\\/]|$)|\.[^\\/]*$)/i;

/**
 * The name of a file as we show it, never as a path: no drive, no `.` or `..`, no control characters, at most 200 characters
 * of its end. Null when nothing is left.
 */
export function shownName(name: string): string | null {
  const clean = name
    .toWellFormed()
    .replace(UNSEEN, "")
    .replaceAll("\\", "/")
    .replace(/^[A-Za-z]:/, "")
    .split("/")
    .filter((part) => part !== "" && part !== "." && part !== "..")
    .join("/");
  if (clean === "") return null;
  const characters = [...clean];
  return characters.length <= LONGEST ? clean : `…${characters.slice(1 - LONGEST).join("")}`;
}

/** Whether a name alone says that the file is no document. */
export const isNonDocumentName = (name: string): boolean => BESIDE.test(name) || LITTER.test(name);

export const isNamedXml = (name: string): boolean => /\.xml$/i.test(name);
/** What Outlook calls the one attachment into which it has put all of them. */
export const isNamedWinmail = (name: string): boolean => /(?:^|\/)winmail\.dat$/i.test(name);
export const isNamedZip = (name: string): boolean => /\.zip$/i.test(name);
