/** What a bucket's CORS rules add to the replies that browsers' pages ask for. */
import type { CrossOriginRules } from "#services/kit/service.ts";
import { identify } from "#wire/wire.ts";
import { bucketOf } from "./bucket-of.ts";
import type { CorsIndex } from "./cors-index.ts";
import { describeRule, findRule, varyHeader } from "./rules.ts";

/** https://docs.aws.amazon.com/AmazonS3/latest/userguide/cors.html#cors-eval-criteria */
export function createPageRules(index: CorsIndex): CrossOriginRules {
  return {
    headersFor(request) {
      const name = bucketOf(request, index);
      // A queue's path, say, may begin like a bucket's.
      if (name === undefined || identify(request).service !== "s3") return undefined;
      const rules = index.rulesOf(name) ?? [];
      const question = { origin: request.headers.origin!, method: request.method, headers: [] };
      const rule = findRule(rules, question);
      if (rule) return describeRule(rule, question);
      // Caches must know that another page might have got another reply.
      return rules.length > 0 ? { vary: varyHeader } : {};
    },
  };
}
