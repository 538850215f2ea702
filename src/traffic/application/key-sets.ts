/** The keys that providers sign tokens with, fetched when they are first asked for. */
import { createPublicKey, type KeyObject } from "node:crypto";
import type { Wall } from "#runtime/clock.ts";
import { limitedText } from "./limited-text.ts";

/** https://docs.aws.amazon.com/elasticloadbalancing/latest/application/listener-verify-jwt.html#jwt-validation-limits */
const longestSetBytes = 150 * 1024;
const mostKeys = 10;
const fetchTimeoutMs = 5000;
/** A set is fetched anew after so long, or when a token names a key that it lacks, but not more often than that. */
const freshMs = 300_000;
const leastIntervalMs = 10_000;

export interface SigningKey {
  id: string | undefined;
  key: KeyObject;
}

interface KeySet {
  keys: SigningKey[];
  fetchedMs: number;
}

/** After a first failure so long, then twice as long each time. */
const firstWaitMs = 250;

/** A key set that could not be had. */
export class KeySetError extends Error {
  /** As access logs name it. */
  readonly reason: "JWKSRequestTimeout" | "JWKSRequestFailed";

  constructor(reason: KeySetError["reason"], cause?: unknown) {
    super(`the key set could not be had: ${reason}`, { cause });
    this.reason = reason;
  }
}

export class KeySets {
  readonly #wall: Wall;
  readonly #sets = new Map<string, KeySet>();
  readonly #fetching = new Map<string, Promise<KeySet>>();
  readonly #failures = new Map<string, Failure>();

  constructor(wall: Wall) {
    this.#wall = wall;
  }

  /** What is known by now, if that will do for a token that names this key. */
  known(url: string, keyId: string | undefined): readonly SigningKey[] | undefined {
    const set = this.#sets.get(url);
    if (!set) return undefined;
    const ageMs = this.#wall.monotonic() - set.fetchedMs;
    if (ageMs > freshMs) return undefined;
    const has = keyId === undefined || set.keys.some(({ id }) => id === keyId);
    return has || ageMs < leastIntervalMs ? set.keys : undefined;
  }

  /**
   * Fetches the set; throws `KeySetError`. An old one serves while the provider fails, and without one the last failure
   * stands for a while: requests must not become as many requests to a provider that is in trouble.
   */
  async fetch(url: string): Promise<readonly SigningKey[]> {
    const failure = this.#failures.get(url);
    if (failure && this.#wall.monotonic() < failure.untilMs) throw failure.error;
    const running = this.#fetching.get(url) ?? this.#start(url);
    this.#fetching.set(url, running);
    try {
      return (await running).keys;
    } catch (error) {
      const old = this.#sets.get(url);
      if (!old || !(error instanceof KeySetError)) throw error;
      this.#failures.delete(url);
      old.fetchedMs = this.#wall.monotonic();
      return old.keys;
    }
  }

  async #start(url: string): Promise<KeySet> {
    try {
      const keys = readKeys(await fetchText(url));
      const set = { keys, fetchedMs: this.#wall.monotonic() };
      this.#sets.set(url, set);
      this.#failures.delete(url);
      return set;
    } catch (error) {
      if (error instanceof KeySetError) this.#failed(url, error);
      throw error;
    } finally {
      this.#fetching.delete(url);
    }
  }

  #failed(url: string, error: KeySetError): void {
    const before = this.#failures.get(url)?.waitMs ?? firstWaitMs / 2;
    const waitMs = Math.min(before * 2, leastIntervalMs);
    this.#failures.set(url, { error, waitMs, untilMs: this.#wall.monotonic() + waitMs });
  }
}

interface Failure {
  error: KeySetError;
  waitMs: number;
  untilMs: number;
}

async function fetchText(url: string): Promise<string> {
  try {
    const signal = AbortSignal.timeout(fetchTimeoutMs);
    const response = await fetch(url, { redirect: "error", signal });
    const text = await limitedText(response, longestSetBytes);
    if (!response.ok) throw new Error(`the provider answered ${response.status}`);
    return text;
  } catch (error) {
    const late = error instanceof Error && error.name === "TimeoutError";
    throw new KeySetError(late ? "JWKSRequestTimeout" : "JWKSRequestFailed", error);
  }
}

/** Keys of other kinds than RSA are of no use: RS256 alone is supported. */
function readKeys(text: string): SigningKey[] {
  try {
    const { keys } = JSON.parse(text) as { keys: { kty?: string; kid?: string; use?: string }[] };
    if (keys.length > mostKeys) throw new Error("there are too many keys");
    return keys
      .filter(({ kty, use = "sig" }) => kty === "RSA" && use === "sig")
      .map((key) => ({ id: key.kid, key: createPublicKey({ key, format: "jwk" }) }));
  } catch (error) {
    throw new KeySetError("JWKSRequestFailed", error);
  }
}
