import { Icon, type IconName } from "./icon.tsx";

export type Tone = "good" | "wait" | "hold" | "bad" | "plain";

/** What a badge says. */
export interface Said {
  readonly tone: Tone;
  readonly icon: IconName;
  readonly text: string;
}

/** A state in an icon and a word: never by colour alone. */
export function Badge({ tone, icon, text }: Said) {
  return (
    <span class={`badge ${tone}`}>
      <Icon name={icon} size={14} />
      {text}
    </span>
  );
}
