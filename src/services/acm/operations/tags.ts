import type { Operation } from "#services/kit/service.ts";
import { findCertificate } from "../find.ts";
import { certificates } from "../records.ts";
import type { State } from "../state.ts";
import { readTags, tagList, withoutTags } from "../tagging.ts";

export const addTagsToCertificate: Operation<"acm", "AddTagsToCertificate", State> = async (
  { CertificateArn, Tags },
  context,
) => {
  await context.store.transaction(async (tx) => {
    const { id, record } = await findCertificate(tx, context, CertificateArn);
    certificates.put(tx, context, [id], { ...record, tags: readTags(Tags, record.tags) });
  });
  return {};
};

export const removeTagsFromCertificate: Operation<
  "acm",
  "RemoveTagsFromCertificate",
  State
> = async ({ CertificateArn, Tags }, context) => {
  await context.store.transaction(async (tx) => {
    const { id, record } = await findCertificate(tx, context, CertificateArn);
    certificates.put(tx, context, [id], { ...record, tags: withoutTags(record.tags, Tags) });
  });
  return {};
};

export const listTagsForCertificate: Operation<"acm", "ListTagsForCertificate", State> = async (
  { CertificateArn },
  context,
) => {
  const { record } = await context.store.transaction((tx) =>
    findCertificate(tx, context, CertificateArn),
  );
  return { Tags: tagList(record.tags) };
};
