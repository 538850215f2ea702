/** Amazon SNS: standard topics to queues and URLs. https://docs.aws.amazon.com/sns/latest/api/ */
import { defineService } from "#services/kit/service.ts";
import { addPermission, removePermission } from "./operations/permissions.ts";
import { publish, publishBatch } from "./operations/publish.ts";
import { subscribe } from "./operations/subscribe.ts";
import {
  confirmSubscription,
  getSubscriptionAttributes,
  listSubscriptions,
  listSubscriptionsByTopic,
  setSubscriptionAttributes,
  unsubscribe,
} from "./operations/subscriptions.ts";
import { listTagsForResource, tagResource, untagResource } from "./operations/tags.ts";
import {
  createTopic,
  deleteTopic,
  getTopicAttributes,
  listTopics,
  setTopicAttributes,
} from "./operations/topics.ts";
import { createDelivery } from "./reconcilers/delivery.ts";
import { createOrderedDelivery } from "./reconcilers/ordered-delivery.ts";
import { createQueueDelivery } from "./reconcilers/queue-delivery.ts";
import { startSensors } from "./sensors.ts";
import { createSnsState, type SnsState } from "./state.ts";

export const service = defineService<"sns", SnsState>({
  name: "sns",
  operations: {
    AddPermission: addPermission,
    ConfirmSubscription: confirmSubscription,
    CreateTopic: createTopic,
    DeleteTopic: deleteTopic,
    GetSubscriptionAttributes: getSubscriptionAttributes,
    GetTopicAttributes: getTopicAttributes,
    ListSubscriptions: listSubscriptions,
    ListSubscriptionsByTopic: listSubscriptionsByTopic,
    ListTagsForResource: listTagsForResource,
    ListTopics: listTopics,
    Publish: publish,
    PublishBatch: publishBatch,
    RemovePermission: removePermission,
    SetSubscriptionAttributes: setSubscriptionAttributes,
    SetTopicAttributes: setTopicAttributes,
    Subscribe: subscribe,
    TagResource: tagResource,
    Unsubscribe: unsubscribe,
    UntagResource: untagResource,
  },
  createState: createSnsState,
  reconcilers: (env, state) => [
    createDelivery(env, state),
    createQueueDelivery(env, state),
    createOrderedDelivery(env, state),
  ],
  start: (env, state) => {
    state.sensors = startSensors(env, state);
  },
  async stop(_env, state) {
    await state.sensors?.stop();
    state.subscribers.close();
    state.http.close();
  },
  differences: [
    {
      operation: "CreateTopic",
      differs:
        "FIFO topics keep no archive: ArchivePolicy and ReplayPolicy are refused. Their messages are delivered one by one.",
    },
    {
      operation: "Subscribe",
      differs:
        "Protocols sqs, lambda, http and https deliver. Mails for email and email-json are written to the log, with the link to confirm, and not sent. sms, application and firehose answer NotImplemented.",
    },
    {
      operation: "Publish",
      differs: "Messages carry no Signature, SignatureVersion and SigningCertURL.",
    },
    {
      operation: "SetTopicAttributes",
      differs:
        "Policies, encryption, tracing and delivery-status logging are stored and returned, not acted on.",
    },
  ],
});
