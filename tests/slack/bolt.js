// A bolt app in JavaScript where the desk would be: what it takes, Slack's own SDK takes for Slack's.
//
// node bolt.js SECRET NOW   NOW is what it takes for the time, in milliseconds. It prints its port,
// and answers each line of its input, {"headers", "body"} with the body in base64, by true or false.

const { createInterface } = require('node:readline');
const { App, HTTPReceiver, LogLevel, isValidSlackRequest } = require('@slack/bolt');

const [signingSecret, now] = process.argv.slice(2);
Date.now = () => Number(now);

const receiver = new HTTPReceiver({ signingSecret, endpoints: '/slack/events', logLevel: LogLevel.ERROR });
const app = new App({
  receiver,
  logLevel: LogLevel.ERROR,
  authorize: async () => ({ botToken: 'xoxb-1', botId: 'B1', botUserId: 'U1' }),
});

app.command(/.*/, async ({ ack, command }) => ack(`taken: ${command.command}`));
app.action(/.*/, async ({ ack }) => ack());
app.view(/.*/, async ({ ack }) => ack());
app.options(/.*/, async ({ ack }) => ack({ options: [] }));
app.event(/.*/, async () => {});

receiver.start({ port: 0, host: '127.0.0.1' }).then((server) => console.log(server.address().port));

createInterface({ input: process.stdin }).on('line', (line) => {
  const { headers, body } = JSON.parse(line);
  console.log(isValidSlackRequest({ signingSecret, headers, body: Buffer.from(body, 'base64').toString() }));
}).on('close', () => process.exit(0));
