/** Server certificates: for load balancers in place of those of ACM. https://docs.aws.amazon.com/IAM/latest/UserGuide/id_credentials_server-certs_manage.html */
import { createPrivateKey, X509Certificate } from "node:crypto";
import { dateOf } from "#runtime/date.ts";
import { newUniqueId } from "#services/kit/access-key.ts";
import { certificateUsers } from "#services/kit/load-balancing/certificate-users.ts";
import {
  serverCertificates,
  type ServerCertificateRecord,
} from "#services/kit/server-certificates.ts";
import { arnOf, pageOf, type IamOperation, type IamOperations } from "../context.ts";
import {
  deleteConflict,
  entityAlreadyExists,
  keyPairMismatch,
  malformedCertificate,
  quotaExceeded,
} from "../errors.ts";
import { findServerCertificate } from "../find.ts";
import { mostServerCertificates } from "../limits.ts";
import { globalScope, idOf } from "../records.ts";
import { tagsShape } from "../shapes.ts";
import { newTags } from "../tags.ts";

function metadataShape(record: ServerCertificateRecord) {
  return {
    Path: record.path,
    ServerCertificateName: record.name,
    ServerCertificateId: record.id,
    Arn: record.arn,
    UploadDate: dateOf(record.createdMs),
    Expiration: dateOf(record.expiresMs),
  };
}

const blocks = /-----BEGIN CERTIFICATE-----[\s\S]*?-----END CERTIFICATE-----/g;

/** The end of the certificate's life. Throws AWS's errors for what is no certificate with its key. */
function checkMaterial(body: string, privateKey: string, chain: string | undefined): number {
  let key;
  try {
    key = createPrivateKey(privateKey);
  } catch {
    throw malformedCertificate("Unable to parse key; the body is encoded incorrectly");
  }
  const certificate = parse(body)[0]!;
  if (chain !== undefined) parse(chain);
  if (!certificate.checkPrivateKey(key)) throw keyPairMismatch();
  return certificate.validToDate.getTime();
}

function parse(pem: string): X509Certificate[] {
  const message = "Unable to parse certificate; the body is encoded incorrectly";
  const found = pem.match(blocks);
  if (!found) throw malformedCertificate(message);
  try {
    return found.map((block) => new X509Certificate(block));
  } catch {
    throw malformedCertificate(message);
  }
}

const uploadServerCertificate: IamOperation<"UploadServerCertificate"> = async (input, context) => {
  const { CertificateBody: body, PrivateKey: key, CertificateChain: chain } = input;
  const name = input.ServerCertificateName!;
  const path = input.Path ?? "/";
  const expiresMs = checkMaterial(body!, key!, chain);
  const scope = globalScope(context);
  const record: ServerCertificateRecord = {
    arn: arnOf(context, "server-certificate", { name, path }),
    name,
    path,
    id: newUniqueId("ASCA", context.random),
    createdMs: context.clock.now(),
    expiresMs,
    tags: newTags(input.Tags),
    body: body!,
    ...(chain !== undefined && { chain }),
    key: key!,
  };
  await context.store.transaction(async (tx) => {
    if (await serverCertificates.get(tx, scope, idOf(name)))
      throw entityAlreadyExists(`The Server Certificate with name ${name} already exists.`);
    if ((await serverCertificates.list(tx, scope)).length >= mostServerCertificates)
      throw quotaExceeded("ServerCertificatesPerAccount", mostServerCertificates);
    serverCertificates.put(tx, scope, [idOf(name)], record);
  });
  return { ServerCertificateMetadata: metadataShape(record), ...tagsShape(record.tags) };
};

const getServerCertificate: IamOperation<"GetServerCertificate"> = async (input, context) => {
  const record = await context.store.transaction((tx) =>
    findServerCertificate(tx, context, input.ServerCertificateName!),
  );
  return {
    ServerCertificate: {
      ServerCertificateMetadata: metadataShape(record),
      CertificateBody: record.body,
      ...(record.chain !== undefined && { CertificateChain: record.chain }),
      ...tagsShape(record.tags),
    },
  };
};

const listServerCertificates: IamOperation<"ListServerCertificates"> = async (input, context) => {
  const all = await context.store.transaction((tx) =>
    serverCertificates.list(tx, globalScope(context)),
  );
  const chosen = all.filter(({ path }) => path.startsWith(input.PathPrefix ?? "/"));
  const { items, ...rest } = pageOf(chosen, input, ({ name }) => idOf(name));
  return { ServerCertificateMetadataList: items.map(metadataShape), ...rest };
};

/** Another name or path makes another ARN; load balancers that use the old one are not told, and serve on. */
const updateServerCertificate: IamOperation<"UpdateServerCertificate"> = async (input, context) => {
  const scope = globalScope(context);
  await context.store.transaction(async (tx) => {
    const present = await findServerCertificate(tx, context, input.ServerCertificateName!);
    const name = input.NewServerCertificateName ?? present.name;
    const path = input.NewPath ?? present.path;
    if (idOf(name) !== idOf(present.name) && (await serverCertificates.get(tx, scope, idOf(name))))
      throw entityAlreadyExists(`The Server Certificate with name ${name} already exists.`);
    serverCertificates.delete(tx, scope, idOf(present.name));
    const arn = arnOf(context, "server-certificate", { name, path });
    const formerArns = [...(present.formerArns ?? []), present.arn].filter((one) => one !== arn);
    serverCertificates.put(tx, scope, [idOf(name)], { ...present, name, path, arn, formerArns });
  });
  return {};
};

const deleteServerCertificate: IamOperation<"DeleteServerCertificate"> = async (input, context) => {
  const name = input.ServerCertificateName!;
  const {
    arn,
    formerArns = [],
    id,
  } = await context.store.transaction((tx) => findServerCertificate(tx, context, name));
  // Load balancers of the caller's region.
  const users = await certificateUsers(context, context, "iam.amazonaws.com");
  const [user] = [arn, ...formerArns].flatMap((one) => users.get(one) ?? []);
  if (user !== undefined)
    throw deleteConflict(
      `Certificate: ${id} is currently in use by ${user}. Please remove it first before deleting it from IAM.`,
    );
  await context.store.transaction(async (tx) => {
    await findServerCertificate(tx, context, name);
    serverCertificates.delete(tx, globalScope(context), idOf(name));
  });
  return {};
};

export const serverCertificateOperations: IamOperations = {
  UploadServerCertificate: uploadServerCertificate,
  GetServerCertificate: getServerCertificate,
  ListServerCertificates: listServerCertificates,
  UpdateServerCertificate: updateServerCertificate,
  DeleteServerCertificate: deleteServerCertificate,
};
