/** AWS Certificate Manager, with a certificate authority of Fogbank's own. */
import { defineService } from "#services/kit/service.ts";
import { differences } from "./differences.ts";
import {
  getAccountConfiguration,
  putAccountConfiguration,
} from "./operations/account-configuration.ts";
import { deleteCertificate } from "./operations/delete-certificate.ts";
import { describeCertificate, getCertificate } from "./operations/describe-certificate.ts";
import { exportCertificate } from "./operations/export-certificate.ts";
import { importCertificate } from "./operations/import-certificate.ts";
import { listCertificates } from "./operations/list-certificates.ts";
import { renewCertificate } from "./operations/renew-certificate.ts";
import { requestCertificate } from "./operations/request-certificate.ts";
import { resendValidationEmail } from "./operations/resend-validation-email.ts";
import { revokeCertificate } from "./operations/revoke-certificate.ts";
import { searchCertificates } from "./operations/search-certificates.ts";
import {
  addTagsToCertificate,
  listTagsForCertificate,
  removeTagsFromCertificate,
} from "./operations/tags.ts";
import { updateCertificateOptions } from "./operations/update-certificate-options.ts";
import { certificateReconciler } from "./reconcilers/certificate.ts";
import { expiryNotices } from "./reconcilers/expiry-notices.ts";
import { noticeTeller } from "./reconcilers/tell-notices.ts";
import { rootSite } from "./site.ts";
import { createState, type State } from "./state.ts";

export const service = defineService<"acm", State>({
  name: "acm",
  createState,
  operations: {
    AddTagsToCertificate: addTagsToCertificate,
    DeleteCertificate: deleteCertificate,
    DescribeCertificate: describeCertificate,
    ExportCertificate: exportCertificate,
    GetAccountConfiguration: getAccountConfiguration,
    GetCertificate: getCertificate,
    ImportCertificate: importCertificate,
    ListCertificates: listCertificates,
    ListTagsForCertificate: listTagsForCertificate,
    PutAccountConfiguration: putAccountConfiguration,
    RemoveTagsFromCertificate: removeTagsFromCertificate,
    RenewCertificate: renewCertificate,
    RequestCertificate: requestCertificate,
    RevokeCertificate: revokeCertificate,
    SearchCertificates: searchCertificates,
    ResendValidationEmail: resendValidationEmail,
    UpdateCertificateOptions: updateCertificateOptions,
  },
  reconcilers: (env, state) => [
    certificateReconciler(env, state),
    expiryNotices(env),
    noticeTeller(env),
  ],
  sites: (env, state) => [rootSite(env, state)],
  differences,
});
