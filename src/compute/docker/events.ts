/** Follows what happens to a cloud's containers, over ends of the engine. */
import type { IncomingMessage } from "node:http";
import type { Timer, Wall } from "#runtime/clock.ts";
import type { Log } from "#runtime/log.ts";
import type { Engine } from "./engine/engine.ts";
import { labels } from "./labels.ts";

const firstRetryMs = 200;
const longestRetryMs = 5000;

interface Event {
  Action?: string;
  Actor?: { Attributes?: Record<string, string> };
}

export interface Watch {
  close(): void;
}

export function watchEvents(
  engine: Engine,
  around: { cloud: string; wall: Wall; log: Log },
  callbacks: {
    /** Something happened to the machine's container. */
    onMachine(id: string): void;
    /** The engine went away: what happens now is not seen. */
    onLost(): void;
    /** It answers again, or for the first time. */
    onFound(): void;
  },
): Watch {
  const { cloud, wall, log } = around;
  let closed = false;
  let stream: IncomingMessage | undefined;
  let timer: Timer | undefined;
  let retryMs = firstRetryMs;

  const follow = async () => {
    const filters = JSON.stringify({
      type: ["container"],
      label: [`${labels.cloud}=${cloud}`],
      event: ["start", "die", "destroy", "oom"],
    });
    const opened = await engine.stream("GET", "/events", { query: { filters } });
    if (closed) return void opened.destroy();
    stream = opened;
    retryMs = firstRetryMs;
    callbacks.onFound();
    let rest = "";
    for await (const piece of opened) {
      const lines = (rest + (piece as Buffer).toString("utf8")).split("\n");
      rest = lines.pop()!;
      for (const line of lines) {
        const event = JSON.parse(line) as Event;
        const id = event.Actor?.Attributes?.[labels.machine];
        if (id !== undefined) callbacks.onMachine(id);
      }
    }
  };
  const run = () => {
    follow()
      .catch((error: unknown) => {
        if (!closed) log.debug("the engine's events ended", { error });
      })
      .finally(() => {
        if (closed) return;
        if (stream) {
          log.warn("the container engine went away; waiting for it");
          callbacks.onLost();
        }
        stream = undefined;
        timer = wall.after(retryMs, run);
        retryMs = Math.min(retryMs * 2, longestRetryMs);
      });
  };
  run();
  return {
    close() {
      closed = true;
      timer?.cancel();
      stream?.destroy();
    },
  };
}
