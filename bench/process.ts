import { readFileSync, writeFileSync } from "node:fs";

/** Ticks of /proc/PID/stat in a second; 100 on every Linux that this runs on (`getconf CLK_TCK`). */
const TICKS = 100;

/** Seconds of processor that a process and its threads have used, in steps of 10 ms. */
export function cpuSeconds(pid: number): number {
  const stat = readFileSync(`/proc/${pid}/stat`, "utf8");
  const fields = stat.slice(stat.lastIndexOf(")") + 2).split(" ");
  return (Number(fields[11]) + Number(fields[12])) / TICKS;
}

/** Memory of a process in MB: now (`VmRSS`), or its highest since the start or `forgetPeak` (`VmHWM`). */
export function megabytes(pid: number, name: "VmRSS" | "VmHWM"): number {
  const status = readFileSync(`/proc/${pid}/status`, "utf8");
  return Number(new RegExp(`${name}:\\s+(\\d+)`).exec(status)?.[1]) / 1_024;
}

/** Resets the kernel's record of the highest memory. */
export function forgetPeak(pid: number): void {
  writeFileSync(`/proc/${pid}/clear_refs`, "5");
}
