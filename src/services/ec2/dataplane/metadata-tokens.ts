/** Session tokens of IMDSv2. They live in memory: after a restart clients fetch new ones, as they do when one runs out. */
import type { Wall } from "#runtime/clock.ts";
import type { Random } from "#runtime/random.ts";

/** Six hours. https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/configuring-instance-metadata-service.html */
export const longestTokenSeconds = 21_600;
/** More than a well-behaved machine asks for; the oldest go first. */
const mostTokens = 10_000;

export interface MetadataTokens {
  issue(ttlSeconds: number): string;
  /** Seconds that are left to the token; undefined for one that ran out or was never issued. */
  secondsLeft(token: string): number | undefined;
}

/** Clients count a token's life by the host's time, so it is wall time here. */
export function createMetadataTokens(wall: Wall, random: Random): MetadataTokens {
  const expiry = new Map<string, number>();
  return {
    issue(ttlSeconds) {
      const token = `AQAE${Buffer.from(random.bytes(37)).toString("base64url")}==`;
      if (expiry.size >= mostTokens)
        for (const oldest of expiry.keys()) if (expiry.delete(oldest)) break;
      expiry.set(token, wall.monotonic() + ttlSeconds * 1000);
      return token;
    },
    secondsLeft(token) {
      const endMs = expiry.get(token);
      if (endMs === undefined) return undefined;
      const leftMs = endMs - wall.monotonic();
      if (leftMs > 0) return Math.ceil(leftMs / 1000);
      expiry.delete(token);
      return undefined;
    },
  };
}
