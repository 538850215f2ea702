import { pick, shortToken, tagChanges, tagList } from "../properties.ts";
import { defineResourceType, ResourceFailure, type ExistingRequest } from "../resource-type.ts";

/** https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-resource-certificatemanager-certificate.html */
export const resourceType = defineResourceType({
  type: "AWS::CertificateManager::Certificate",
  unsupported: { CertificateAuthorityArn: "there are no private certificate authorities" },
  async create(request) {
    const { clients, properties, tags } = request;
    const options = {
      ...(properties["CertificateTransparencyLoggingPreference"] !== undefined && {
        CertificateTransparencyLoggingPreference:
          properties["CertificateTransparencyLoggingPreference"],
      }),
      ...(properties["CertificateExport"] !== undefined && {
        Export: properties["CertificateExport"],
      }),
    };
    const { CertificateArn } = await clients.acm.RequestCertificate({
      IdempotencyToken: shortToken(request),
      ...pick(
        properties,
        "DomainName",
        "KeyAlgorithm",
        "SubjectAlternativeNames",
        "ValidationMethod",
      ),
      ...validationOptions(properties["DomainValidationOptions"]),
      ...(Object.keys(options).length > 0 && { Options: options }),
      Tags: tagList(tags),
    } as Parameters<typeof clients.acm.RequestCertificate>[0]);
    return CertificateArn!;
  },
  configure: answerForDomains,
  async stabilize(request) {
    const { Status, DomainValidationOptions = [] } = await describe(request);
    if (Status !== "ISSUED" && Status !== "PENDING_VALIDATION")
      throw new ResourceFailure(`Certificate ${request.physicalId} is ${Status}`);
    const messages = DomainValidationOptions.flatMap(({ ResourceRecord: record }) =>
      record
        ? `Content of DNS Record is: {Name: ${record.Name},Type: ${record.Type},Value: ${record.Value}}`
        : [],
    );
    const untold = request.progress?.["told"] ? [] : [...new Set(messages)];
    return { ready: Status === "ISSUED", messages: untold, progress: { told: true } };
  },
  async update(request) {
    const { clients, properties, physicalId: CertificateArn, changed } = request;
    if (changed.includes("CertificateTransparencyLoggingPreference"))
      await clients.acm.UpdateCertificateOptions({
        CertificateArn,
        Options: {
          CertificateTransparencyLoggingPreference:
            properties["CertificateTransparencyLoggingPreference"] ?? "ENABLED",
        },
      });
    const { added, removed } = tagChanges(request);
    if (removed.length > 0)
      await clients.acm.RemoveTagsFromCertificate({
        CertificateArn,
        Tags: removed.map((Key) => ({ Key })),
      });
    if (Object.keys(added).length > 0)
      await clients.acm.AddTagsToCertificate({ CertificateArn, Tags: tagList(added) });
  },
  async delete({ clients, physicalId }) {
    await clients.acm.DeleteCertificate({ CertificateArn: physicalId });
  },
  attributes: async ({ physicalId }) => ({ CertificateArn: physicalId }),
});

function validationOptions(
  options: readonly { DomainName: string; ValidationDomain?: string }[] | undefined,
) {
  const given = (options ?? []).filter(({ ValidationDomain }) => ValidationDomain !== undefined);
  return given.length > 0 ? { DomainValidationOptions: given } : {};
}

async function describe({ clients, physicalId: CertificateArn }: ExistingRequest) {
  return (await clients.acm.DescribeCertificate({ CertificateArn })).Certificate!;
}

/**
 * Puts the records that validate the certificate into the hosted zones that the template names. They stay when the
 * certificate goes.
 * https://docs.aws.amazon.com/AWSCloudFormation/latest/UserGuide/aws-properties-certificatemanager-certificate-domainvalidationoption.html
 */
async function answerForDomains(request: ExistingRequest): Promise<void> {
  const options: { DomainName: string; HostedZoneId?: string }[] =
    request.properties["DomainValidationOptions"] ?? [];
  if (!options.some(({ HostedZoneId }) => HostedZoneId !== undefined)) return;
  const { DomainValidationOptions = [] } = await describe(request);
  for (const { DomainName, HostedZoneId } of options) {
    const name = DomainName.toLowerCase();
    const record = DomainValidationOptions.find((one) => one.DomainName === name)?.ResourceRecord;
    if (HostedZoneId === undefined || !record) continue;
    const { Name, Type, Value } = record;
    await request.clients.route53.ChangeResourceRecordSets({
      HostedZoneId,
      ChangeBatch: {
        Changes: [
          {
            Action: "UPSERT",
            ResourceRecordSet: { Name, Type, TTL: 300, ResourceRecords: [{ Value }] },
          },
        ],
      },
    });
  }
}
