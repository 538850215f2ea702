/** The live timeline: one line a second. */
import type { Interval } from "./customers.ts";
import type { FleetView } from "./fleet.ts";

export interface Moment {
  /** Wall seconds since the load began. */
  second: number;
  interval: Interval;
  fleet: FleetView;
  note?: string;
}

const legend =
  "  time   requests/s          p50    p99   failed   web servers   workers  orders waiting  alarms";

export function printLegend(): void {
  process.stdout.write(`\n${legend}\n`);
}

export function printMoment({ second, interval, fleet, note }: Moment): void {
  const { latenciesMs, requests, failures } = interval;
  const sorted = latenciesMs.toSorted((a, b) => a - b);
  const at = (share: number) => {
    const value = sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))];
    return value === undefined ? "-" : `${value < 10 ? value.toFixed(1) : Math.round(value)}ms`;
  };
  const servers = `${"■".repeat(fleet.webHealthy)}${"□".repeat(Math.max(0, fleet.webDesired - fleet.webHealthy))}`;
  const columns = [
    `${second}s`.padStart(6),
    `${String(requests).padStart(5)} ${bar(requests, 12, 200)}`.padEnd(19),
    at(0.5).padStart(7),
    at(0.99).padStart(7),
    (failures ? String(failures) : "·").padStart(8),
    `  ${servers.padEnd(12)}`,
    String(fleet.workers).padStart(8),
    String(fleet.waitingOrders).padStart(15),
    `  ${fleet.alarms.join(", ")}`,
  ];
  process.stdout.write(`${columns.join(" ")}${note ? `   ← ${note}` : ""}\n`);
}

const eighths = " ▏▎▍▌▋▊▉█";

function bar(value: number, width: number, full: number): string {
  const cells = Math.min(width, (value / full) * width);
  const whole = Math.floor(cells);
  const rest = eighths[Math.floor((cells - whole) * 8)] ?? "";
  return `${"█".repeat(whole)}${whole < width ? rest.trim() : ""}`;
}
