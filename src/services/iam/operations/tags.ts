/** Tags of users, roles, policies, instance profiles and server certificates. https://docs.aws.amazon.com/IAM/latest/APIReference/API_TagRole.html */
import type { Collection } from "#store/collection.ts";
import type { Transaction } from "#store/store.ts";
import { serverCertificates } from "#services/kit/server-certificates.ts";
import { tagsToList, type Tags } from "#services/kit/tags.ts";
import { pageOf, type IamContext, type IamOperations } from "../context.ts";
import { policyNotFound } from "../errors.ts";
import { findInstanceProfile, findOwnRole, findServerCertificate, findUser } from "../find.ts";
import { policyByArn } from "../managed-policies.ts";
import { globalScope, idOf, instanceProfiles, policies, roles, users } from "../records.ts";
import { awsManagedPolicies } from "../state.ts";
import { addTags, removeTags } from "../tags.ts";

interface Tagged {
  name: string;
  tags: Tags;
}

interface Kind<T extends Tagged> {
  records: Collection<T>;
  /** Finds what a request names, by name or ARN. */
  find: (tx: Transaction, context: IamContext, name: string) => Promise<T>;
}

const kinds = {
  user: { records: users, find: findUser },
  role: { records: roles, find: findOwnRole },
  "instance-profile": { records: instanceProfiles, find: findInstanceProfile },
  "server-certificate": { records: serverCertificates, find: findServerCertificate },
  policy: {
    records: policies,
    find: async (tx: Transaction, context: IamContext, arn: string) => {
      const policy = await policyByArn(tx, context, new Map(), arn);
      if (!policy) throw policyNotFound(arn);
      return policy;
    },
  },
};

async function change<T extends Tagged>(
  context: IamContext,
  { records, find }: Kind<T>,
  name: string,
  tagsFrom: (present: Tags) => Tags,
) {
  await context.store.transaction(async (tx) => {
    const record = await find(tx, context, name);
    const changed = { ...record, tags: tagsFrom(record.tags) };
    records.put(tx, globalScope(context), [idOf(record.name)], changed);
  });
  return {};
}

interface TagInput {
  Tags?: readonly { Key: string | undefined; Value: string | undefined }[] | undefined;
}

interface UntagInput {
  TagKeys?: readonly string[] | undefined;
}

interface ListInput {
  Marker?: string | undefined;
  MaxItems?: number | undefined;
}

function tag<T extends Tagged>(context: IamContext, kind: Kind<T>, name: string, input: TagInput) {
  return change(context, kind, name, (tags) => addTags(tags, input.Tags));
}

function untag<T extends Tagged>(
  context: IamContext,
  kind: Kind<T>,
  name: string,
  input: UntagInput,
) {
  return change(context, kind, name, (tags) => removeTags(tags, input.TagKeys));
}

async function list<T extends Tagged>(
  context: IamContext,
  kind: Kind<T>,
  name: string,
  input: ListInput,
) {
  const { tags } = await context.store.transaction((tx) => kind.find(tx, context, name));
  const { items, ...rest } = pageOf(tagsToList(tags), input, ({ Key }) => Key);
  return { Tags: items, ...rest };
}

const {
  user,
  role,
  policy,
  "instance-profile": profile,
  "server-certificate": certificate,
} = kinds;

export const tagOperations: IamOperations = {
  TagUser: (input, context) => tag(context, user, input.UserName!, input),
  TagRole: (input, context) => tag(context, role, input.RoleName!, input),
  TagPolicy: (input, context) => tag(context, policy, input.PolicyArn!, input),
  TagInstanceProfile: (input, context) => tag(context, profile, input.InstanceProfileName!, input),
  TagServerCertificate: (input, context) =>
    tag(context, certificate, input.ServerCertificateName!, input),
  UntagServerCertificate: (input, context) =>
    untag(context, certificate, input.ServerCertificateName!, input),
  ListServerCertificateTags: (input, context) =>
    list(context, certificate, input.ServerCertificateName!, input),
  UntagUser: (input, context) => untag(context, user, input.UserName!, input),
  UntagRole: (input, context) => untag(context, role, input.RoleName!, input),
  UntagPolicy: (input, context) => untag(context, policy, input.PolicyArn!, input),
  UntagInstanceProfile: (input, context) =>
    untag(context, profile, input.InstanceProfileName!, input),
  ListUserTags: (input, context) => list(context, user, input.UserName!, input),
  ListRoleTags: (input, context) => list(context, role, input.RoleName!, input),
  ListInstanceProfileTags: (input, context) =>
    list(context, profile, input.InstanceProfileName!, input),
  async ListPolicyTags(input, context) {
    // AWS's own policies can be asked for their tags, of which they have none.
    if ((await awsManagedPolicies(context.state)).has(input.PolicyArn!))
      return { Tags: [], IsTruncated: false };
    return list(context, policy, input.PolicyArn!, input);
  },
};
