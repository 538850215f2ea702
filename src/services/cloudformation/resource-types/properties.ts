/** Small steps from CloudFormation's properties to the input of an API call. */
import type { Tags } from "#services/kit/tags.ts";
import type { Properties, ResourceRequest, UpdateRequest } from "./resource-type.ts";

/** The properties of these names that are given, for calls whose members are named alike. */
export function pick(properties: Properties, ...names: string[]): Record<string, never> {
  return Object.fromEntries(
    names.filter((name) => properties[name] !== undefined).map((name) => [name, properties[name]]),
  ) as Record<string, never>;
}

/** Lists of names and values as services take tags. */
export function tagList(tags: Tags): { Key: string; Value: string }[] {
  return Object.entries(tags).map(([Key, Value]) => ({ Key, Value }));
}

/** A resource's tags without those that CloudFormation adds, for services that let nobody set them. */
export function ownTags(tags: Tags): Tags {
  return Object.fromEntries(Object.entries(tags).filter(([key]) => !key.startsWith("aws:")));
}

export interface TagChanges {
  added: Tags;
  removed: string[];
}

/** What to tag and untag so that a resource has its new tags. */
export function tagChanges({ tags, previousTags }: UpdateRequest): TagChanges {
  return {
    added: Object.fromEntries(
      Object.entries(tags).filter(([key, value]) => previousTags[key] !== value),
    ),
    removed: Object.keys(previousTags).filter((key) => !(key in tags)),
  };
}

/** A policy document as text; templates may give it as an object or as text. */
export function documentText(document: unknown): string {
  return typeof document === "string" ? document : JSON.stringify(document);
}

/** An idempotency token that a call takes, at most 32 characters where it asks for so few. */
export function shortToken({ token }: ResourceRequest): string {
  return token.replaceAll("-", "");
}
