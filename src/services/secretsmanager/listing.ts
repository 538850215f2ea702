/** Lists of secrets with their filters. https://docs.aws.amazon.com/secretsmanager/latest/userguide/manage_search-secret.html */
import { paginate, type Page } from "#services/kit/pagination.ts";
import type { SecretsContext } from "./context.ts";
import { invalidNextToken } from "./errors.ts";
import { secrets, type SecretRecord } from "./records.ts";

interface Filter {
  Key?: string | undefined;
  Values?: string[] | undefined;
}

export interface ListRequest {
  Filters?: Filter[] | undefined;
  NextToken?: string | undefined;
  limit: number;
  withDeleted?: boolean | undefined;
  sortBy?: string | undefined;
  descending?: boolean;
}

const sortKeys: Readonly<Record<string, (secret: SecretRecord) => number | string>> = {
  "created-date": ({ createdMs }) => createdMs,
  "last-accessed-date": ({ accessedMs }) => accessedMs ?? 0,
  "last-changed-date": ({ changedMs }) => changedMs,
  name: ({ name }) => name,
};

export async function listing(
  context: SecretsContext,
  { Filters = [], NextToken, limit, withDeleted = false, ...order }: ListRequest,
): Promise<Page<SecretRecord>> {
  const all = await context.store.transaction((tx) => secrets.list(tx, context));
  const found = all.filter(
    (secret) =>
      (withDeleted || secret.deletionMs === undefined) &&
      Filters.every((filter) => fits(secret, filter)),
  );
  const keyOf = sortKeys[order.sortBy ?? "created-date"] ?? sortKeys["created-date"]!;
  const sorted = found.sort((a, b) => {
    const [one, other] = [keyOf(a), keyOf(b)];
    return one < other ? -1 : one > other ? 1 : 0;
  });
  // Pages go by position: names are not in order.
  const ordered = (order.descending ? sorted.toReversed() : sorted).map((secret, index) => ({
    secret,
    place: String(index).padStart(6, "0"),
  }));
  const { items, nextToken } = paginate(ordered, {
    limit,
    token: NextToken,
    keyOf: ({ place }) => place,
    invalidToken: invalidNextToken,
  });
  return { items: items.map(({ secret }) => secret), nextToken };
}

/** AWS takes texts apart at marks and where a capital begins a word: "COMPANYthings" is "compan" and "ythings". */
function wordsOf(text: string): string[] {
  const found = text.match(/\p{Lu}+(?!\p{Ll})|\p{Lu}?[\p{Ll}\p{Lo}\p{N}]+/gu) ?? [];
  return found.map((word) => word.toLowerCase());
}

/** Values of one filter are alternatives; "!" before one means that it must not fit. */
function fits(secret: SecretRecord, { Key, Values = [] }: Filter): boolean {
  const tags = Object.entries(secret.tags);
  const begins = (texts: readonly string[], value: string) =>
    texts.some((text) => text.startsWith(value));
  const hasWords = (texts: readonly string[], value: string) => {
    const words = texts.flatMap(wordsOf);
    const wanted = wordsOf(value);
    return wanted.length > 0 && wanted.every((one) => words.some((word) => word.startsWith(one)));
  };
  const test = (value: string): boolean => {
    switch (Key) {
      case "name":
        return begins([secret.name], value);
      case "description":
        return hasWords([secret.description ?? ""], value);
      case "tag-key":
        return begins(
          tags.map(([key]) => key),
          value,
        );
      case "tag-value":
        return begins(
          tags.map(([, text]) => text),
          value,
        );
      case "primary-region":
        return begins([secret.primaryRegion ?? ""], value);
      case "owning-service":
        return begins([secret.owningService ?? ""], value);
      default:
        return hasWords([secret.name, secret.description ?? "", ...tags.flat()], value);
    }
  };
  return Values.some((value) => (value.startsWith("!") ? !test(value.slice(1)) : test(value)));
}
