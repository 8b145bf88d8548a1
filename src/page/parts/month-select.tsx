import { monthsFor } from "../base/months.ts";
import { month as monthText } from "../base/say.ts";
import { Select } from "./field.tsx";

/** A month (`2026-10`) by its name. The browser's own field for months is plain text in Firefox and in Safari on a computer. */
export const MonthSelect = (props: { value: string; onChange: (month: string) => void }) => (
  <Select
    label="Mês"
    value={props.value}
    options={monthsFor(props.value).map((value) => ({ value, text: monthText(value) }))}
    onChange={props.onChange}
  />
);
