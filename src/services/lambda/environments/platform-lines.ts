/**
 * What the platform itself writes into a function's log.
 * https://docs.aws.amazon.com/lambda/latest/dg/monitoring-cloudwatchlogs.html, telemetry-schema-reference.html
 */
import { isoMillis } from "#runtime/date.ts";

export interface Report {
  requestId: string;
  durationMs: number;
  billedMs: number;
  memoryMb: number;
  /** Undefined where the host does not tell. */
  usedMb: number | undefined;
  /** Of an environment's first event. */
  initMs: number | undefined;
  status: "success" | "error" | "timeout" | "failure";
}

export interface PlatformLines {
  initStart(runtime: string): string;
  start(requestId: string, version: string): string;
  /** Undefined where the format has none. */
  end(requestId: string): string | undefined;
  report(report: Report): string;
}

const ms = (value: number) => value.toFixed(2);

const text: PlatformLines = {
  initStart: (runtime) => `INIT_START Runtime Version: ${runtime}\n`,
  start: (requestId, version) => `START RequestId: ${requestId} Version: ${version}\n`,
  end: (requestId) => `END RequestId: ${requestId}\n`,
  report: ({ requestId, durationMs, billedMs, memoryMb, usedMb, initMs, status }) =>
    [
      `REPORT RequestId: ${requestId}`,
      `Duration: ${ms(durationMs)} ms`,
      `Billed Duration: ${billedMs} ms`,
      `Memory Size: ${memoryMb} MB`,
      ...(usedMb === undefined ? [] : [`Max Memory Used: ${usedMb} MB`]),
      ...(initMs === undefined ? [] : [`Init Duration: ${ms(initMs)} ms`]),
      ...(status === "success" || status === "failure" ? [] : [`Status: ${status}`]),
      "\n",
    ].join("\t"),
};

/** Lines as JSON objects; `now` is cloud time. */
function json(now: () => number): PlatformLines {
  const line = (type: string, record: object) =>
    JSON.stringify({ time: isoMillis(now()), type: `platform.${type}`, record });
  return {
    initStart: (runtimeVersion) =>
      line("initStart", { initializationType: "on-demand", phase: "init", runtimeVersion }),
    start: (requestId, version) => line("start", { requestId, version }),
    end: () => undefined,
    report: ({ requestId, durationMs, billedMs, memoryMb, usedMb, initMs, status }) =>
      line("report", {
        requestId,
        metrics: {
          durationMs: Number(ms(durationMs)),
          billedDurationMs: billedMs,
          memorySizeMB: memoryMb,
          maxMemoryUsedMB: usedMb,
          initDurationMs: initMs === undefined ? undefined : Number(ms(initMs)),
        },
        status,
      }),
  };
}

export function platformLines(format: "Text" | "JSON", now: () => number): PlatformLines {
  return format === "JSON" ? json(now) : text;
}
