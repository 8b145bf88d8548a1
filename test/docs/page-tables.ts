/** The cells of each row of the tables whose head begins with `head`. */
export function tableOf(page: string, head: string): string[][] {
  const rows: string[][] = [];
  let inside = false;
  for (const line of page.split("\n")) {
    if (!line.startsWith("|")) inside = false;
    else if (line.startsWith(`| ${head} |`)) inside = true;
    else if (inside && !line.startsWith("|-") && !line.startsWith("| -"))
      rows.push(
        line
          .slice(1, -1)
          .split("|")
          .map((cell) => cell.trim()),
      );
  }
  return rows;
}
