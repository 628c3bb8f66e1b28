// A token, an event subscription with its handshake, and a text signed with the access key: printed as one JSON line.
const { readFileSync } = require("node:fs");
const { EventGridManagementClient } = require("@azure/arm-eventgrid");
const { SmsClient } = require("@azure/communication-sms");
const { ClientSecretCredential } = require("@azure/identity");

const { url, tenant, client, secret, subscription, group, source, connection, number, webhook } = JSON.parse(
  readFileSync(0, "utf8"),
);

async function main() {
  const credential = new ClientSecretCredential(tenant, client, secret, {
    authorityHost: url,
    disableInstanceDiscovery: true,
  });
  const eventGrid = new EventGridManagementClient(credential, subscription, {
    endpoint: url,
    credentialScopes: [`${url}/.default`],
  });
  const topic = await eventGrid.systemTopics.beginCreateOrUpdateAndWait(group, "from-javascript", {
    location: "global",
    source,
    topicType: "Microsoft.Communication.CommunicationServices",
  });
  const made = await eventGrid.systemTopicEventSubscriptions.beginCreateOrUpdateAndWait(group, topic.name, "hook", {
    destination: { endpointType: "WebHook", endpointUrl: webhook },
    filter: { includedEventTypes: ["Microsoft.Communication.SMSDeliveryReportReceived"] },
  });
  const names = [];
  for await (const one of eventGrid.systemTopicEventSubscriptions.listBySystemTopic(group, topic.name)) {
    names.push(one.name);
  }
  const [sent] = await new SmsClient(connection).send(
    { from: number, to: ["+14255550123"], message: "from JavaScript" },
    { enableDeliveryReport: true, tag: "javascript" },
  );
  console.log(JSON.stringify({ topic: topic.source, state: made.provisioningState, names, sent }));
}

main().catch((error) => {
  console.error(error);
  process.exit(1);
});
