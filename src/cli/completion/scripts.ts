import type { CommandHelp } from "../table/shared.ts";

export const SHELLS = ["bash", "zsh", "fish"] as const;

/** A command as the completion needs it. */
interface Completed {
  readonly name: string;
  readonly short: string;
  readonly words: readonly (readonly [word: string, meaning: string])[];
  readonly flags: readonly Flag[];
  readonly takes: "files" | "folders" | null;
}

interface Flag {
  readonly flag: string;
  readonly meaning: string;
  /** Whether a value follows, and which ones may. */
  readonly valued: boolean;
  readonly values: readonly string[];
  readonly file: boolean;
}

/** The script that completes `sge` in a shell, made of the table of commands. */
export function completionScript(
  shell: (typeof SHELLS)[number],
  table: ReadonlyMap<string, CommandHelp>,
): string {
  const commands = [...table].map(([name, command]) => completed(name, command));
  return { bash, zsh, fish }[shell](commands);
}

function completed(name: string, { short, words = {}, args, takes }: CommandHelp): Completed {
  const flags = Object.entries(args).flatMap(([flag, arg]): Flag[] => {
    const meaning = arg.description ?? "";
    if (arg.type === "boolean") {
      const plain = { flag: `--${flag}`, meaning, valued: false, values: [], file: false };
      return flag === "approve" || flag === "active"
        ? [plain, { ...plain, flag: `--no-${flag}` }]
        : [plain];
    }
    const hint = "valueHint" in arg ? (arg.valueHint ?? "") : "";
    const values = hint.includes("|") ? hint.split("|") : [];
    return [
      {
        flag: `--${flag}`,
        meaning,
        valued: true,
        values,
        file: hint === "ARQUIVO" || hint === "PASTA",
      },
    ];
  });
  return { name, short, words: Object.entries(words), flags, takes: takes ?? null };
}

/** A text in single quotes, as sh, zsh and (with its own escape) fish read it. */
const quoted = (text: string): string => `'${text.replaceAll("'", `'\\''`)}'`;

function bash(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, words, flags, takes }) => {
    const valued = flags.filter(({ values }) => values.length > 0);
    const lines = [
      ...valued.map(
        ({ flag, values }) =>
          `        ${flag}) COMPREPLY=($(compgen -W ${quoted(values.join(" "))} -- "$cur")); return ;;`,
      ),
      ...flags
        .filter(({ file }) => file)
        .map(
          ({ flag }) =>
            `        ${flag}) mapfile -t COMPREPLY < <(compgen -f -- "$cur"); return ;;`,
        ),
      ...flags
        .filter(({ valued: has, values, file }) => has && values.length === 0 && !file)
        .map(({ flag }) => `        ${flag}) return ;;`),
    ];
    const paths = { files: "-f", folders: "-d" };
    const rest =
      takes !== null
        ? `mapfile -t COMPREPLY < <(compgen ${paths[takes]} -- "$cur")`
        : `[ "$COMP_CWORD" -eq 2 ] && COMPREPLY=($(compgen -W ${quoted(words.map(([word]) => word).join(" "))} -- "$cur"))`;
    return [
      `    ${name})`,
      `      case "$prev" in`,
      ...lines,
      "      esac",
      `      if [[ "$cur" == -* ]]; then`,
      `        COMPREPLY=($(compgen -W ${quoted(flags.map(({ flag }) => flag).join(" "))} -- "$cur"))`,
      `      else`,
      `        ${rest}`,
      "      fi",
      "      ;;",
    ].join("\n");
  });
  return `# bash: completa sge. Feito por "sge completion bash".
_sge() {
  local cur="\${COMP_WORDS[COMP_CWORD]}" prev="\${COMP_WORDS[COMP_CWORD-1]}"
  COMPREPLY=()
  if [ "$COMP_CWORD" -eq 1 ]; then
    COMPREPLY=($(compgen -W ${quoted(commands.map(({ name }) => name).join(" "))} -- "$cur"))
    return
  fi
  case "\${COMP_WORDS[1]}" in
${cases.join("\n")}
  esac
}
complete -o filenames -F _sge sge
`;
}

/** In a description of _arguments brackets and colons have a meaning. */
const zshText = (text: string): string => text.replace(/[[\]:\\]/g, "\\$&");

function zsh(commands: readonly Completed[]): string {
  const cases = commands.map(({ name, words, flags, takes }) => {
    const value = ({ valued, values, file }: Flag) => {
      if (!valued) return "";
      if (values.length > 0) return `:valor:(${values.join(" ")})`;
      return file ? ":arquivo:_files" : ":valor:";
    };
    const rest =
      takes === null
        ? words.length === 0
          ? []
          : [quoted(`2:palavra:(${words.map(([word]) => word).join(" ")})`)]
        : [quoted(takes === "files" ? "*:arquivo:_files" : "*:pasta:_files -/")];
    const specs = flags.map((one) => quoted(`${one.flag}[${zshText(one.meaning)}]${value(one)}`));
    return `    ${name}) _arguments ${["'1: :'", ...rest, ...specs].join(" ")} ;;`;
  });
  const names = commands.map(({ name, short }) => quoted(`${name}:${zshText(short)}`));
  return `#compdef sge
# zsh: completa sge. Feito por "sge completion zsh".
_sge() {
  local -a commands
  commands=(${names.join(" ")})
  if (( CURRENT == 2 )); then
    _describe comando commands
    return
  fi
  case "$words[2]" in
${cases.join("\n")}
  esac
}
if [ "$funcstack[1]" = "_sge" ]; then _sge "$@"; else compdef _sge sge; fi
`;
}

/** fish reads \\ and ' alone inside of single quotes. */
const fishText = (text: string): string => `'${text.replace(/[\\']/g, "\\$&")}'`;

function fish(commands: readonly Completed[]): string {
  const lines = ['# fish: completa sge. Feito por "sge completion fish".', "complete -c sge -f"];
  for (const { name, short, words, flags, takes } of commands) {
    lines.push(`complete -c sge -n __fish_use_subcommand -a ${name} -d ${fishText(short)}`);
    const here = `complete -c sge -n ${fishText(`__fish_seen_subcommand_from ${name}`)}`;
    for (const [word, meaning] of words) lines.push(`${here} -a ${word} -d ${fishText(meaning)}`);
    if (takes === "files") lines.push(`${here} -F`);
    if (takes === "folders") lines.push(`${here} -a '(__fish_complete_directories)'`);
    for (const { flag, meaning, valued, values, file } of flags) {
      const value = !valued
        ? ""
        : file
          ? " -r -F"
          : ` -x${values.length === 0 ? "" : ` -a ${fishText(values.join(" "))}`}`;
      lines.push(`${here} -l ${flag.slice(2)}${value} -d ${fishText(meaning)}`);
    }
  }
  return `${lines.join("\n")}\n`;
}
