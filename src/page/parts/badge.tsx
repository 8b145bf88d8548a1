import { Icon, type IconName } from "./icon.tsx";

export type Tone = "good" | "wait" | "hold" | "bad" | "plain";

/** A state in an icon and a word: never by colour alone. */
export function Badge({ tone, icon, text }: { tone: Tone; icon: IconName; text: string }) {
  return (
    <span class={`badge ${tone}`}>
      <Icon name={icon} size={14} />
      {text}
    </span>
  );
}
