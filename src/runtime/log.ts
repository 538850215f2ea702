/** Structured logging: one JSON object a line, on stderr, so that stdout stays for results. */

export const logLevels = ["debug", "info", "warn", "error", "silent"] as const;
export type LogLevel = (typeof logLevels)[number];
export type LogFields = Record<string, unknown>;

export interface Log {
  readonly level: LogLevel;
  debug(message: string, fields?: LogFields): void;
  info(message: string, fields?: LogFields): void;
  warn(message: string, fields?: LogFields): void;
  error(message: string, fields?: LogFields): void;
  /** The same log with fields that every line carries. */
  with(fields: LogFields): Log;
  /** True when a line of that level would be written; guards the making of costly fields. */
  enabled(level: LogLevel): boolean;
}

export interface LogOptions {
  level?: LogLevel;
  write?: (line: string) => void;
}

export function createLog({ level = "info", write = toStderr }: LogOptions = {}): Log {
  const threshold = logLevels.indexOf(level);
  const build = (bound: LogFields): Log => {
    const at = (name: LogLevel) => {
      const rank = logLevels.indexOf(name);
      if (rank < threshold) return () => {};
      return (message: string, fields?: LogFields) => {
        const time = new Date().toISOString();
        write(`${JSON.stringify({ time, level: name, message, ...bound, ...fields }, describe)}\n`);
      };
    };
    return {
      level,
      debug: at("debug"),
      info: at("info"),
      warn: at("warn"),
      error: at("error"),
      with: (fields) => build({ ...bound, ...fields }),
      enabled: (name) => logLevels.indexOf(name) >= threshold,
    };
  };
  return build({});
}

function toStderr(line: string): void {
  process.stderr.write(line);
}

function describe(_key: string, value: unknown): unknown {
  if (value instanceof Error) return value.stack ?? value.message;
  if (typeof value === "bigint") return value.toString();
  return value;
}
