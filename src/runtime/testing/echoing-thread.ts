/** A thread for tests of threads. */
import { answerCalls } from "../thread.ts";

export interface EchoingMethods {
  echo(text: string): Promise<string>;
  fail(code: string): Promise<never>;
  /** Fails before there is a promise. */
  failAtOnce(): Promise<never>;
  wait(): Promise<never>;
  exit(): Promise<never>;
  close(): Promise<void>;
}

answerCalls<EchoingMethods>(() => ({
  echo: (text) => Promise.resolve(text),
  fail: (code) => Promise.reject(Object.assign(new Error("failed"), { code })),
  failAtOnce() {
    throw new Error("failed at once");
  },
  wait: () => new Promise(() => {}),
  exit: () => process.exit(0),
  close: () => Promise.resolve(),
}));
